package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
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
 * Part of each tick is for those that were tried before, part for those that were not; both go on
 * where the last tick ended, so that each notice has its turn.
 *
 * <p>A notice that is not taken waits 10 s, then twice as long each time, up to 10 min, and holds
 * up the later ones of its own sequence alone. An owner of whom three failed and none was taken
 * rests as long, and holds up no other ({@link OwnerRests}). A failure counts as a refusal of this
 * very notice only if the notifier took another one since the last try in this process: so an
 * outage of it, however long, sets nothing aside.
 *
 * <p>After {@link #MAX_REFUSALS} of these, and {@link #MIN_AGE} after what it tells of, a notice is
 * set aside, and the later ones of its sequence go on; so are all that are as old of an owner of
 * whom nothing else was seen for that time. Operators are told once per owner and hour, from the
 * tenth refusal on. A notifier that takes nothing for a minute is told of as such.
 *
 * <p>A notifier that does not return in its time has not taken the notice, and is interrupted. As
 * long as it has not returned all the same, no other notice is tried ({@link Recipient}).
 *
 * <p>The lease paces and does not fence: after a long pause two nodes may tell at a time, which
 * receivers see as doubles. For one thread.
 */
final class NoticePump implements AutoCloseable {

  /**
   * How often the notifier may refuse one notice, while it takes others, before it is set aside.
   */
  static final int MAX_REFUSALS = 10;

  /** How old a notice is at least that is set aside, by the ledger's clock. */
  static final Duration MIN_AGE = Duration.ofHours(24);

  private static final Logger LOG = LoggerFactory.getLogger(NoticePump.class);
  private static final int PAGE = 100;

  /** How many failures end a part of a tick, so that a notifier that is down is not hammered. */
  private static final int MAX_FAILURES = 10;

  /** After this time no further retry is begun in a tick; one takes 10 s at most. */
  private static final Duration RETRIES_BUDGET = Duration.ofMillis(2_500);

  /** The same for untried notices, from when their part begins. */
  private static final Duration UNTRIED_BUDGET = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
  private static final Duration DOWN_AFTER = Duration.ofMinutes(1);

  private final LedgerStore ledger;
  private final Node.Identity identity;
  private final Seams seams;
  private final OwnerNotifier notifier;
  private final Recipient recipient;
  private final WatcherLease lease;
  private final OwnerRests rests;
  private final NotifierDown down;
  private boolean isInOffice;
  private Optional<WaitingNotice> lastRetry = Optional.empty();
  private Optional<WaitingNotice> lastUntried = Optional.empty();
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
  NoticePump(LedgerStore ledger, Node.Identity identity, Seams seams, OwnerNotifier notifier) {
    this.ledger = ledger;
    this.identity = identity;
    this.seams = seams;
    this.notifier = notifier;
    this.recipient = new Recipient("the notifier", seams.questions());
    this.rests = new OwnerRests(seams.elapsed());
    this.down = new NotifierDown(ledger, identity);
    this.lease = new WatcherLease(ledger, Watcher.NOTIFIER, identity.id(), seams);
  }

  /** How a part of the outbox is read. */
  @FunctionalInterface
  private interface Part {
    List<WaitingNotice> read(Optional<WaitingNotice> after, int limit);
  }

  /** What became of a page, as far as its notices had their turn. */
  private static final class Told {
    private final List<OwnerNotice> taken = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();
    private final List<WaitingNotice> givenUp = new ArrayList<>();
    private int passed;
    private boolean goesOn = true;

    int tries() {
      return taken.size() + failed.size();
    }
  }

  private record Failed(WaitingNotice waiting, boolean isRefusal, Throwable error) {}

  /**
   * Tells what is due, if this node has the lease; to be called every 5 s.
   *
   * @return how many notices were taken; 0 also if another node tells
   * @throws LedgerException if the ledger did not take something; the next tick goes on
   */
  int tick() {
    if (!lease.tryHold()) {
      isInOffice = false;
      return 0;
    }
    if (!isInOffice) {
      takeOffice();
    }
    int done = tellDue();
    // Without a beat the lease runs out, and goes to a node whose notifier may return.
    if (!recipient.isOut()) {
      isInOffice = lease.beat();
    }
    return done;
  }

  private void takeOffice() {
    rests.forget();
    lastRetry = Optional.empty();
    lastUntried = Optional.empty();
    // A notifier that has not returned since then has failed all the while.
    failures = recipient.isOut() ? failures : 0;
    isTold = down.isTold();
    isInOffice = true;
  }

  private int tellDue() {
    if (recipient.isOut()) {
      noteFailures(1, recipient.stillOut(), ledger.ledger().now());
      return 0;
    }
    NoticeOutbox outbox = ledger.alerts().notices();
    putRight(outbox);
    long before = rests.count();
    lastRetry = tellPart(outbox, outbox::retries, lastRetry, RETRIES_BUDGET);
    lastUntried = tellPart(outbox, outbox::untried, lastUntried, UNTRIED_BUDGET);
    return (int) (rests.count() - before);
  }

  /** Has what was put off before the ledger's clock was set back tried again from now on. */
  private void putRight(NoticeOutbox outbox) {
    List<WaitingNotice> ahead = outbox.ahead(NoticeOutbox.MAX_NOTICES);
    if (!ahead.isEmpty()) {
      Instant now = ledger.ledger().now();
      outbox.postpone(ahead.stream().map(waiting -> from(waiting, now)).toList());
    }
  }

  private static WaitingNotice from(WaitingNotice waiting, Instant now) {
    Tries before = waiting.tries();
    Tries tries = new Tries(before.made(), before.refused(), Optional.of(now), before.problem());
    return new WaitingNotice(waiting.notice(), tries, now, false);
  }

  /**
   * Goes on after the notice that had its turn last.
   *
   * @return the one after which to go on next time; empty to begin anew
   */
  private Optional<WaitingNotice> tellPart(
      NoticeOutbox outbox, Part part, Optional<WaitingNotice> from, Duration budget) {
    long end = elapsed() + budget.toNanos();
    Optional<WaitingNotice> after = from;
    int failed = 0;
    int limit = PAGE;
    Told told;
    do {
      List<WaitingNotice> page = part.read(after, limit);
      told = tell(page, end, MAX_FAILURES - failed);
      settle(outbox, told);
      failed += told.failed.size();
      if (told.passed == page.size() && page.size() < limit) {
        return Optional.empty();
      }
      after = told.passed == 0 ? after : Optional.of(page.get(told.passed - 1));
      limit = told.tries() == 0 ? NoticeOutbox.MAX_NOTICES : PAGE;
    } while (told.goesOn);
    return after;
  }

  /** Passes by owners that rest, so that the page may be longer than what is told of it. */
  private Told tell(List<WaitingNotice> page, long end, int mayFail) {
    Told told = new Told();
    for (WaitingNotice waiting : page) {
      if (told.tries() == PAGE) {
        return told;
      }
      boolean isEnough = elapsed() - end >= 0 || told.failed.size() >= mayFail;
      if (isEnough || recipient.isOut() || !lease.keep()) {
        told.goesOn = false;
        return told;
      }
      OwnerId owner = waiting.notice().key().owner();
      if (!rests.isResting(owner)) {
        tell(waiting, told);
      } else if (rests.isGivenUp(owner, MAX_REFUSALS, MIN_AGE)) {
        told.givenUp.add(waiting);
      }
      told.passed++;
    }
    return told;
  }

  private void tell(WaitingNotice waiting, Told told) {
    OwnerNotice notice = waiting.notice();
    Throwable error = tryTell(notice);
    if (error == null) {
      rests.taken(notice);
      told.taken.add(notice);
    } else {
      told.failed.add(new Failed(waiting, rests.isRefused(notice), error));
    }
  }

  private @Nullable Throwable tryTell(OwnerNotice notice) {
    Throwable error = recipient.tell(() -> notifier.tell(notice));
    if (error != null) {
      LOG.warn(
          "notice {} to {} was not taken: {}", notice.id(), notice.key(), Failures.describe(error));
    }
    return error;
  }

  private void settle(NoticeOutbox outbox, Told told) {
    if (!told.taken.isEmpty()) {
      outbox.acknowledge(told.taken);
    }
    if (told.tries() == 0 && told.givenUp.isEmpty()) {
      return;
    }
    Instant now = ledger.ledger().now();
    if (!told.taken.isEmpty()) {
      failures = 0;
      backIfDown(now);
    }
    List<WaitingNotice> waiting = new ArrayList<>();
    told.failed.forEach(failed -> waiting.add(putOff(failed, now)));
    told.givenUp.stream()
        .filter(one -> isOld(one, now))
        .forEach(one -> waiting.add(giveUp(one, now)));
    if (!waiting.isEmpty()) {
      outbox.postpone(waiting);
    }
    if (told.taken.isEmpty() && !told.failed.isEmpty()) {
      Failed last = told.failed.get(told.failed.size() - 1);
      noteFailures(told.failed.size(), last.error(), now);
    }
  }

  private static boolean isOld(WaitingNotice waiting, Instant now) {
    return !waiting.notice().cause().at().plus(MIN_AGE).isAfter(now);
  }

  private WaitingNotice putOff(Failed failed, Instant now) {
    WaitingNotice waiting = failed.waiting();
    Tries tries =
        new Tries(
            waiting.tries().made() + 1,
            waiting.tries().refused() + (failed.isRefusal() ? 1 : 0),
            Optional.of(now),
            BoundedText.of(Failures.describe(failed.error()), Tries.MAX_PROBLEM));
    OwnerNotice notice = waiting.notice();
    boolean isOften = tries.refused() >= MAX_REFUSALS;
    if (isOften || rests.isGivenUp(notice.key().owner(), MAX_REFUSALS, Duration.ZERO)) {
      raiseRefused(notice, tries.problem(), now);
    }
    Duration pause = OwnerRests.pause(FIRST_PAUSE, LONGEST_PAUSE, tries.made() - 1);
    return new WaitingNotice(notice, tries, now.plus(pause), isOften && isOld(waiting, now));
  }

  /** Sets aside what is as old as its owner takes nothing, tried or not. */
  private WaitingNotice giveUp(WaitingNotice waiting, Instant now) {
    Tries before = waiting.tries();
    String problem =
        before.made() > 0 ? before.problem() : "not tried: others of its owner were refused";
    raiseRefused(waiting.notice(), problem, now);
    Tries tries = new Tries(before.made(), before.refused(), before.last(), problem);
    return new WaitingNotice(waiting.notice(), tries, waiting.dueAt(), true);
  }

  /** Tells of an owner before a notice is set aside: after a crash twice, never not at all. */
  private void raiseRefused(OwnerNotice notice, String problem, Instant now) {
    OwnerId owner = notice.key().owner();
    if (!rests.isToBeTold(owner)) {
      return;
    }
    raise(
        AlertCode.NOTICE_REFUSED,
        Optional.of(notice.key()),
        now,
        ("notice %s to the owner of %s, or others to this owner, was refused %d times or more while"
                + " others were taken, last with: %s; what is older than %d h is set aside")
            .formatted(notice.id(), notice.key(), MAX_REFUSALS, problem, MIN_AGE.toHours()));
    rests.told(owner);
  }

  /** Notes that the notifier took nothing. */
  private void noteFailures(int more, Throwable last, Instant now) {
    if (failures == 0) {
      failingSince = elapsed();
    }
    failures += more;
    if (!isTold && elapsed() - failingSince >= DOWN_AFTER.toNanos()) {
      down.begin(
          now,
          "the notifier took nothing on %s in %d tries, last with: %s; repair it or the way to it"
              .formatted(identity.id(), failures, Failures.describe(last)));
      isTold = true;
    }
  }

  private void backIfDown(Instant now) {
    if (isTold) {
      down.end(
          now, "the notifier takes notices again on %s; nothing to do".formatted(identity.id()));
      isTold = false;
    }
  }

  private void raise(AlertCode code, Optional<SequenceKey> sequence, Instant now, String message) {
    EngineAlert alert = new EngineAlert(code, "", "", sequence, message);
    ledger.alerts().raise(List.of(alert.row(identity, now)));
    LOG.warn("{}: {}", code, message);
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
