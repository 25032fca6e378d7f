package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.ledger.WaitingNotice.Tries;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.spi.notice.OwnerNotifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings notices from the outbox to the {@link OwnerNotifier}, on one node at a time under the
 * lease of {@link Watcher#NOTIFIER}.
 *
 * <p>A page of notices is told one after the other, then what was taken is removed and what was not
 * is put off, each in one commit. A crash in between has the page told again, under the same ids.
 *
 * <p>A notice that is not taken waits 10 s, then twice as long each time, up to 10 min, and holds
 * up the later ones of its own sequence alone. It counts as a refusal of this very notice only if
 * the notifier took another one since the last try: so an outage, however long, sets nothing aside.
 * After {@link #MAX_REFUSALS} of these it is set aside and told to operators, and the later ones of
 * its sequence go on. A notifier that takes nothing for a minute is told of as such.
 *
 * <p>The lease paces and does not fence: after a long pause two nodes may tell at a time, which
 * receivers see as doubles. For one thread.
 */
public final class NoticePump implements AutoCloseable {

  /**
   * How often the notifier may refuse one notice, while it takes others, before it is set aside.
   */
  public static final int MAX_REFUSALS = 10;

  static final ControlRecord.Key DOWN = new ControlRecord.Key("notices", "down");

  private static final Logger LOG = LoggerFactory.getLogger(NoticePump.class);
  private static final int PAGE = 100;

  /** How many failures end a tick, so that a notifier that is down is not hammered. */
  private static final int MAX_FAILURES = 20;

  /** After this time no further notice is begun in a tick; one takes 10 s at most. */
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
  private static final Duration DOWN_AFTER = Duration.ofMinutes(1);
  private static final String SINCE = "since";

  private final LedgerStore ledger;
  private final Node.Identity identity;
  private final Seams seams;
  private final OwnerNotifier notifier;
  private final WatcherLease lease;
  private boolean isInOffice;
  private @Nullable Instant lastTaken;
  private int failures;
  private long failingSince;
  private boolean isTold;

  /**
   * Creates a pump that has no lease yet. Does no I/O.
   *
   * @param ledger where the notices are
   * @param identity this node
   * @param seams time
   * @param notifier who tells owners
   */
  public NoticePump(
      LedgerStore ledger, Node.Identity identity, Seams seams, OwnerNotifier notifier) {
    this.ledger = ledger;
    this.identity = identity;
    this.seams = seams;
    this.notifier = notifier;
    this.lease = new WatcherLease(ledger, Watcher.NOTIFIER, identity.id(), seams);
  }

  /** What became of a page. */
  private record Told(List<OwnerNotice> taken, List<Failed> failed, boolean goesOn) {}

  private record Failed(WaitingNotice waiting, boolean isRefusal, Throwable error) {}

  /**
   * Tells what is due, if this node has the lease; to be called every 5 s.
   *
   * @return how many notices were taken; 0 also if another node tells
   * @throws LedgerException if the ledger did not take something; the next tick goes on
   */
  public int tick() {
    if (!lease.tryHold()) {
      isInOffice = false;
      return 0;
    }
    if (!isInOffice) {
      takeOffice();
    }
    int done = tellDue();
    isInOffice = lease.beat();
    return done;
  }

  private void takeOffice() {
    lastTaken = null;
    failures = 0;
    isTold = isDown(ledger.controls().read(DOWN));
    isInOffice = true;
  }

  private int tellDue() {
    NoticeOutbox outbox = ledger.alerts().notices();
    long end = elapsed() + BUDGET.toNanos();
    int taken = 0;
    int failed = 0;
    boolean goesOn = true;
    while (goesOn) {
      List<WaitingNotice> page = outbox.due(PAGE);
      Told told = tell(page, end, MAX_FAILURES - failed);
      settle(outbox, told);
      taken += told.taken().size();
      failed += told.failed().size();
      goesOn = told.goesOn() && page.size() == PAGE;
    }
    return taken;
  }

  private Told tell(List<WaitingNotice> page, long end, int mayFail) {
    List<OwnerNotice> taken = new ArrayList<>();
    List<Failed> failed = new ArrayList<>();
    for (WaitingNotice waiting : page) {
      if (elapsed() - end >= 0 || failed.size() >= mayFail || !lease.keep()) {
        return new Told(taken, failed, false);
      }
      Throwable error = tryTell(waiting.notice());
      if (error == null) {
        taken.add(waiting.notice());
      } else {
        failed.add(new Failed(waiting, !taken.isEmpty() || isTakenSince(waiting.tries()), error));
      }
    }
    return new Told(taken, failed, true);
  }

  private @Nullable Throwable tryTell(OwnerNotice notice) {
    try {
      notifier.tell(notice);
      return null;
    } catch (RuntimeException | VirtualMachineError | LinkageError | AssertionError e) {
      // What the supervisor catches too: one notice must not hold up all others.
      LOG.warn(
          "notice {} to {} was not taken: {}", notice.id(), notice.key(), Failures.describe(e));
      return e;
    }
  }

  private boolean isTakenSince(Tries tries) {
    Instant taken = lastTaken;
    return taken != null && tries.last().filter(last -> !taken.isAfter(last)).isEmpty();
  }

  private void settle(NoticeOutbox outbox, Told told) {
    if (!told.taken().isEmpty()) {
      outbox.acknowledge(told.taken());
    }
    if (told.taken().isEmpty() && told.failed().isEmpty()) {
      return;
    }
    Instant now = ledger.ledger().now();
    if (!told.taken().isEmpty()) {
      lastTaken = now;
      failures = 0;
      backIfDown(now);
    }
    if (!told.failed().isEmpty()) {
      outbox.postpone(told.failed().stream().map(failed -> putOff(failed, now)).toList());
      noteFailures(told, now);
    }
  }

  /** Tells of one that is set aside before it is: after a crash twice, never not at all. */
  private WaitingNotice putOff(Failed failed, Instant now) {
    WaitingNotice waiting = failed.waiting();
    Tries tries =
        new Tries(
            waiting.tries().made() + 1,
            waiting.tries().refused() + (failed.isRefusal() ? 1 : 0),
            Optional.of(now),
            BoundedText.of(Failures.describe(failed.error()), Tries.MAX_PROBLEM));
    boolean isAside = tries.refused() >= MAX_REFUSALS;
    if (isAside) {
      OwnerNotice notice = waiting.notice();
      raise(
          AlertCode.NOTICE_REFUSED,
          Optional.of(notice.key()),
          now,
          "notice %s to the owner of %s was refused %d times while others were taken, last with: %s"
              .formatted(notice.id(), notice.key(), tries.refused(), tries.problem()));
    }
    return new WaitingNotice(waiting.notice(), tries, now.plus(pause(tries.made())), isAside);
  }

  private static Duration pause(int tries) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(tries - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private void noteFailures(Told told, Instant now) {
    if (!told.taken().isEmpty()) {
      return;
    }
    if (failures == 0) {
      failingSince = elapsed();
    }
    failures += told.failed().size();
    if (!isTold && elapsed() - failingSince >= DOWN_AFTER.toNanos()) {
      Optional<ControlRecord> record = ledger.controls().read(DOWN);
      if (!isDown(record)) {
        Failed last = told.failed().get(told.failed().size() - 1);
        raise(
            AlertCode.NOTIFIER_DOWN,
            Optional.empty(),
            now,
            "the notifier took nothing on %s in %d tries, last with: %s; repair it or the way to it"
                .formatted(identity.id(), failures, Failures.describe(last.error())));
        write(record, Long.toString(now.toEpochMilli()));
      }
      isTold = true;
    }
  }

  private void backIfDown(Instant now) {
    if (isTold) {
      Optional<ControlRecord> record = ledger.controls().read(DOWN);
      if (isDown(record)) {
        raise(
            AlertCode.NOTIFIER_BACK,
            Optional.empty(),
            now,
            "the notifier takes notices again on %s; nothing to do".formatted(identity.id()));
        write(record, "");
      }
      isTold = false;
    }
  }

  private void raise(AlertCode code, Optional<SequenceKey> sequence, Instant now, String message) {
    EngineAlert alert = new EngineAlert(code, "", "", sequence, message);
    ledger.alerts().raise(List.of(alert.row(identity, now)));
    LOG.warn("{}: {}", code, message);
  }

  private void write(Optional<ControlRecord> before, String since) {
    long version = before.map(ControlRecord::version).orElse(0L) + 1;
    Outcome outcome =
        ledger.controls().write(RecordBody.of(DOWN).with(SINCE, since).record(version));
    if (!outcome.isApplied()) {
      throw new LedgerException(
          "%s: that the notifier is down or back was not written, as another node may tell: %s"
              .formatted(ledger.name(), outcome));
    }
  }

  private static boolean isDown(Optional<ControlRecord> record) {
    return record.filter(found -> !RecordBody.parse(found).text(SINCE).isEmpty()).isPresent();
  }

  private long elapsed() {
    return seams.elapsed().getAsLong();
  }

  /** Leaves the lease to another node. Idempotent. */
  @Override
  public void close() {
    isInOffice = false;
    lease.release();
  }
}
