package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has to be done now and then beside the calls: adding up tallies, making partitions ahead of
 * time, and telling idle nodes of new work without telling them all the time. Safe for use by
 * several threads.
 *
 * <p>It runs at the opening, and after a call that has taken effect, on its thread, and never
 * changes what these answer: what fails here is logged and made good by a later turn, or by another
 * node. A server that only reads, as some do with a full disk, is read; increments that a server
 * does not let be added up are added up by each reader of tallies.
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

  /** Tallies that could not be added up are tried again with the first call after so long. */
  private static final long FOLD_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

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
  private final long foldAgainNanos;
  private final AtomicLong partitioned = new AtomicLong(System.nanoTime());
  private final AtomicLong foldTried = new AtomicLong(System.nanoTime());
  private final AtomicInteger foldsFailed = new AtomicInteger();
  private final AtomicLong notified = new AtomicLong(System.nanoTime() - NOTIFY_NANOS);
  private final AtomicBoolean owed = new AtomicBoolean();

  /**
   * Creates the upkeep of one opened ledger.
   *
   * @param database the ledger's database
   * @param partitions makes the partitions that will be needed next, where it may
   */
  PostgresUpkeep(ServerDatabase database, Runnable partitions) {
    this(database, partitions, FOLD_AGAIN_NANOS);
  }

  /** Tries to add up tallies again after so long. */
  PostgresUpkeep(ServerDatabase database, Runnable partitions, long foldAgainNanos) {
    this.database = database;
    this.partitions = partitions;
    this.foldAgainNanos = foldAgainNanos;
  }

  /**
   * Does what the processes before may have left. Whoever only reads can do so whatever of it the
   * server refuses.
   *
   * @param deleteForgotten deletes what is left of forgotten sessions
   * @param folds whether tallies are added up, which no replica does
   */
  void atOpening(Runnable deleteForgotten, boolean folds) {
    makePartitions();
    if (folds) {
      tryToFold();
    }
    quietly("delete the rows of forgotten sessions", deleteForgotten);
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
    if (foldsFailed.get() == 0 ? database.takeAppended(FOLD_AFTER) : isToFoldAgain()) {
      tryToFold();
    }
    long now = System.nanoTime();
    long last = partitioned.get();
    if (now - last >= PARTITIONS_NANOS && partitioned.compareAndSet(last, now)) {
      makePartitions();
    }
  }

  private boolean isToFoldAgain() {
    long now = System.nanoTime();
    long last = foldTried.get();
    return now - last >= foldAgainNanos && foldTried.compareAndSet(last, now);
  }

  private void makePartitions() {
    quietly("make partitions of the history", partitions);
  }

  private void tryToFold() {
    foldTried.set(System.nanoTime());
    if (quietly(
        "add up the tallies, failure " + (foldsFailed.get() + 1) + " in a row", this::fold)) {
      foldsFailed.set(0);
    } else {
      foldsFailed.incrementAndGet();
    }
  }

  private boolean quietly(String what, Runnable upkeep) {
    try {
      upkeep.run();
      return true;
    } catch (LedgerException e) {
      LOG.log(
          Level.WARNING,
          database.dialect().name() + ": could not " + what + "; it is tried again later",
          e);
      return false;
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
