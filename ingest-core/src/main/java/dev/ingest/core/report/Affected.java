package dev.ingest.core.report;

import dev.ingest.core.Remedy;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A sequence that an incident report names.
 *
 * @param entry its entry when it was read; for operators, not for owners
 * @param since since when it is where it is, as far as the entry tells: at rest since that
 *     happened, in flight since its deadline passed or else since it was accepted
 * @param rescue until when its raw bytes can make it good
 * @param remedy what is to be done; empty if nothing is
 */
public record Affected(Entry entry, Instant since, Rescue rescue, Optional<Remedy> remedy) {

  /**
   * Until when raw bytes can make a sequence good.
   *
   * @param kind what limits it
   * @param until the earliest time at which they may go; only for {@code UNTIL}
   */
  public record Rescue(Kind kind, Optional<Instant> until) {

    /** What limits a rescue. */
    public enum Kind {
      /** Kept until its expiry and the grace after it at least. */
      UNTIL,
      /** Kept without end, under a hold. */
      HELD,
      /** Gone, going or damaged: only a re-upload helps, if help is needed. */
      GONE
    }

    /**
     * Writes it for people and tables.
     *
     * @return a time, {@code no end} or {@code gone}
     */
    public String text() {
      return switch (kind) {
        case UNTIL -> until.map(Instant::toString).orElse("");
        case HELD -> "no end";
        case GONE -> "gone";
      };
    }
  }

  static Affected of(Entry entry, Duration grace) {
    return new Affected(
        entry, OwnerStatus.inStateSince(entry), rescue(entry, grace), remedy(entry));
  }

  private static Rescue rescue(Entry entry, Duration grace) {
    if (OwnerNotices.isLost(entry)) {
      return new Rescue(Rescue.Kind.GONE, Optional.empty());
    }
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, VERIFIED ->
          entry.standing().hold().isPresent()
              ? new Rescue(Rescue.Kind.HELD, Optional.empty())
              : new Rescue(Rescue.Kind.UNTIL, Optional.of(entry.receipt().expiresAt().plus(grace)));
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST ->
          new Rescue(Rescue.Kind.GONE, Optional.empty());
    };
  }

  private static Optional<Remedy> remedy(Entry entry) {
    return switch (entry.state()) {
      case FAILED -> Optional.of(OwnerNotices.isLost(entry) ? Remedy.REUPLOAD : Remedy.RERUN);
      case LOST, DISCARDED, DISCARDING -> Optional.of(Remedy.REUPLOAD);
      case ACCEPTED, PROCESSING, PROCESSED ->
          entry.standing().overdue() ? Optional.of(Remedy.RESUME) : Optional.empty();
      case VERIFIED, EXPIRING, EXPIRED -> Optional.empty();
    };
  }
}
