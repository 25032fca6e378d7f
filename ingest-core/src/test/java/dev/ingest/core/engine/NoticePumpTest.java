package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** How notices get from the outbox to owners. */
final class NoticePumpTest {

  private static final Duration TICK = Duration.ofSeconds(5);

  private final ManualTime time = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Transitions transitions = new Transitions(1, time);
  private final Owners owners = new Owners();

  /** An example of a notifier: it keeps the ids, so that an owner hears of nothing twice. */
  private static final class Owners implements OwnerNotifier {

    private final List<OwnerNotice> given = new ArrayList<>();
    private final List<OwnerNotice> shown = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private Predicate<OwnerNotice> refused = notice -> false;

    @Override
    public void tell(OwnerNotice notice) {
      if (refused.test(notice)) {
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
    Seams seams =
        new Seams(
            time,
            () -> 0,
            Runnable::run,
            wait -> true,
            Runnable::run,
            Seams.Commits.INLINE,
            () -> TimeUnit.MILLISECONDS.toNanos(time.instant().toEpochMilli()));
    return new NoticePump(store, new Node.Identity(new NodeId(node), "v1"), seams, owners);
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
      time.advance(TICK);
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
      time.advance(Duration.ofMinutes(2));
    }
    run(pump("node-3", ledger), TICK);
    assertEquals(3, owners.given.size());
    assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(entry.key()));
    assertEquals(0, ledger.alerts().notices().pending());
  }

  @Test
  void poison_isSetAsideAndToldWhileOthersGoOn() {
    SequenceKey poison = accept("poison", "a").key();
    owners.refused = notice -> notice.key().equals(poison) && notice.kind() == NoticeKind.ACCEPTED;
    NoticePump pump = pump("node-1", ledger);
    for (int minute = 0; minute < 120 && aside().isEmpty(); minute++) {
      SequenceKey other = accept("o1", "s" + minute).key();
      run(pump, Duration.ofMinutes(1));
      assertEquals(List.of(NoticeKind.ACCEPTED), owners.kindsOf(other), "minute " + minute);
    }
    WaitingNotice found = aside().get(0);
    assertEquals(NoticePump.MAX_REFUSALS, found.tries().refused());
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
