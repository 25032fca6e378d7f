package dev.ingest.core.engine;

import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's part in one watcher: its lease, where the watcher has one, and its beats.
 *
 * <p><b>Beats.</b> A beat says that a tick did its work, and is recorded after it. Only a beat
 * renews the lease: a holder whose ticks fail or hang loses it, and leaves it to the other nodes
 * for one period before it takes it again. A long tick calls {@link #keep()} between its steps.
 *
 * <p><b>Time.</b> A lease ends by the ledger's clock. A clock that stands still or was set back
 * must not leave a dead holder in office, so a record that nobody has changed for a lease and a
 * period, in this node's sight and by its monotonic time, is free as well. Two nodes may so hold a
 * lease at a time after a jump of the clock, as after a long pause of a process: the lease saves
 * work and paces it, while what a watcher does is made safe by the compare-and-set of each effect.
 *
 * <p><b>Writes</b> compare the record's version. One whose answer was lost is read again, and
 * counts if it is found. For one thread.
 */
final class WatcherLease {

  private static final Logger LOG = LoggerFactory.getLogger(WatcherLease.class);
  private static final int MAX_ATTEMPTS = 4;
  private static final int LONGEST_TICK = 4;

  private final LedgerStore ledger;
  private final WatcherRecords records;
  private final Watcher watcher;
  private final NodeId self;
  private final Seams seams;
  private boolean held;
  private boolean hasBeaten;
  private long beatenAt;
  private long inOfficeAt;
  private long keptAt;
  private @Nullable WatcherRecord seen;
  private long seenSince;
  private boolean isTaking;
  private long terms;

  /** Since the last tick that got through, in whichever term; it is no beat until one does. */
  private boolean hasFailed;

  private long failedIn;

  /**
   * Creates a part that holds nothing yet. Does no I/O.
   *
   * @param ledger where the record is
   * @param watcher which watcher
   * @param self this node, by a name that no other running node has
   * @param seams monotonic time
   */
  WatcherLease(LedgerStore ledger, Watcher watcher, NodeId self, Seams seams) {
    this.ledger = ledger;
    this.records = new WatcherRecords(ledger);
    this.watcher = watcher;
    this.self = self;
    this.seams = seams;
  }

  /**
   * Runs a tick if it is this node's turn, and beats when it has returned.
   *
   * @param tick the work
   * @return what the tick returned; 0 if another node holds the lease, or the tick ended early in
   *     {@link #goOn()} because the node stops
   * @throws RuntimeException what the tick or the ledger threw; there is no beat then
   */
  int run(IntSupplier tick) {
    if (!tryHold()) {
      return 0;
    }
    int done;
    try {
      done = tick.getAsInt();
    } catch (Throwable e) {
      if (e instanceof IncompleteTickException incomplete && incomplete.isStopping()) {
        return 0;
      }
      hasFailed = true;
      failedIn = terms;
      throw e;
    }
    hasFailed = false;
    beat();
    return done;
  }

  /**
   * Goes on with a long tick between two of its steps, and beats, as a node that works is not to
   * look silent. After a tick that failed it only keeps the lease until one gets through: who gets
   * so far each time, and no further, is silent, and leaves the turn to others. In the term of the
   * failure that is for {@value #LONGEST_TICK} lease times at most; the first tick of the next term
   * takes as long as it needs, since one that is long would otherwise never get through again.
   *
   * @throws IncompleteTickException if the node stops, has not got through for too long, or another
   *     node has the lease
   * @throws LedgerException if it is not known which
   */
  void goOn() {
    if (!seams.pause().await(Duration.ZERO)) {
      throw IncompleteTickException.stopping();
    }
    boolean hasFailedNow = hasFailed && failedIn == terms;
    if (hasFailed && !hasFailedNow) {
      inOfficeAt = elapsed();
    }
    if (!(hasFailed ? keep() : beat())) {
      throw new IncompleteTickException(
          hasFailedNow
              ? "ticks have failed for so long that another node gets the turn"
              : "another node has the turn; it goes on");
    }
  }

  /**
   * Takes the lease if it is free, or finds that this node has it. Does not renew it.
   *
   * @return whether this node may do the work now; always true for a watcher without a lease
   * @throws LedgerException if that is not known
   */
  boolean tryHold() {
    Optional<Duration> lease = watcher.lease();
    if (lease.isEmpty()) {
      return true;
    }
    boolean before = held;
    keptAt = elapsed();
    held =
        change(
            (record, now) -> {
              Step step = taken(record, now, lease.get());
              // Stays set if it is not known whether that was written.
              isTaking |= step.next().isPresent();
              return step;
            },
            true);
    terms += held && (isTaking || !before) ? 1 : 0;
    isTaking = false;
    if (held != before) {
      inOfficeAt = keptAt;
      LOG.info(
          "{} {} the lease of the {}", self, held ? "takes" : "no longer has", watcher.label());
    }
    return held;
  }

  /**
   * Tells how often this node has taken the lease, and did not merely find that it has it or renew
   * it: while this stays the same, no other node had it in between.
   *
   * @return how often; 0 as long as it has not, and for a watcher without a lease
   */
  long terms() {
    return terms;
  }

  /**
   * Renews the lease in the middle of a long tick, without a beat. Costs nothing within a third of
   * the lease since the tick began or last kept it.
   *
   * @return whether the tick may go on; if not, it ends without more effects: another node has the
   *     lease, or there was no beat for {@value #LONGEST_TICK} lease times
   * @throws LedgerException if that is not known
   */
  boolean keep() {
    Optional<Duration> lease = watcher.lease();
    if (lease.isEmpty()) {
      return true;
    }
    long now = elapsed();
    if (!held || now - inOfficeAt > lease.get().multipliedBy(LONGEST_TICK).toNanos()) {
      return false;
    }
    if (now - keptAt >= lease.get().toNanos() / 3) {
      held =
          change(
              (record, time) ->
                  isMine(record)
                      ? Step.to(record.heldBy(self, time.plus(lease.get()), watcher.period()))
                      : Step.refused(),
              false);
      keptAt = now;
    }
    return held;
  }

  /**
   * Records that a tick did its work, and renews the lease. Costs nothing if this node's last beat,
   * or for a watcher without a lease another node's, is fresh enough.
   *
   * @return whether the beat stands; false if another node has taken the lease
   * @throws LedgerException if that is not known
   */
  boolean beat() {
    long begun = elapsed();
    if (hasBeaten && begun - beatenAt < watcher.period().toNanos() / 4) {
      return true;
    }
    boolean stands = change(this::beaten, watcher.lease().isEmpty());
    hasBeaten = stands;
    beatenAt = begun;
    inOfficeAt = begun;
    held = stands && watcher.lease().isPresent();
    return stands;
  }

  /**
   * Gives the lease back at an orderly end, so that another node takes over at once and nobody
   * calls the end a silence. A watcher that never beat is forgotten. Idempotent; without effect if
   * another node has it.
   *
   * @throws LedgerException if that is not known; the lease then runs out
   */
  void release() {
    if (!isForgotten()) {
      change(
          (record, now) -> isMine(record) ? Step.to(record.released()) : Step.unchanged(), false);
    }
    held = false;
    hasBeaten = false;
  }

  /**
   * Has nobody expect a watcher whose first tick an orderly end has cut off: who runs it later is
   * expected from then on. Where its silence was told, the record stays until its end is.
   */
  private boolean isForgotten() {
    WatcherRecords.Stored stored = records.read(watcher);
    boolean neverBeat =
        stored
            .record()
            .filter(record -> isMine(record) && record.beats() == 0)
            .filter(record -> record.news().equals(WatcherRecord.News.NONE))
            .isPresent();
    return neverBeat
        && ledger.controls().delete(WatcherRecord.key(watcher), stored.version()).isApplied();
  }

  private Step beaten(WatcherRecord record, Instant now) {
    if (watcher.lease().isPresent()) {
      return isMine(record)
          ? Step.to(
              record.beaten(now).heldBy(self, now.plus(watcher.lease().get()), watcher.period()))
          : Step.refused();
    }
    Duration age = Duration.between(record.beat(), now);
    boolean isFresh =
        record.beats() > 0
            && record.holder().isPresent()
            && !age.isNegative()
            && age.compareTo(watcher.period().dividedBy(2)) < 0;
    return isFresh
        ? Step.unchanged()
        : Step.to(record.beaten(now).heldBy(self, now, watcher.period()));
  }

  private Step taken(WatcherRecord record, Instant now, Duration lease) {
    boolean isOver = record.holder().isEmpty() || !now.isBefore(record.until());
    if (isMine(record)) {
      boolean hasFailed =
          isOver && (record.beats() == 0 || record.beat().isBefore(record.until().minus(lease)));
      boolean isOthersTurn = hasFailed && now.isBefore(record.until().plus(watcher.period()));
      if (!isOver) {
        return Step.unchanged();
      }
      if (isOthersTurn) {
        return Step.refused();
      }
    } else if (!isOver && !isAbandoned(lease)) {
      return Step.refused();
    }
    return Step.to(record.heldBy(self, now.plus(lease), watcher.period()));
  }

  /**
   * Changes the record by compare-and-set, read anew for each attempt.
   *
   * @param create whether to begin the record if there is none
   * @return whether what was asked is so; false if there is no record and none is begun
   */
  private boolean change(Change change, boolean create) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      WatcherRecords.Stored stored = records.read(watcher);
      if (stored.record().isEmpty() && !create) {
        return false;
      }
      Instant now = ledger.ledger().now();
      WatcherRecord record =
          stored.record().orElseGet(() -> WatcherRecord.expectedFrom(now, watcher.period()));
      observe(record);
      Step step = change.of(record, now);
      if (step.next().isEmpty()) {
        return step.granted();
      }
      if (records.replace(watcher, stored, step.next().get()).isDone()) {
        return true;
      }
    }
    throw new LedgerException(
        "%s: the record of the %s was changed by others, or its writes were not answered, %d times"
                .formatted(ledger.name(), watcher.label(), MAX_ATTEMPTS)
            + " in a row; the next tick tries again");
  }

  /** Keeps in sight since when nobody has held or beaten anew. */
  private void observe(WatcherRecord record) {
    WatcherRecord before = seen;
    if (before == null
        || !before.holder().equals(record.holder())
        || !before.until().equals(record.until())
        || before.beats() != record.beats()) {
      seen = record;
      seenSince = elapsed();
    }
  }

  private long elapsed() {
    return seams.elapsed().getAsLong();
  }

  private boolean isMine(WatcherRecord record) {
    return record.holder().equals(Optional.of(self));
  }

  private boolean isAbandoned(Duration lease) {
    return elapsed() - seenSince > lease.plus(watcher.period()).toNanos();
  }

  /** What is to become of a record: another one, or nothing, and whether that is what was asked. */
  private record Step(Optional<WatcherRecord> next, boolean granted) {

    static Step to(WatcherRecord next) {
      return new Step(Optional.of(next), true);
    }

    static Step unchanged() {
      return new Step(Optional.empty(), true);
    }

    static Step refused() {
      return new Step(Optional.empty(), false);
    }
  }

  @FunctionalInterface
  private interface Change {
    Step of(WatcherRecord record, Instant now);
  }
}
