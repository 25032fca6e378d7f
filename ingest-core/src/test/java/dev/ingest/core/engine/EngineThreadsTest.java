package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine's own threads: what wakes them, and the order in which they end. */
@Timeout(60)
final class EngineThreadsTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride");

  private final CountedLedger ledger =
      new CountedLedger(new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1)));
  private final InMemoryContent content = new InMemoryContent();

  @Test
  void hintOfTheLedger_isRegisteredWhileTheEngineRuns() {
    Ingest ingest = builder().build();
    assertEquals(0, ledger.hints.get());
    ingest.start();
    assertEquals(1, ledger.hints.get());
    ingest.close();
    assertEquals(0, ledger.hints.get());
  }

  @Test
  void engineThatIsNotStarted_takesUploads() throws IOException {
    try (Ingest ingest = builder().build()) {
      submit(ingest, RIDE);
    }
    assertEquals(State.ACCEPTED, entry(RIDE).state());
  }

  @Test
  void engineThatEnded_refusesASubmissionInsteadOfHanging() throws IOException {
    Ingest ingest = builder().build();
    submit(ingest, RIDE);
    ingest.close();
    assertThrows(
        OutcomeUnknownException.class, () -> submit(ingest, SequenceKey.of("alice", "late")));
    assertEquals(1, ledger.commits.size());
  }

  @Test
  void commitUnderWayAtTheEnd_isWaitedFor() throws Exception {
    CountDownLatch committing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ledger.onCommit =
        transitions -> {
          if (transitions.get(0).row().step().kind() == TransitionKind.STAGE_DONE) {
            committing.countDown();
            awaited(go);
          }
          return ledger.commitBelow(transitions);
        };
    Ingest ingest = builder().build();
    ingest.start();
    submit(ingest, RIDE);
    committing.await();
    ExecutorService closer = Executors.newSingleThreadExecutor();
    Future<?> closed = closer.submit(ingest::close);
    while (ledger.hints.get() > 0) {
      Thread.onSpinWait();
    }
    assertFalse(closed.isDone());
    go.countDown();
    closed.get();
    closer.shutdown();
    // The verifier may have been on its way to a claim when the end began.
    assertTrue(Set.of(State.PROCESSED, State.VERIFIED).contains(entry(RIDE).state()));
    assertEquals(List.of(), ledger.handBacks);
  }

  @Test
  void manyAtOnce_areCommittedTogetherAndOnOneThread() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch manyClaimed = new CountDownLatch(100);
    ledger.onCommit =
        transitions -> {
          threads.add(Thread.currentThread().getName());
          if (transitions.get(0).row().step().kind() == TransitionKind.STAGE_DONE) {
            awaited(manyClaimed);
          }
          return ledger.commitBelow(transitions);
        };
    int count = 200;
    CountDownLatch published = new CountDownLatch(count);
    Set<String> tellers = ConcurrentHashMap.newKeySet();
    EngineListener listener =
        new EngineListener() {
          @Override
          public void published(Entry entry) {
            tellers.add(Thread.currentThread().getName());
            published.countDown();
          }
        };
    try (Ingest ingest =
        builder(Bench.pipeline(counting(manyClaimed)))
            .work(WorkPolicy.DEFAULT.withParallelism(150))
            .listener(listener)
            .build()) {
      ExecutorService pool = Executors.newFixedThreadPool(8);
      List<Future<?>> submissions = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        SequenceKey key = SequenceKey.of("alice", "ride-" + i);
        submissions.add(
            pool.submit(
                () -> {
                  submit(ingest, key);
                  return key;
                }));
      }
      for (Future<?> submission : submissions) {
        submission.get();
      }
      pool.shutdown();
      ingest.start();
      published.await();
    }
    int transitions = ledger.commits.stream().mapToInt(List::size).sum();
    assertEquals(3 * count, transitions, "accepted, processed, verified, and nothing twice");
    assertTrue(ledger.commits.size() < transitions, () -> ledger.commits.size() + " commits");
    assertEquals(Set.of("ingest-commit"), threads);
    assertEquals(Set.of("ingest-listener"), tellers);
  }

  /** The listener holds its news back until the wait is over, or has lasted for a while. */
  @Test
  void waitForAnIdleEngine_endsAfterItsNewsWasTold() throws IOException {
    CountDownLatch idle = new CountDownLatch(1);
    AtomicInteger toldBefore = new AtomicInteger();
    EngineListener listener =
        new EngineListener() {
          @Override
          public void published(Entry entry) {
            toldBefore.addAndGet(isOver(idle) ? 0 : 1);
          }
        };
    try (Ingest ingest = builder().listener(listener).build()) {
      submit(ingest, RIDE);
      assertTrue(ingest.runUntilIdle());
      idle.countDown();
    }
    assertEquals(1, toldBefore.get());
  }

  @Test
  void finishedWorkWhoseCommitsFailForAWhile_isCommittedAndNotDoneAgain() throws IOException {
    AtomicInteger failures = new AtomicInteger(10);
    ledger.onCommit =
        transitions -> {
          if (transitions.get(0).row().step().kind() == TransitionKind.STAGE_DONE
              && failures.getAndDecrement() > 0) {
            throw new LedgerException("connection refused");
          }
          return ledger.commitBelow(transitions);
        };
    try (Ingest ingest = builder().build()) {
      submit(ingest, RIDE);
      assertTrue(ingest.runUntilIdle());
    }
    assertTrue(failures.get() < 0, "it was tried until it was taken");
    List<TransitionKind> kinds =
        ledger.ledger().history(RIDE, 0, 10).stream().map(row -> row.step().kind()).toList();
    assertEquals(
        List.of(TransitionKind.ACCEPTED, TransitionKind.STAGE_DONE, TransitionKind.VERIFIED),
        kinds);
  }

  /** The ranges wait for the listener, which stores a body whose digest is computed beside it. */
  @Test
  void listenerOfAnAuditThatUploads_waitsForNoThreadThatWaitsForIt() throws IOException {
    int count = 64;
    AtomicInteger found = new AtomicInteger();
    try (Ingest ingest = builder().build()) {
      for (int i = 0; i < count; i++) {
        submit(ingest, SequenceKey.of("owner-" + i, "ride"));
      }
      content.keys().stream()
          .filter(key -> key.value().endsWith("/0000000"))
          .forEach(content::remove);
      byte[] body = new byte[1 << 19];
      AuditReport report =
          ingest.audit(
              AuditOptions.DEFAULT.withRanges(AuditOptions.MOST_RANGES),
              finding -> {
                SequenceKey key = SequenceKey.of("listener", "found-" + found.incrementAndGet());
                try (Upload upload = ingest.upload(key)) {
                  upload.add(ItemName.of("a"), body).submit();
                }
              });
      assertTrue(report.isComplete(), report::toString);
    }
    assertEquals(count, found.get());
  }

  @Test
  void pollThatNeverComes_isRefused() {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class, () -> builder().longestPoll(Duration.ZERO).build());
    assertTrue(String.valueOf(refused.getMessage()).contains("longest poll"), refused::toString);
  }

  private IngestBuilder builder() {
    return builder(Bench.copying());
  }

  private IngestBuilder builder(Pipeline pipeline) {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .pipeline(pipeline)
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores();
  }

  private static Stage counting(CountDownLatch begun) {
    return Stage.perItem(
        "counting",
        1,
        (item, context) -> {
          begun.countDown();
          context.emit(item.name(), item.open());
        });
  }

  private static void submit(Ingest ingest, SequenceKey key) throws IOException {
    ingest.submit(key, upload -> upload.add(ItemName.of("a"), new byte[] {1}));
  }

  private Entry entry(SequenceKey key) {
    return ledger.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  private static boolean isOver(CountDownLatch latch) {
    try {
      return latch.await(300, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
