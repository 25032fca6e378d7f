package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the content store answers this node and takes what it writes, by what became of its
 * calls. One refusal may be of that sequence alone: two must have been refused since anything was
 * taken. What was refused long ago says nothing of now, unless somebody was told of it: then bytes
 * must be taken. A call that does not return says nothing yet. Thread-safe.
 */
final class ContentHealth {

  /** How long a refusal counts that is followed by nothing and was not told. */
  static final Duration REMEMBERED = Duration.ofMinutes(5);

  private final LongSupplier elapsed;
  private volatile long heardAt;
  private OptionalLong takenAt = OptionalLong.empty();
  private @Nullable Refusals refusals;
  private boolean areKept;

  ContentHealth(LongSupplier elapsed) {
    this.elapsed = elapsed;
    this.heardAt = elapsed.getAsLong();
  }

  /** Notes that the store has answered a read. */
  void heard() {
    heardAt = elapsed.getAsLong();
  }

  /** Tells when it answered last, or when this began, by the monotonic time. */
  long heardAt() {
    return heardAt;
  }

  /**
   * What was refused since anything was taken: from when, until when, where first, and why last.
   */
  private record Refusals(
      long since, long until, String first, boolean areOfTwo, ContentException last) {}

  /** A store that refuses writes: since when, by the monotonic time, and why it does. */
  record Refusing(long since, ContentException cause) {}

  /** Notes that bytes below a prefix were not taken; a conflict says that the store works. */
  synchronized void refused(ContentPrefix prefix, ContentException cause) {
    if (cause instanceof ContentConflictException) {
      return;
    }
    long now = elapsed.getAsLong();
    String place = place(prefix);
    Refusals before = current(now);
    refusals =
        before == null
            ? new Refusals(now, now, place, false, cause)
            : new Refusals(
                before.since(),
                now,
                before.first(),
                before.areOfTwo() || !place.equals(before.first()),
                cause);
  }

  /** Notes that bytes were taken, and are durable. */
  synchronized void taken() {
    refusals = null;
    areKept = false;
    takenAt = OptionalLong.of(elapsed.getAsLong());
    heard();
  }

  /** Tells how long ago bytes were taken last; empty if none were. */
  synchronized Optional<Duration> takenAgo() {
    return takenAt.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(elapsed.getAsLong() - takenAt.getAsLong()));
  }

  /** Has what was refused count until bytes are taken, since somebody was told of it. */
  synchronized void keep() {
    areKept = refusals != null;
  }

  /** Tells whether the store refuses writes, for all that this node has seen lately. */
  synchronized Optional<Refusing> refusing() {
    return Optional.ofNullable(current(elapsed.getAsLong()))
        .filter(Refusals::areOfTwo)
        .map(known -> new Refusing(known.since(), known.last()));
  }

  /** A sequence's bytes lie below {@code AREA/OWNER/SEQUENCE}, whatever their session or run. */
  private static String place(ContentPrefix prefix) {
    String[] parts = prefix.value().split("/", 4);
    return parts.length < 3 ? prefix.value() : parts[1] + "/" + parts[2];
  }

  private @Nullable Refusals current(long now) {
    Refusals known = refusals;
    boolean isForgotten = known != null && !areKept && now - known.until() >= REMEMBERED.toNanos();
    return isForgotten ? null : known;
  }
}
