package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.KnownNode;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A start that fails, starts that come too late, and how long a drain and an end may take. */
@Timeout(60)
final class EngineStartStopTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride");
  private static final SequenceKey OTHER = SequenceKey.of("alice", "other");
  private static final Duration LONG = Duration.ofSeconds(40);

  private final CountedLedger ledger =
      new CountedLedger(new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1)));
  private final InMemoryContent content = new InMemoryContent();
  private final CountDownLatch hung = new CountDownLatch(1);
  private final AtomicReference<Ingest> running = new AtomicReference<>();

  @AfterEach
  void release() {
    hung.countDown();
  }

  @Test
  void startThatThrows_leavesNothingBehindAndCanBeRepeated() throws Exception {
    AtomicBoolean failing = new AtomicBoolean(true);
    ForwardedLedger refusing =
        new ForwardedLedger(ledger) {
          @Override
          public WorkQueue work() {
            if (failing.get() && Thread.currentThread().getName().equals("starter")) {
              throw new LedgerException("cannot listen");
            }
            return super.work();
          }
        };
    Set<Thread> before = engineThreads();
    try (Ingest ingest = builder(Bench.copying()).ledger(refusing).build()) {
      CompletableFuture<Object> outcome = new CompletableFuture<>();
      Thread starter = new Thread(() -> outcome.complete(thrownBy(ingest::start)), "starter");
      starter.start();
      assertEquals(LedgerException.class, outcome.get().getClass());
      assertFalse(ingest.isRunning());
      Set<Thread> begun = engineThreads();
      begun.removeAll(before);
      for (Thread thread : begun) {
        thread.join(TimeUnit.SECONDS.toMillis(10));
        assertFalse(thread.isAlive(), thread::getName);
      }
      assertEquals(0, ledger.hints.get());
      assertEquals(List.of(), ledger.claimLimits);
      failing.set(false);
      ingest.start();
      assertTrue(ingest.isRunning());
      submit(ingest, RIDE);
      assertTrue(ingest.runUntilIdle());
    }
    assertEquals(State.VERIFIED, entry(RIDE).state());
    assertEquals(0, ledger.hints.get());
  }

  @Test
  void startAfterTheEnd_isRefusedAndCallsNoStore() {
    Ingest ingest = builder(Bench.copying()).build();
    ingest.close();
    int asked = ledger.timesAsked.get();
    IllegalStateException refused = assertThrows(IllegalStateException.class, ingest::start);
    assertTrue(String.valueOf(refused.getMessage()).contains("closed"), refused::toString);
    assertFalse(ingest.isRunning());
    assertEquals(0, ledger.hints.get());
    assertFalse(ingest.runUntilIdle());
    assertEquals(0, ledger.hints.get());
    ingest.close();
    assertEquals(List.of(), ledger.claimLimits);
    assertEquals(asked, ledger.timesAsked.get());
  }

  @Test
  void endWhileItStarts_endsWhatHasBegun() throws Exception {
    CountDownLatch starting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ForwardedLedger slow =
        new ForwardedLedger(ledger) {
          @Override
          public WorkQueue work() {
            if (Thread.currentThread().getName().equals("starter")) {
              starting.countDown();
              awaited(go);
            }
            return super.work();
          }
        };
    Set<Thread> before = engineThreads();
    Ingest ingest = builder(Bench.copying()).ledger(slow).build();
    Thread starter = new Thread(() -> thrownBy(ingest::start), "starter");
    starter.start();
    starting.await();
    Thread closer = new Thread(ingest::close, "closer");
    closer.start();
    while (closer.getState() == Thread.State.NEW || closer.getState() == Thread.State.RUNNABLE) {
      Thread.onSpinWait();
    }
    go.countDown();
    starter.join();
    closer.join();
    assertEquals(0, ledger.hints.get());
    assertFalse(ingest.isRunning());
    Set<Thread> left = engineThreads();
    left.removeAll(before);
    left.removeIf(thread -> !thread.isAlive());
    Set<String> names = left.stream().map(Thread::getName).collect(Collectors.toSet());
    assertFalse(names.contains("ingest-worker"), names::toString);
    assertFalse(names.contains("ingest-sweeper"), names::toString);
    assertFalse(names.contains("ingest-lease-renewal"), names::toString);
  }

  @Test
  void drain_returnsInTimeThoughTheLedgerHangs() throws Exception {
    AtomicBoolean hangs = new AtomicBoolean();
    ledger.onRead =
        () -> {
          if (hangs.get()) {
            awaited(hung);
          }
        };
    try (Ingest ingest = builder(Bench.copying()).build()) {
      ingest.start();
      while (ingest.nodes().all().isEmpty()) {
        Thread.onSpinWait();
      }
      hangs.set(true);
      CompletableFuture<Boolean> drained =
          CompletableFuture.supplyAsync(() -> ingest.drain(Duration.ofMillis(100)));
      try {
        assertTrue(drained.get(20, TimeUnit.SECONDS), "nothing was under way");
      } finally {
        hung.countDown();
      }
    }
  }

  @Test
  void drain_isKnownToTheOtherNodesWhenItReturns() {
    try (Ingest ingest = builder(Bench.copying()).build()) {
      ingest.start();
      while (ingest.nodes().all().isEmpty()) {
        Thread.onSpinWait();
      }
      long begun = System.nanoTime();
      assertTrue(ingest.drain(LONG));
      assertTrue(elapsed(begun).compareTo(Duration.ofSeconds(5)) < 0, "it waits for no beat");
      List<KnownNode> nodes = ingest.nodes().all();
      assertTrue(nodes.size() == 1 && nodes.get(0).isDraining(), nodes::toString);
    }
  }

  @Test
  void drain_waitsForNoBeatThatFails() {
    AtomicBoolean fails = new AtomicBoolean();
    ledger.onRead =
        () -> {
          if (fails.get()) {
            throw new LedgerException("connection refused");
          }
        };
    try (Ingest ingest = builder(Bench.copying()).build()) {
      ingest.start();
      while (ingest.nodes().all().isEmpty()) {
        Thread.onSpinWait();
      }
      fails.set(true);
      long begun = System.nanoTime();
      assertTrue(ingest.drain(LONG));
      assertTrue(elapsed(begun).compareTo(Duration.ofSeconds(20)) < 0);
    }
  }

  @Test
  void drainOfAnEngineThatNeverBegan_waitsForNothing() {
    try (Ingest ingest = builder(Bench.copying()).build()) {
      long begun = System.nanoTime();
      assertTrue(ingest.drain(LONG));
      assertTrue(elapsed(begun).compareTo(Duration.ofSeconds(20)) < 0);
    }
  }

  /** The listener would wait for itself: its news counts as under way until it was told. */
  @Test
  void endByTheListener_doesNotWaitForTheNewsThatItIsBeingTold() throws Exception {
    CompletableFuture<Duration> took = new CompletableFuture<>();
    Ingest ingest =
        builder(Bench.copying())
            .shutdownGrace(LONG)
            .listener(
                new EngineListener() {
                  @Override
                  public void published(Entry entry) {
                    took.complete(timed(() -> running().close()));
                  }
                })
            .build();
    running.set(ingest);
    ingest.start();
    submit(ingest, RIDE);
    Duration duration = took.get(20, TimeUnit.SECONDS);
    assertTrue(duration.compareTo(Duration.ofSeconds(20)) < 0, duration::toString);
    ingest.close();
    assertFalse(ingest.isRunning());
  }

  /** What is told behind it is not waited for, and what is at work is. */
  @Test
  void endByTheListener_waitsForTheStageThatIsUnderWay() throws Exception {
    CountDownLatch atWork = new CountDownLatch(1);
    Stage slow =
        Stage.perItem(
            "slow",
            1,
            (item, context) -> {
              if (context.sequence().equals(OTHER)) {
                atWork.countDown();
                while (ledger.hints.get() > 0) {
                  Thread.onSpinWait();
                }
              }
              context.emit(item.name(), item.open());
            });
    CompletableFuture<Duration> took = new CompletableFuture<>();
    Ingest ingest =
        builder(Bench.pipeline(slow))
            .shutdownGrace(LONG)
            .listener(
                new EngineListener() {
                  @Override
                  public void published(Entry entry) {
                    if (entry.key().equals(RIDE)) {
                      awaited(atWork);
                      took.complete(timed(() -> running().close()));
                    }
                  }
                })
            .build();
    running.set(ingest);
    ingest.start();
    submit(ingest, OTHER);
    submit(ingest, RIDE);
    Duration duration = took.get(20, TimeUnit.SECONDS);
    assertTrue(duration.compareTo(Duration.ofSeconds(20)) < 0, duration::toString);
    assertEquals(List.of(), ledger.handBacks);
    // The verifier may have been on its way to a claim when the end began.
    assertTrue(Set.of(State.PROCESSED, State.VERIFIED).contains(entry(OTHER).state()));
  }

  private EngineListener endingAtAFailure(CompletableFuture<Duration> took) {
    return new EngineListener() {
      @Override
      public void driverFailed(String driver, Throwable cause, long total) {
        took.complete(timed(() -> running().close()));
      }
    };
  }

  @Test
  void endByAListenerThatHearsOfAFailure_doesNotWaitForTheThreadOnWhichItHears() throws Exception {
    CompletableFuture<Duration> took = new CompletableFuture<>();
    AtomicBoolean fails = new AtomicBoolean(true);
    ledger.onRead =
        () -> {
          if (Thread.currentThread().getName().equals("ingest-worker") && fails.getAndSet(false)) {
            throw new LedgerException("connection refused");
          }
        };
    Ingest ingest = builder(Bench.copying()).listener(endingAtAFailure(took)).build();
    running.set(ingest);
    ingest.start();
    Duration duration = took.get(50, TimeUnit.SECONDS);
    assertTrue(duration.compareTo(Duration.ofSeconds(20)) < 0, duration::toString);
  }

  @Test
  void endByAListenerThatHearsOfAFailureAtTheEnd_doesNotWaitForTheEnd() throws Exception {
    CountDownLatch pumping = new CountDownLatch(1);
    ForwardedLedger silent =
        new ForwardedLedger(ledger) {
          @Override
          public AlertOutbox alerts() {
            String thread = Thread.currentThread().getName();
            if (thread.equals("ingest-last-word")) {
              throw new LedgerException("connection refused");
            } else if (thread.equals("ingest-pump")) {
              pumping.countDown();
            }
            return super.alerts();
          }
        };
    CompletableFuture<Duration> took = new CompletableFuture<>();
    Ingest ingest =
        builder(Bench.copying()).ledger(silent).listener(endingAtAFailure(took)).build();
    running.set(ingest);
    ingest.start();
    awaited(pumping);
    ingest.close();
    Duration duration = took.get(20, TimeUnit.SECONDS);
    assertTrue(duration.compareTo(Duration.ofSeconds(4)) < 0, duration::toString);
  }

  /** Its database takes no answer back any more when there is nothing left to do but to leave. */
  @Test
  void lastCallWithoutAThread_isMadeAllTheSame() {
    List<String> made = new ArrayList<>();
    Thread none =
        new Thread(() -> {}) {
          @Override
          public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
          }
        };
    EngineThreads.startOrRun(none, () -> made.add("call"));
    assertEquals(List.of("call"), made);
  }

  @Test
  void end_returnsInTimeThoughTheLedgerHangsAtTheLastCalls() throws Exception {
    CountDownLatch atWork = new CountDownLatch(1);
    ledger.onHandBack = () -> awaited(hung);
    ledger.onRead =
        () -> {
          String thread = Thread.currentThread().getName();
          if (!ledger.handBacks.isEmpty() && !thread.equals("ingest-lease-renewal")) {
            awaited(hung);
          }
        };
    Ingest ingest = builder(Bench.pipeline(endless(atWork))).shutdownGrace(Duration.ZERO).build();
    ingest.start();
    submit(ingest, RIDE);
    awaited(atWork);
    assertEndsInTime(ingest::close);
    assertEquals(1, ledger.handBacks.size());
    assertEquals(State.PROCESSING, entry(RIDE).state());
  }

  /** What waits for a thread when the stages are told to end is done by whoever ends them. */
  @Test
  void end_returnsInTimeThoughWhatStillWaitsForAThreadHangs() throws Exception {
    CountDownLatch atWork = new CountDownLatch(1);
    EngineThreads.Pools pools = EngineThreads.Pools.of(1);
    EngineThreads.Stop stop = new EngineThreads.Stop();
    Seams seams =
        pools.seams(
            InstantSource.system(),
            new SplittableRandom(1)::nextLong,
            stop,
            Seams.Questions.INLINE);
    Pipeline pipeline = Bench.pipeline(endless(atWork));
    Node node = Bench.with(new Bench().node(ledger, content.access().store(), pipeline), seams);
    Engine engine =
        new Engine(
            node,
            content.access().purger(),
            Duration.ofHours(1),
            new Supervisor(new EngineListener() {}));
    Duration soon = Duration.ofMillis(10);
    EngineThreads threads =
        new EngineThreads(
            engine,
            pools,
            new EngineThreads.Pacing(soon, Duration.ofSeconds(5), LONG, Duration.ZERO),
            stop,
            List.of());
    threads.start();
    try (Upload upload = engine.upload(RIDE)) {
      upload.add(ItemName.of("a"), new byte[] {1});
      upload.submit();
    }
    awaited(atWork);
    pools.tasks().execute(() -> awaited(hung));
    assertEndsInTime(threads::close);
  }

  private static void assertEndsInTime(Runnable close) throws Exception {
    Duration took = CompletableFuture.supplyAsync(() -> timed(close)).get(50, TimeUnit.SECONDS);
    assertTrue(took.compareTo(Duration.ofSeconds(40)) < 0, took::toString);
  }

  private static Stage endless(CountDownLatch atWork) {
    return Stage.perItem(
        "endless",
        1,
        (item, context) -> {
          atWork.countDown();
          while (true) {
            context.checkActive();
            LockSupport.parkNanos(1_000_000);
          }
        });
  }

  private Ingest running() {
    return Objects.requireNonNull(running.get());
  }

  private IngestBuilder builder(Pipeline pipeline) {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .pipeline(pipeline)
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores();
  }

  private static void submit(Ingest ingest, SequenceKey key) throws IOException {
    ingest.submit(key, upload -> upload.add(ItemName.of("a"), new byte[] {1}));
  }

  private Entry entry(SequenceKey key) {
    return ledger.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  private static Object thrownBy(Runnable call) {
    try {
      call.run();
      return "nothing";
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static Duration timed(Runnable call) {
    long begun = System.nanoTime();
    call.run();
    return elapsed(begun);
  }

  private static Duration elapsed(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private static Set<Thread> engineThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ingest-"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
