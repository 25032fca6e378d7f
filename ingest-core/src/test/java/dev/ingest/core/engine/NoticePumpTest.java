package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.spi.notice.OwnerNotifier;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.Transitions;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How notices get from the outbox to owners. */
final class NoticePumpTest {

  private static final Duration TICK = Duration.ofSeconds(5);

  private final ManualTime time = new ManualTime(Bench.START);

  /** Monotonic, unlike {@link #time}, which the ledger has. */
  private final ManualTime mono = new ManualTime(Bench.START);

  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Transitions transitions = new Transitions(1, time);
  private final Owners owners = new Owners();

  /** An example of a notifier: it keeps the ids, so that an owner hears of nothing twice. */
  private static final class Owners implements OwnerNotifier {

    private final List<OwnerNotice> given = new ArrayList<>();
    private final List<OwnerNotice> shown = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private Predicate<OwnerNotice> refused = notice -> false;
    private Runnable atRefusal = () -> {};
    private int calls;

    @Override
    public void tell(OwnerNotice notice) {
      if (refused.test(notice)) {
        atRefusal.run();
        throw new IllegalStateException("no address of " + notice.key().owner());
      }
      given.add(notice);
      if (ids.add(notice.id())) {
        shown.add(notice);
      }
    }

    List<NoticeKind> kindsOf(SequenceKey key) {
      return shown.stream()
          .filter(notice -> notice.key().equals(key))
          .map(OwnerNotice::kind)
          .toList();
    }
  }

  private NoticePump pump(String node, LedgerStore store) {
    return pump(node, store, Seams.Questions.INLINE);
  }

  private NoticePump pump(String node, LedgerStore store, Seams.Questions questions) {
    Seams seams =
        new Seams(
            mono,
            () -> 0,
            Runnable::run,
            wait -> true,
            Runnable::run,
            Seams.Commits.INLINE,
            () -> TimeUnit.MILLISECONDS.toNanos(mono.instant().toEpochMilli()),
            questions);
    return new NoticePump(store, new Node.Identity(new NodeId(node), "v1"), seams, owners);
  }

  private void pass(Duration length) {
    time.advance(length);
    mono.advance(length);
  }

  private Entry accept(String owner, String id) {
    SequenceKey key = SequenceKey.of(owner, id);
    SessionId session = transitions.sessionId();
    ledger.sessions().open(session, key, new Reservation(10, 10_000), OwnerQuota.UNLIMITED);
    commit(transitions.accept(transitions.entry(key, session)));
    return ledger.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  private void commit(Transition made) {
    Transition told = made.withNotice(OwnerNotices.of(made));
    assertEquals(List.of(Outcome.APPLIED), ledger.ledger().commit(List.of(told)));
  }

  private void overdue(Entry entry) {
    Guard guard = new Guard.AtVersion(entry.version());
    commit(transitions.change(entry, guard, TransitionKind.OVERDUE, entry));
  }

  private void run(NoticePump pump, Duration length) {
    for (Duration done = Duration.ZERO; done.compareTo(length) < 0; done = done.plus(TICK)) {
      pump.tick();
      pass(TICK);
    }
  }

  private List<String> alerts() {
    return ledger.alerts().seal().lines().stream()
        .map(AlertDigest.Line::group)
        .map(group -> group.code())
        .toList();
  }

  private List<WaitingNotice> aside() {
    return ledger.alerts().notices().aside(Optional.empty(), 10);
  }

  @Test
  void notices_areToldOnceAndRemoved() {
    Entry entry = accept("o1", "a");
    overdue(entry);
    for (int i = 0; i < 250; i++) {
      accept("o2", "s" + i);
    }
    NoticePump pump = pump("node-1", ledger);
    run(pump, Duration.ofSeconds(30));
    assertEquals(252, owners.given.size());
    assertEquals(252, owners.ids.size());
    assertEquals(List.of(NoticeKind.ACCEPTED, NoticeKind.DELAYED), owners.kindsOf(entry.key()));
    assertEquals(0, ledger.alerts().notices().pending());
    assertEquals(List.of(), alerts());
  }

  @Test
  void crashBeforeTheAcknowledgement_tellsAgainUnderTheSameIds() {
    Entry entry = accept("o1", "a");
    for (int crash = 1; crash <= 2; crash++) {
      LedgerStore dying =
          new FaultingLedger(
              ledger,
              call ->
                  call.method().equals("acknowledgeNotices")
                      ? new Fault.CrashBefore()
                      : new Fault.None());
      NoticePump pump = pump("node-" + crash, dying);
      assertThrows(SimulatedCrash.class, pump::tick);
      pass(Duration.ofMinutes(2));
    }
    run(pump("node-3", ledger), TICK);
    assertEquals(3, owners.given.size());
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(entry.key()));
    assertEquals(0, ledger.alerts().notices().pending());
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void noticeAtWhichAnythingIsThrown_holdsUpNoOther(Runnable bug) {
    accept("o1", "a");
    accept("o2", "b");
    owners.refused = notice -> notice.key().owner().value().equals("o1");
    owners.atRefusal = bug;
    NoticePump pump = pump("node-1", ledger);
    run(pump, TICK);
    assertEquals(1, owners.given.size());
    owners.refused = notice -> false;
    run(pump, Duration.ofMinutes(1));
    assertEquals(2, owners.shown.size());
  }

  @Test
  void notifierThatNeverReturns_isToldOfAndHearsNothingMoreUntilItDoes() {
    ImpatientQuestions questions = new ImpatientQuestions(this::pass);
    Entry hangs = accept("o1", "a");
    accept("o1", "b");
    accept("o2", "c");
    hangOnce(questions);
    NoticePump pump = pump("node-1", ledger, questions);
    run(pump, Duration.ofMinutes(2));
    assertEquals(1, owners.calls);
    assertEquals(List.of("NOTIFIER_DOWN"), alerts());
    questions.release();
    run(pump, Duration.ofMinutes(1));
    assertEquals(List.of("NOTIFIER_BACK"), alerts());
    assertEquals(3, owners.shown.size());
    assertEquals(4, owners.given.size(), "what it took after all comes again under the same id");
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(hangs.key()));
    assertEquals(0, ledger.alerts().notices().pending());
  }

