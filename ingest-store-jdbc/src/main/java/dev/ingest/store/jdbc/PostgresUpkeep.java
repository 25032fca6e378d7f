package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.Transition;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has to be done now and then beside the commits: adding up tallies, and telling idle nodes of
 * new work without telling them all the time. Safe for use by several threads.
 *
 * <p>A notification takes a lock that all committing transactions share, so at most one goes out
 * per batch, and per node no more than one in 20 ms: a busy node looks by itself.
 */
final class PostgresUpkeep {

  /** After so many transitions the tally increments are added up. */
  static final int FOLD_AFTER = 20_000;

  /** After so many times of adding up it is seen to that the next partitions are there. */
  private static final int PARTITIONS_AFTER = 100;

  private static final long NOTIFY_NANOS = 20_000_000;
  private static final int FOLDED = 50_000;

  static final String FOLD =
      "WITH gone AS (DELETE FROM @tally_increments WHERE ctid = ANY (ARRAY("
          + "SELECT ctid FROM @tally_increments LIMIT "
          + FOLDED
          + " FOR UPDATE SKIP LOCKED)) RETURNING owner, kind, amount, bytes)"
          + " INSERT INTO @tallies AS t (owner, kind, amount, bytes)"
          + " SELECT owner, kind, SUM(amount), SUM(bytes) FROM gone GROUP BY owner, kind"
          + " ORDER BY owner, kind ON CONFLICT (owner, kind) DO UPDATE SET"
          + " amount = t.amount + excluded.amount, bytes = t.bytes + excluded.bytes";

  private final ServerDatabase database;
  private final Runnable partitions;
  private final AtomicInteger folds = new AtomicInteger();
  private final AtomicInteger sinceFold = new AtomicInteger();
  private final AtomicLong notified = new AtomicLong(System.nanoTime() - NOTIFY_NANOS);

  /**
   * Creates the upkeep of one opened ledger.
   *
   * @param database the ledger's database
   * @param partitions makes the partitions that will be needed next, where it may
   */
  PostgresUpkeep(ServerDatabase database, Runnable partitions) {
    this.database = database;
    this.partitions = partitions;
  }

  /** Tells whether a batch should notify, and takes it that it does. */
  boolean mayNotify(List<Transition> transitions) {
    long now = System.nanoTime();
    long last = notified.get();
    return now - last >= NOTIFY_NANOS
        && transitions.stream().anyMatch(transition -> transition.after().state().isInFlight())
        && notified.compareAndSet(last, now);
  }

  /** Counts transitions, and adds up the tallies when there are many. */
  void committed(int transitions) {
    int counted = sinceFold.addAndGet(transitions);
    if (counted >= FOLD_AFTER && sinceFold.compareAndSet(counted, 0)) {
      fold();
      if (folds.incrementAndGet() % PARTITIONS_AFTER == 0) {
        partitions.run();
      }
    }
  }

  /** Adds increments to the tallies; several nodes may do so at a time. */
  void fold() {
    database.single("add up the tallies", db -> db.sql(FOLD).change());
  }
}
