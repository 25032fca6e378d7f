package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has to be done now and then beside the calls: adding up tallies, making partitions ahead of
 * time, and telling idle nodes of new work without telling them all the time. Safe for use by
 * several threads.
 *
 * <p>It runs after a call that has taken effect, on its thread, and never changes what that call
 * answers: what fails here is logged and made good by a later turn, or by another node.
 *
 * <p>A notification takes a lock that all committing transactions share, so at most one goes out
 * per batch, and per node no more than one in 20 ms: a busy node looks by itself. What was held
 * back goes out with the node's next batch.
 */
final class PostgresUpkeep {

  /** After so many increments of tallies, at most, a node adds up what there is. */
  static final long FOLD_AFTER = 10_000;

  private static final Logger LOG = System.getLogger(PostgresUpkeep.class.getName());
  private static final long NOTIFY_NANOS = 20_000_000;
  private static final long PARTITIONS_NANOS = Duration.ofHours(6).toNanos();

  /** The most increments of one statement, and the most statements of one turn. */
  private static final int FOLDED = 50_000;

  private static final int FOLDS = 20;

  static final String FOLD =
      "WITH gone AS (DELETE FROM @tally_increments WHERE ctid = ANY (ARRAY("
          + "SELECT ctid FROM @tally_increments LIMIT "
          + FOLDED
          + " FOR UPDATE SKIP LOCKED)) RETURNING owner, kind, amount, bytes, hour,"
          + " pipeline, entered, published),"
          + " added AS (INSERT INTO @tallies AS t (owner, kind, amount, bytes)"
          + " SELECT owner, kind, SUM(amount), SUM(bytes) FROM gone GROUP BY owner, kind"
          + " ORDER BY owner, kind ON CONFLICT (owner, kind) DO UPDATE SET"
          + " amount = t.amount + excluded.amount, bytes = t.bytes + excluded.bytes), counted AS ("
          + CensusTable.fold("gone")
          + ") SELECT COUNT(*) FROM gone";

  private final ServerDatabase database;
  private final Runnable partitions;
  private final AtomicLong partitioned = new AtomicLong(System.nanoTime());
  private final AtomicLong notified = new AtomicLong(System.nanoTime() - NOTIFY_NANOS);
  private final AtomicBoolean owed = new AtomicBoolean();

  /**
   * Creates the upkeep of one opened ledger, whose partitions have just been made.
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
    if (transitions.stream().anyMatch(transition -> transition.after().isQueued())) {
      owed.set(true);
    }
    long now = System.nanoTime();
    long last = notified.get();
    return owed.get()
        && now - last >= NOTIFY_NANOS
        && notified.compareAndSet(last, now)
        && owed.getAndSet(false);
  }

  /** Does what is due. */
  void afterCall() {
    if (database.takeAppended(FOLD_AFTER)) {
      quietly("add up the tallies", this::fold);
    }
    long now = System.nanoTime();
    long last = partitioned.get();
    if (now - last >= PARTITIONS_NANOS && partitioned.compareAndSet(last, now)) {
      quietly("make partitions of the history", partitions);
    }
  }

  private void quietly(String what, Runnable upkeep) {
    try {
      upkeep.run();
    } catch (LedgerException e) {
      LOG.log(
          Level.WARNING,
          database.dialect().name() + ": could not " + what + "; it is tried again later",
          e);
    }
  }

  /** Adds increments to the tallies, all that there are; several nodes may do so at a time. */
  void fold() {
    long folded = FOLDED;
    for (int i = 0; i < FOLDS && folded == FOLDED; i++) {
      folded = database.singleThatMayBeUndone("add up the tallies", db -> db.sql(FOLD).number());
    }
  }
}