  @Test
  void notifierThatNeverReturns_leavesTheTellingToAnotherNode() {
    ImpatientQuestions questions = new ImpatientQuestions(this::pass);
    accept("o1", "a");
    accept("o2", "b");
    hangOnce(questions);
    NoticePump deaf = pump("node-1", ledger, questions);
    run(deaf, Duration.ofSeconds(20));
    NoticePump other = pump("node-2", ledger);
    for (int i = 0; i < 30 && ledger.alerts().notices().pending() > 0; i++) {
      run(deaf, Duration.ofSeconds(5));
      run(other, Duration.ofSeconds(5));
    }
    assertEquals(0, ledger.alerts().notices().pending());
    questions.release();
  }

  private void hangOnce(ImpatientQuestions questions) {
    owners.refused =
        notice -> {
          owners.calls++;
          if (owners.calls == 1) {
            questions.hangDeaf();
          }
          return false;
        };
  }

  @Test
  void poison_isSetAsideAndToldWhileOthersGoOn() {
    SequenceKey poison = accept("poison", "a").key();
    owners.refused = notice -> notice.key().equals(poison) && notice.kind() == NoticeKind.ACCEPTED;
    NoticePump pump = pump("node-1", ledger);
    for (int minute = 0; minute < 26 * 60 && aside().isEmpty(); minute++) {
      SequenceKey other = accept("o1", "s" + minute).key();
      run(pump, Duration.ofMinutes(1));
      assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(other), "minute " + minute);
    }
    WaitingNotice found = aside().get(0);
    assertTrue(found.tries().refused() >= NoticePump.MAX_REFUSALS, found::toString);
    assertTrue(
        !found.notice().cause().at().plus(NoticePump.MIN_AGE).isAfter(time.instant()),
        found::toString);
    assertTrue(found.tries().problem().contains("no address of poison"), found::toString);
    assertTrue(alerts().contains("NOTICE_REFUSED"));
    overdue(ledger.ledger().find(List.of(poison)).get(0).orElseThrow());
    run(pump, TICK);
    assertEquals(List.of(NoticeKind.DELAYED), owners.kindsOf(poison));
    owners.refused = notice -> false;
    ledger.alerts().notices().postpone(List.of(WaitingNotice.untried(found.notice())));
    run(pump, TICK);
    assertEquals(List.of(NoticeKind.DELAYED, NoticeKind.ACCEPTED), owners.kindsOf(poison));
    assertEquals(0, ledger.alerts().notices().pending());
  }

  @Test
  void outageOfADay_setsNothingAsideAndIsToldOnce() {
    owners.refused = notice -> true;
    for (int i = 0; i < 40; i++) {
      accept("o1", "s" + i);
    }
    NoticePump pump = pump("node-1", ledger);
    run(pump, Duration.ofHours(12));
    pump.close();
    pump = pump("node-2", ledger);
    run(pump, Duration.ofHours(12));
    assertEquals(List.of("NOTIFIER_DOWN"), alerts());
    assertEquals(List.of(), aside());
    assertEquals(40, ledger.alerts().notices().pending());
    owners.refused = notice -> false;
    run(pump, Duration.ofMinutes(11));
    assertEquals(40, owners.shown.size());
    assertEquals(List.of("NOTIFIER_BACK"), alerts());
  }

  /** Otherwise nobody would tell its end, nor that the next notifier takes nothing either. */
  @Test
  void endOfNotices_endsThatTheNotifierIsDownSoThatTheNextIsToldOf() {
    accept("o1", "a");
    owners.refused = notice -> true;
    NoticePump pump = pump("node-1", ledger);
    run(pump, Duration.ofMinutes(2));
    pump.close();
    assertEquals(List.of("NOTIFIER_DOWN"), alerts());
    Bench bench = new Bench();
    NoticeActs acts = new NoticeActs(bench.node(ledger, bench.content));
    Act carol = new Act("carol", "the mail is gone");
    acts.end(carol, true);
    assertEquals(List.of(), alerts());

    acts.end(carol, false);
    acts.end(carol, false);

    AlertDigest.Line back = ledger.alerts().seal().lines().get(0);
    assertEquals("NOTIFIER_BACK", back.group().code());
    assertEquals(1, back.count());
    assertTrue(back.toString().contains("by carol: the mail is gone"), back::toString);
    run(pump("node-2", ledger), Duration.ofMinutes(15));
    assertEquals(List.of("NOTIFIER_DOWN"), alerts());
  }

  /** How long the notice of another owner waits behind those of one whose endpoint is dead. */
  private Duration waitsBehindDead(int dead) {
    owners.refused = notice -> notice.key().owner().value().equals("dead");
    for (int i = 0; i < dead; i++) {
      accept("dead", "s" + i);
    }
    pass(Duration.ofSeconds(1));
    SequenceKey fine = accept("fine", "a").key();
    NoticePump pump = pump("node-1", ledger);
    Instant from = mono.instant();
    for (int i = 0; i < 1_000 && owners.kindsOf(fine).isEmpty(); i++) {
      pump.tick();
      if (owners.kindsOf(fine).isEmpty()) {
        pass(TICK);
      }
    }
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(fine));
    return Duration.between(from, mono.instant());
  }

  @Test
  void deadEndpointOfOneOwner_holdsUpNoOther() {
    assertEquals(Duration.ZERO, waitsBehindDead(3_000));
  }

  @Test
  void slowDeadEndpointOfOneOwner_holdsUpNoOtherForLong() {
    owners.atRefusal = () -> pass(Duration.ofSeconds(9));
    Duration waited = waitsBehindDead(300);
    assertTrue(waited.compareTo(Duration.ofMinutes(2)) < 0, waited::toString);
  }

  @Test
  void deadOwner_isToldOncePerHourAndSetAsideAfterADay() {
    owners.refused = notice -> notice.key().owner().value().equals("dead");
    for (int i = 0; i < 500; i++) {
      accept("dead", "s" + i);
    }
    NoticePump pump = pump("node-1", ledger);
    int told = 0;
    for (int minute = 0; minute < 23 * 60; minute++) {
      accept("fine", "s" + minute);
      run(pump, Duration.ofMinutes(1));
      told += (int) alerts().stream().filter("NOTICE_REFUSED"::equals).count();
    }
    assertTrue(told >= 1 && told <= 23, "alerts " + told);
    assertEquals(List.of(), aside());
    SequenceKey late = accept("dead", "late").key();
    run(pump, Duration.ofHours(2));
    assertTrue(alerts().stream().filter("NOTICE_REFUSED"::equals).count() <= 3);
    NoticeOutbox outbox = ledger.alerts().notices();
    assertEquals(500, outbox.aside(Optional.empty(), 1_000).size());
    assertEquals(501, outbox.pending());
    owners.refused = notice -> false;
    run(pump, Duration.ofMinutes(21));
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(late));
  }

  @Test
  void tenRefusalsWithinTheDay_setNothingAside() {
    owners.refused = notice -> notice.key().owner().value().equals("poison");
    accept("poison", "a");
    NoticePump pump = pump("node-1", ledger);
    for (int minute = 0; minute < 6 * 60; minute++) {
      accept("fine", "s" + minute);
      run(pump, Duration.ofMinutes(1));
    }
    assertEquals(List.of(), aside());
    owners.refused = notice -> false;
    run(pump, Duration.ofMinutes(11));
    assertEquals(0, ledger.alerts().notices().pending());
  }

  @Test
  void outageAfterTheClockWasSetBack_setsNothingAside() {
    NoticePump pump = pump("node-1", ledger);
    accept("o1", "first");
    run(pump, TICK);
    time.set(time.instant().minus(Duration.ofHours(3)));
    owners.refused = notice -> true;
    for (int i = 0; i < 15; i++) {
      accept("o1", "s" + i);
    }
    run(pump, Duration.ofDays(2));
    assertEquals(List.of("NOTIFIER_DOWN"), alerts());
    assertEquals(List.of(), aside());
    assertEquals(
        List.of(),
        ledger.alerts().notices().retries(Optional.empty(), 100).stream()
            .filter(waiting -> waiting.tries().refused() > 0)
            .toList());
  }

  @Test
  void noticePutOffBeforeTheClockWasSetBack_isTriedAgain() {
    SequenceKey key = accept("o1", "a").key();
    owners.refused = notice -> true;
    NoticePump pump = pump("node-1", ledger);
    run(pump, Duration.ofMinutes(1));
    time.set(time.instant().minus(Duration.ofDays(30)));
    owners.refused = notice -> false;
    run(pump, TICK);
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(key));
  }

  @Test
  void retries_areTriedBesideEverNewNotices() {
    SequenceKey late = accept("late", "a").key();
    owners.refused = notice -> true;
    NoticePump pump = pump("node-1", ledger);
    pump.tick();
    owners.refused = notice -> !notice.key().equals(late);
    owners.atRefusal = () -> pass(Duration.ofSeconds(6));
    for (int i = 0; i < 40 && owners.kindsOf(late).isEmpty(); i++) {
      accept("o" + i, "new");
      pump.tick();
      pass(TICK);
    }
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(late));
  }

  @Test
  void secondNode_waitsForTheLease() {
    NoticePump first = pump("node-1", ledger);
    NoticePump second = pump("node-2", ledger);
    first.tick();
    accept("o1", "a");
    assertEquals(0, second.tick());
    assertEquals(1, first.tick());
    accept("o1", "b");
    first.close();
    assertEquals(1, second.tick());
  }

  @Test
  void laterNotice_waitsForTheEarlierOfItsSequenceAlone() {
    Entry entry = accept("o1", "a");
    overdue(entry);
    SequenceKey other = accept("o1", "b").key();
    owners.refused =
        notice -> notice.key().equals(entry.key()) && notice.kind() == NoticeKind.ACCEPTED;
    NoticePump pump = pump("node-1", ledger);
    run(pump, Duration.ofMinutes(1));
    assertEquals(List.of(), owners.kindsOf(entry.key()));
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(other));
    owners.refused = notice -> false;
    run(pump, Duration.ofMinutes(2));
    assertEquals(List.of(NoticeKind.ACCEPTED, NoticeKind.DELAYED), owners.kindsOf(entry.key()));
  }

  @Test
  void lateAcknowledgement_isNotTakenForASuccess() {
    accept("o1", "a");
    LedgerStore refusing =
        new FaultingLedger(
            ledger,
            call ->
                call.role() == CallSite.Role.ALERTS && call.method().equals("acknowledgeNotices")
                    ? new Fault.FailBefore()
                    : new Fault.None());
    NoticePump pump = pump("node-1", refusing);
    assertThrows(LedgerException.class, pump::tick);
    assertEquals(1, ledger.alerts().notices().pending());
  }
}
