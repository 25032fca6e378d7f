package dev.ingest.cli.incident;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Prints what happens, with the time since the cause. Thread-safe. */
final class Telling {

  private final Consumer<String> out;
  private final InstantSource clock;
  private Optional<Instant> cause = Optional.empty();

  Telling(Consumer<String> out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  /** Counts from now on. */
  synchronized void causeIsNow() {
    cause = Optional.of(clock.instant());
  }

  /** Tells how long ago the cause was. */
  synchronized Duration sinceCause() {
    return cause.map(begun -> Duration.between(begun, clock.instant())).orElse(Duration.ZERO);
  }

  /** Prints a line without a time. */
  void line(String text) {
    out.accept(text);
  }

  /** Prints what someone does. */
  void did(String text) {
    timed("", text);
  }

  /** Prints what a guard catches. */
  void guard(String text) {
    timed("GUARD", text);
  }

  private synchronized void timed(String mark, String text) {
    String at =
        cause.isEmpty()
            ? ""
            : String.format(Locale.ROOT, "%+.1f s", sinceCause().toMillis() / 1_000.0);
    out.accept("%9s  %-5s  %s".formatted(at, mark, text));
  }
}
