package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.contract.AlertOutboxContract;
import dev.ingest.testkit.contract.ControlRecordsContract;
import dev.ingest.testkit.contract.LedgerContract;
import dev.ingest.testkit.contract.UploadSessionsContract;
import dev.ingest.testkit.contract.WorkQueueContract;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultInjector;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FaultingLedgerTest {

  private static final IncarnationId INCARNATION = IncarnationId.ofBits(7, 8);
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));
  private final Transitions transitions = new Transitions(5, time);
  private final InMemoryLedger ledger = new InMemoryLedger(time, INCARNATION);
  private final FaultPlan plan = new FaultPlan();
  private final FaultingLedger faulting = new FaultingLedger(ledger, plan);

  private static LedgerStore faultless(InstantSource clock) {
    return new FaultingLedger(new InMemoryLedger(clock, INCARNATION), FaultInjector.NONE);
  }

  /** Without a fault the wrapper is a ledger like any other. */
  @Nested
  class Entries extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return faultless(clock);
    }
  }

  /** Each commit delivered twice is still a ledger like any other. */
  @Nested
  class DuplicatedCommits extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return new FaultingLedger(
          new InMemoryLedger(clock, INCARNATION),
          call -> call.method().equals("commit") ? new Fault.Duplicate() : Fault.NONE);
    }
  }

  @Nested
  class Work extends WorkQueueContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return faultless(clock);
    }
  }

  @Nested
  class Sessions extends UploadSessionsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return faultless(clock);
    }
  }

  @Nested
  class Alerts extends AlertOutboxContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return faultless(clock);
    }
  }

  @Nested
  class Controls extends ControlRecordsContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return faultless(clock);
    }
  }

  @Test
  void failBefore_noEffect() {
    plan.at(Role.LEDGER, "commit", 1, new Fault.FailBefore());
    Transition accept = accept("a");
    String message =
        assertThrows(LedgerException.class, () -> faulting.ledger().commit(List.of(accept)))
            .toString();
    assertTrue(message.contains("memory:ledger") && message.contains("LEDGER.commit#1"), message);
    assertEquals(0, ledger.ledger().census(Optional.empty()).total());
    assertEquals(List.of(Outcome.APPLIED), faulting.ledger().commit(List.of(accept)));
  }

  @Test
  void replyLost_resubmittedIsApplied() {
    plan.at(Role.LEDGER, "commit", 1, new Fault.ReplyLost());
    Transition accept = accept("a");
    assertThrows(LedgerException.class, () -> faulting.ledger().commit(List.of(accept)));
    assertEquals(1, ledger.ledger().census(Optional.empty()).total());
    assertEquals(List.of(Outcome.APPLIED), faulting.ledger().commit(List.of(accept)));
    assertEquals(1, ledger.ledger().history(accept.key(), 0, 10).size());
  }

  @Test
  void tornBatches_firstElementsOnly() {
    plan.at(Role.LEDGER, "commit", 1, new Fault.Torn(2));
    plan.at(Role.WORK, "claim", 1, new Fault.Torn(1));
    plan.at(Role.WORK, "handBack", 1, new Fault.Torn(1));
    List<Transition> batch = Stream.of("a", "b", "c").map(this::accept).toList();
    assertThrows(LedgerException.class, () -> faulting.ledger().commit(batch));
    assertEquals(2, ledger.ledger().census(Optional.empty()).total());
    faulting.ledger().commit(batch);
    assertThrows(LedgerException.class, () -> faulting.work().claim(claim(3)));
    assertEquals(1, ledger.ledger().census(Optional.empty()).count(State.PROCESSING));
    List<Held> held = faulting.work().claim(claim(3)).stream().map(this::held).toList();
    assertEquals(2, held.size());
    assertThrows(LedgerException.class, () -> faulting.work().handBack(held));
    assertEquals(2, ledger.ledger().census(Optional.empty()).count(State.PROCESSING));
  }

  @Test
  void tornWhole_noEffect() {
    plan.at(Role.ALERTS, "raise", 1, new Fault.Torn(1));
    assertThrows(
        LedgerException.class,
        () ->
            faulting
                .alerts()
                .raise(
                    List.of(transitions.alert("A", key("a")), transitions.alert("B", key("a")))));
    assertEquals(0, ledger.alerts().pending());
  }

  @Test
  void duplicate_callerSeesFirstReply() {
    plan.at(Role.LEDGER, "commit", 2, new Fault.Duplicate());
    plan.at(Role.WORK, "claim", 1, new Fault.Duplicate());
    faulting.ledger().commit(List.of(accept("a"), accept("b")));
    Entry read = ledger.ledger().find(List.of(key("a"))).get(0).orElseThrow();
    Transition mark = transitions.mark(read, standing -> standing.withOverdue(true));
    assertEquals(List.of(Outcome.APPLIED), faulting.ledger().commit(List.of(mark)));
    assertEquals(2, ledger.ledger().history(key("a"), 0, 10).size());
    List<Claimed> claimed = faulting.work().claim(claim(1));
    assertEquals(1, claimed.size());
    assertEquals(2, ledger.ledger().census(Optional.empty()).count(State.PROCESSING));
  }

  @Test
  void crash_beforeAndAfter() {
    plan.at(Role.ALERTS, "seal", 1, new Fault.CrashBefore());
    plan.at(Role.ALERTS, "seal", 2, new Fault.CrashAfter());
    assertThrows(SimulatedCrash.class, () -> faulting.alerts().seal());
    assertEquals(0, ledger.alerts().unsent(10).size());
    assertThrows(SimulatedCrash.class, () -> faulting.alerts().seal());
    assertEquals(1, ledger.alerts().unsent(10).size());
  }

  @Test
  void delay_timePassesAndOthersWork() {
    plan.at(
        Role.WORK,
        "claim",
        1,
        new Fault.Delay(() -> ledger.work().claim(claim(1)), () -> time.advance(LEASE)));
    faulting.ledger().commit(List.of(accept("a"), accept("b")));
    List<Claimed> claimed = faulting.work().claim(claim(2));
    assertEquals(1, claimed.size());
    assertEquals(2, faulting.work().claim(claim(2)).size());
  }

  @Test
  void plan_recordsCallsInOrder() {
    faulting.ledger().now();
    faulting.ledger().now();
    faulting.alerts().pending();
    assertEquals(
        List.of(
            new CallSite(Role.LEDGER, "now", 1),
            new CallSite(Role.LEDGER, "now", 2),
            new CallSite(Role.ALERTS, "pending", 1)),
        plan.calls());
    assertEquals(List.of(), plan.struck());
  }

  @Test
  void backup_goesItsOwnWay() {
    faulting.ledger().commit(List.of(accept("a"), accept("b")));
    Claimed claimed = ledger.work().claim(claim(1)).get(0);
    ledger.alerts().raise(List.of(transitions.alert("A", key("a"))));
    InMemoryLedger restored = ledger.backup(IncarnationId.ofBits(9, 9));
    assertEquals(
        ledger.ledger().census(Optional.empty()), restored.ledger().census(Optional.empty()));
    assertEquals(1, restored.pendingAlerts().size());
    assertEquals(1, restored.ledger().holdings().usage(key("a").owner()).heldBytes() / 4_096);
    Transition done = transitions.stageDone(claimed.entry(), Optional.empty());
    Outcome.NotApplied fenced = (Outcome.NotApplied) restored.ledger().commit(List.of(done)).get(0);
    assertEquals(Outcome.Reason.FENCED, fenced.reason());
    assertEquals(List.of(Outcome.APPLIED), ledger.ledger().commit(List.of(done)));
    assertEquals(
        State.PROCESSING, restored.ledger().find(List.of(done.key())).get(0).orElseThrow().state());
  }

  private Transition accept(String id) {
    SessionId session = transitions.sessionId();
    ledger.sessions().open(session, key(id), new Reservation(1, 1), OwnerQuota.UNLIMITED);
    return transitions.accept(transitions.entry(key(id), session));
  }

  private ClaimRequest claim(int limit) {
    WorkRef work = new WorkRef(Transitions.PIPELINE.name(), Optional.of(Transitions.FIRST_STAGE));
    return new ClaimRequest(new NodeId("n"), "1", Set.of(work), limit, LEASE);
  }

  private Held held(Claimed claimed) {
    return new Held(
        claimed.entry().key(), claimed.entry().position().lease().orElseThrow().token());
  }

  private static SequenceKey key(String id) {
    return SequenceKey.of("o1", id);
  }
}
