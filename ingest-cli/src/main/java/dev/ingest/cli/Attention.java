package dev.ingest.cli;

import dev.ingest.core.Outlook;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the sequences that need a person. Bounded: past {@link #NAMED} they are only counted.
 */
final class Attention {

  private static final int NAMED = 1_000;

  private final Instant now;
  private final List<String> lines = new ArrayList<>();
  private long count;

  /**
   * Creates a collection.
   *
   * @param now the ledger's time, by which deadlines have passed or not
   */
  Attention(Instant now) {
    this.now = now;
  }

  void examine(Entry entry) {
    note(entry, reason(entry, now));
  }

  private void note(Entry entry, Optional<String> reason) {
    if (reason.isPresent()) {
      count++;
      if (lines.size() < NAMED) {
        lines.add(entry.key() + " " + reason.get());
      }
    }
  }

  /** Examines an entry after all work was done that could be: none may be left in flight. */
  void examineAfterWork(Entry entry) {
    Optional<String> reason = reason(entry, now);
    if (reason.isEmpty() && entry.state().isInFlight()) {
      reason = Optional.of("not done: " + entry.state() + "; run again");
    }
    note(entry, reason);
  }

  boolean isNeeded() {
    return count > 0;
  }

  void print(Terminal terminal) {
    lines.forEach(line -> terminal.warn(Terminal.line(line)));
    if (count > lines.size()) {
      terminal.warn("and " + (count - lines.size()) + " more");
    }
  }

  static Optional<String> reason(Entry entry, Instant now) {
    if (entry.state() == State.FAILED || entry.state() == State.LOST) {
      return Optional.of(entry.state() + entry.standing().failure().map(Attention::why).orElse(""));
    }
    return Outlook.isOverdue(entry, now)
        ? Optional.of(
            "OVERDUE " + entry.state() + ", was to be verified by " + entry.receipt().deadline())
        : Optional.empty();
  }

  static String why(Failure failure) {
    return " %s%s: %s"
        .formatted(
            failure.code(),
            failure.stage().map(stage -> " in " + stage).orElse(""),
            failure.message());
  }
}
