package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.core.engine.Committer;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The four interleavings at which such systems break, each at its exact call. */
class InterleavingsTest {

  private static final Event.Act ACT = new Event.Act("operator", "a test");

  private final Bench bench = new Bench();
  private final Engine other = bench.engine("other", new FaultPlan());

  @AfterEach
  void everyInvariantHolds() {
    bench.look();
  }

  @Test
  void submitterPausedPastAbandonmentBeforeItsManifest_isRefusedAndLeavesNothingReachable()
      throws IOException {
    FaultPlan plan = new FaultPlan();
    // Items a and b, then the manifest: the third put.
    plan.at(Role.WRITER, "put", 3, Bench.meanwhile(this::abandonAndSweep));
    Engine paused = bench.engine("paused", plan);

    assertThrows(UploadClosedException.class, () -> bench.submit(paused));

    assertEquals(1, plan.struck().size());
    assertTrue(bench.rawLedger.ledger().find(List.of(Bench.KEY)).get(0).isEmpty());
    List<ContentKey> left = bench.rawContent.keys();
    newUploadWorks();
    ContentPrefix session = KeyLayout.session(Bench.KEY, bench.entry().raw());
    assertEquals(List.of(), left.stream().filter(session::covers).toList());
  }

  @Test
  void submitterPausedPastAbandonmentAfterItsManifest_isRefusedAndItsBytesAreQuarantined()
      throws IOException {
    FaultPlan plan = new FaultPlan();
    plan.at(Role.LEDGER, "commit", 1, Bench.meanwhile(this::abandonAndSweep));
    Engine paused = bench.engine("paused", plan);

    assertThrows(UploadClosedException.class, () -> bench.submit(paused));

    assertEquals(1, plan.struck().size());
    assertTrue(bench.rawLedger.ledger().find(List.of(Bench.KEY)).get(0).isEmpty());
    assertEquals(
        List.of("ACCEPTANCE_UNKNOWN"),
        bench.rawLedger.pendingAlerts().stream().map(row -> row.group().code()).toList());
    newUploadWorks();
  }

  @Test
  void zombieWorkerAfterItsOutputWasSwept_isFencedAndReadersSeeTheRightResult() throws IOException {
    bench.submit(other);
    FaultPlan plan = new FaultPlan();
    plan.at(Role.LEDGER, "commit", 1, Bench.meanwhile(this::takeOverAndSweep));
    Engine zombie = bench.engine("zombie", plan);

    zombie.worker().tick();

    assertEquals(1, plan.struck().size());
    assertTheOthersResult();
    assertEquals(List.of(), below(outputOf(1)), "swept, and not written again");
  }

  @Test
  void zombieWorkerThatPutsAfterTheSweep_leavesOnlyUnreachableBytes() throws IOException {
    bench.submit(other);
    FaultPlan plan = new FaultPlan();
    plan.at(Role.WRITER, "commit", 1, Bench.meanwhile(this::takeOverAndSweep));
    Engine zombie = bench.engine("zombie", plan);

    zombie.worker().tick();

    assertEquals(1, plan.struck().size());
    assertTheOthersResult();
    assertFalse(below(outputOf(1)).isEmpty(), "the zombie did write");
  }

  @Test
  void deleterOfAnAbandonedSessionPausedBeforeItDeletes_cannotHitAReupload() throws IOException {
    try (Upload upload = other.upload(Bench.KEY)) {
      // More items than one group holds, so that some are durable before the submission.
      for (int i = 0; i < 300; i++) {
        upload.add(new ItemName("item-" + i), new byte[] {1, 2, 3});
      }
    }
    bench.time.advance(Bench.IDLE.plusSeconds(1));
    other.sweeper().tick();
    bench.time.advance(Bench.GRACE.plusSeconds(1));
    assertEquals(1, sessions(SessionState.ABANDONED).size());
    int abandoned = bench.rawContent.size();
    assertTrue(abandoned > 0);
    FaultPlan plan = new FaultPlan();
    plan.at(Role.PURGER, "delete", 1, Bench.meanwhile(this::uploadAndVerify));
    Engine deleter = bench.engine("deleter", plan);

    deleter.sweeper().tick();

    assertEquals(1, plan.struck().size());
    assertReuploadIsWhole();
    assertEquals(List.of(), sessions(SessionState.ABANDONED));
  }

  @Test
  void deleterOfADiscardedRunPausedBeforeItDeletes_cannotHitAReupload() throws IOException {
    bench.submit(other);
    FaultPlan death = new FaultPlan();
    death.at(Role.LEDGER, "commit", 1, new Fault.CrashBefore());
    assertThrows(SimulatedCrash.class, () -> bench.engine("dying", death).worker().tick());
    bench.time.advance(Bench.LEASE.plusSeconds(1));
    bench.work(other);
    mark(new Event.DiscardDecided(Event.Ground.ERASURE, ACT));
    mark(new Event.DisposalFinished());
    bench.time.advance(Bench.GRACE.plusSeconds(1));
    assertFalse(below(outputOf(1)).isEmpty());
    FaultPlan plan = new FaultPlan();
    plan.at(Role.PURGER, "delete", 1, Bench.meanwhile(this::uploadAndVerify));
    Engine deleter = bench.engine("deleter", plan);

    deleter.sweeper().tick();

    assertEquals(1, plan.struck().size());
    assertReuploadIsWhole();
    assertEquals(List.of(), below(outputOf(1)));
  }

