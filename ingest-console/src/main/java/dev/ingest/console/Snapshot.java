package dev.ingest.console;

import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.KnownNode;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Route;
import dev.ingest.core.WorkRate;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that the first page shows, as it was read last.
 *
 * @param ordinal 1 for the first, raised by one with each
 * @param now the ledger's time
 * @param counted how many there are
 * @param near what comes near
 * @param work who does what, and how well
 * @param watch who watches, and what was told
 */
record Snapshot(
    long ordinal, Part<Instant> now, Counted counted, Near near, Work work, Watch watch) {

  /**
   * How many there are.
   *
   * @param accounts whether all are accounted for
   * @param states how many are in which state
   * @param heat what was accepted lately, per hour
   * @param audit what the last audit came to
   */
  record Counted(
      Part<Accounts> accounts,
      Part<Census> states,
      Part<Heat> heat,
      Part<Optional<LatestAudit>> audit) {}

  /**
   * What comes near.
   *
   * @param unproven what is not proven, nearest expiry first
   * @param blocked work that no live node can run
   */
  record Near(Part<Listed<Entry>> unproven, Part<List<Blockage>> blocked) {}

  /**
   * Who does what, and how well.
   *
   * @param routes how new sequences are split
   * @param rates how work went lately per stage and code version
   * @param nodes who shares the ledger
   * @param backfills how far each is, those that are under way first
   */
  record Work(
      Part<Listed<Route>> routes,
      Part<List<WorkRate>> rates,
      Part<Listed<KnownNode>> nodes,
      Part<Listed<BackfillProgress>> backfills) {}

  /**
   * Who watches, and what was told.
   *
   * @param digests the last digests
   * @param beats when each watcher last did its work
   */
  record Watch(Part<Digests> digests, Part<List<Beat>> beats) {}

  /**
   * The last digests. The pump sends them in their order, so that none was told behind one that
   * waits.
   *
   * @param latest the last that were sealed, newest first
   * @param firstWaiting the first that no sink has taken yet; empty if all were told
   */
  record Digests(List<AlertDigest> latest, Optional<Long> firstWaiting) {

    Digests {
      latest = List.copyOf(latest);
    }

    boolean isWaiting(AlertDigest digest) {
      return firstWaiting.filter(first -> digest.ordinal() >= first).isPresent();
    }
  }

  /**
   * The beginning of a list.
   *
   * @param all its first elements
   * @param more whether others follow
   */
  record Listed<T>(List<T> all, boolean more) {

    Listed {
      all = List.copyOf(all);
    }

    /** Cuts a list that was read with one element more than is shown. */
    static <T> Listed<T> cut(List<T> read, int most) {
      return new Listed<>(read.subList(0, Math.min(most, read.size())), read.size() > most);
    }
  }

  /** Makes one of which nothing is known. */
  static Snapshot unknown(long ordinal, String why) {
    return new Snapshot(
        ordinal,
        new Part.Unknown<>(why),
        new Counted(
            new Part.Unknown<>(why),
            new Part.Unknown<>(why),
            new Part.Unknown<>(why),
            new Part.Unknown<>(why)),
        new Near(new Part.Unknown<>(why), new Part.Unknown<>(why)),
        new Work(
            new Part.Unknown<>(why),
            new Part.Unknown<>(why),
            new Part.Unknown<>(why),
            new Part.Unknown<>(why)),
        new Watch(new Part.Unknown<>(why), new Part.Unknown<>(why)));
  }
}