  private void uploadAndVerify() {
    bench.submit(other);
    bench.work(other);
    assertEquals(State.VERIFIED, bench.entry().state());
  }

  private void assertReuploadIsWhole() throws IOException {
    assertEquals(State.VERIFIED, bench.entry().state());
    assertTrue(other.verify(bench.entry()).isClean(), () -> "" + other.verify(bench.entry()));
    assertEquals(Bench.ITEMS, bench.read(other));
  }

  @Test
  void markSetWhileAWorkerCommits_takesEffectBesidesTheFinishedWork() {
    bench.submit(other);
    FaultPlan plan = new FaultPlan();
    plan.at(
        Role.LEDGER,
        "commit",
        1,
        Bench.meanwhile(
            () -> {
              bench.time.advance(Duration.ofMinutes(2));
              mark(new Event.DeadlinePassed());
              mark(new Event.HoldPlaced(new Hold("operator", "a test", bench.time.instant())));
            }));
    Engine worker = bench.engine("worker", plan);

    worker.worker().tick();

    assertEquals(1, plan.struck().size());
    assertEquals(State.PROCESSED, bench.entry().state());
    assertTrue(bench.entry().standing().overdue());
    assertTrue(bench.entry().standing().hold().isPresent());
    assertEquals(Bench.ITEMS.size(), bench.itemsProcessed(), "the stage ran once");
    assertEquals(Optional.empty(), bench.entry().position().lease());
  }

  @Test
  void twoThatResumeASessionAtOnce_haveKeysOfTheirOwn() throws IOException {
    other.upload(Bench.KEY).close();
    List<Upload> second = new ArrayList<>();
    FaultPlan plan = new FaultPlan();
    plan.at(Role.SESSIONS, "find", 1, Bench.meanwhile(() -> second.add(other.upload(Bench.KEY))));
    Engine paused = bench.engine("paused", plan);

    Upload first = paused.upload(Bench.KEY);
    Upload overtaken = second.get(0);
    first.add(new ItemName("a"), new byte[] {1});
    overtaken.add(new ItemName("a"), new byte[] {2});

    Receipt receipt = first.submit();
    assertThrows(IngestException.class, overtaken::submit);
    bench.invariants.received(receipt);
    assertEquals(1, plan.struck().size());
    assertEquals(0, bench.content.conflicts());
  }

  private void mark(Event event) {
    assertInstanceOf(
        Committer.Result.Committed.class, other.committer().apply(bench.entry(), event));
  }

  private void abandonAndSweep() {
    bench.time.advance(Bench.IDLE.plusSeconds(1));
    other.sweeper().tick();
    bench.time.advance(Bench.GRACE.plusSeconds(1));
    other.sweeper().tick();
    assertEquals(List.of(), sessions(SessionState.OPEN));
    assertEquals(List.of(), sessions(SessionState.ABANDONED));
  }

  private List<UploadSession> sessions(SessionState state) {
    return bench.rawLedger.sessions().untouched(state, Duration.ZERO, Optional.empty(), 10);
  }

  private void newUploadWorks() throws IOException {
    Receipt receipt = bench.submit(other);
    bench.work(other);
    assertEquals(State.VERIFIED, bench.entry().state());
    assertEquals(receipt, bench.entry().receipt());
    assertEquals(Bench.ITEMS, bench.read(other));
  }

  private void takeOverAndSweep() {
    bench.time.advance(Bench.LEASE.plusSeconds(1));
    bench.work(other);
    assertEquals(State.VERIFIED, bench.entry().state());
    bench.time.advance(Bench.GRACE.plusSeconds(1));
    other.sweeper().tick();
    assertFalse(bench.entry().standing().leftovers());
    assertEquals(List.of(), below(outputOf(1)));
  }

  private void assertTheOthersResult() throws IOException {
    assertEquals(State.VERIFIED, bench.entry().state());
    assertEquals(outputOf(2), bench.entry().published().orElseThrow().result().prefix());
    assertEquals(Bench.ITEMS, bench.read(other));
  }

  private ContentPrefix outputOf(long fence) {
    return KeyLayout.output(Bench.KEY, 1, new LeaseToken(bench.rawLedger.incarnation(), fence));
  }

  private List<ContentKey> below(ContentPrefix prefix) {
    return bench.rawContent.keys().stream().filter(prefix::covers).toList();
  }
}
