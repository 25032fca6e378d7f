package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditListener;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.KnownReceipt;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several ranges of places that are read at a time come to what one after the other does. */
@Timeout(120)
final class AuditRangesTest {

  private static final int SEQUENCES = 96;
  private static final int DAMAGED = 32;

  private final Bench bench = new Bench();
  private final List<SequenceKey> keys =
      IntStream.range(0, SEQUENCES).mapToObj(i -> SequenceKey.of("o" + i, "s")).toList();

  /** As the engine's own: what no thread is free for is refused. */
  private final ExecutorService pool =
      new ThreadPoolExecutor(0, 20, 10, TimeUnit.SECONDS, new SynchronousQueue<>());

  /** What happens before a page of all raw bytes, or of all results, is listed. */
  private Consumer<Optional<ContentKey>> beforeList = after -> {};

  /** What happens on a thread of the pool that has done what it was given. */
  private Runnable afterTask = () -> {};

  /** What a listener hears, in memory that nothing but its caller makes safe. */
  private static class Hearing implements AuditListener {

    final List<AuditFinding> found = new ArrayList<>();
    final List<AuditReport.Unread> unread = new ArrayList<>();
    final Set<Thread> threads = new HashSet<>();
    final AtomicInteger inside = new AtomicInteger();
    double share;
    int calls;

    @Override
    public void found(AuditFinding finding) {
      heard(() -> found.add(finding));
    }

    @Override
    public void unread(AuditReport.Unread part) {
      heard(() -> unread.add(part));
    }

    @Override
    public void reached(AuditReport.Looked looked, double now) {
      heard(
          () -> {
            assertTrue(now >= share && now <= 1, () -> now + " after " + share);
            share = now;
          });
    }

    private void heard(Runnable news) {
      assertEquals(1, inside.incrementAndGet(), "one call at a time");
      calls++;
      threads.add(Thread.currentThread());
      news.run();
      Thread.onSpinWait();
      inside.decrementAndGet();
    }

    List<String> places() {
      return found.stream()
          .map(one -> one.kind() + " at " + one.subject().place())
          .sorted()
          .toList();
    }
  }

  @BeforeEach
  void fill() {
    Engine engine = bench.engine(Bench.copying());
    keys.forEach(key -> Bench.submit(engine, key, "a", "one of " + key));
    bench.run(engine);
    for (int i = 0; i < SEQUENCES; i += SEQUENCES / DAMAGED) {
      String head = "raw/" + SequencePlace.of(keys.get(i)) + "/";
      bench.content.remove(
          bench.content.keys().stream()
              .filter(key -> key.value().startsWith(head))
              .findFirst()
              .orElseThrow());
    }
  }

  @AfterEach
  void endPool() throws InterruptedException {
    pool.shutdown();
    assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS), "no thread is left");
  }

  private Node node() {
    Node node = bench.node(bench.ledger, listing(), Bench.copying());
    Seams seams = node.seams();
    return Bench.with(
        node,
        new Seams(
            seams.clock(),
            seams.randomBits(),
            seams.tasks(),
            seams.pause(),
            this::beside,
            seams.commits(),
            seams.elapsed()));
  }

  private void beside(Runnable task) {
    pool.execute(
        () -> {
          try {
            task.run();
          } finally {
            afterTask.run();
          }
        });
  }

  private ContentStore listing() {
    ContentStore store = bench.content.access().store();
    return (ContentStore)
        Proxy.newProxyInstance(
            AuditRangesTest.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) -> {
              boolean isOfAll =
                  method.getName().equals("list")
                      && Set.of(KeyLayout.uploads(), KeyLayout.allRuns()).contains(args[0]);
              if (isOfAll) {
                beforeList.accept(((Optional<?>) args[1]).map(ContentKey.class::cast));
              }
              try {
                return method.invoke(store, args);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private AuditReport audit(int ranges, AuditListener listener) {
    return audit(AuditOptions.DEFAULT.withRanges(ranges), listener);
  }

  private AuditReport audit(AuditOptions options, AuditListener listener) {
    List<KnownReceipt> known =
        List.of(new KnownReceipt(SequenceKey.of("carol", "lost"), Digest.ofUtf8("x")));
    return new Audit(node(), options).run(known.iterator(), listener);
  }

  private static AuditListener throwing(int which, Hearing hearing, Runnable thrower) {
    return new AuditListener() {
      @Override
      public void found(AuditFinding finding) {
        hearing.found(finding);
        if (hearing.found.size() == which) {
          thrower.run();
        }
      }

      @Override
      public void reached(AuditReport.Looked looked, double share) {
        hearing.reached(looked, share);
      }
    };
  }

  /** Holds the first ranges back until so many are being read, each on a thread of its own. */
  private void meet(int ranges) {
    CyclicBarrier all = new CyclicBarrier(ranges);
    Set<Thread> come = ConcurrentHashMap.newKeySet();
    beforeList =
        after -> {
          if (come.size() < ranges && come.add(Thread.currentThread())) {
            try {
              all.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
              throw new AssertionError("so many ranges are not read at a time: " + ranges, e);
            }
          }
        };
  }

  @Test
  void severalRangesAtATime_findWhatOneFindsAndEachOnce() {
    Hearing alone = new Hearing();
    AuditReport expected = audit(1, alone);
    assertTrue(expected.isComplete());
    assertEquals(DAMAGED + 1, alone.found.size());
    assertEquals(SEQUENCES, expected.looked().sequences());
    assertEquals(Set.of(Thread.currentThread()), alone.threads);
    List<String> inOrder =
        alone.found.stream().skip(1).map(one -> one.subject().place().value()).toList();
    assertEquals(inOrder.stream().sorted().toList(), inOrder);
    for (int ranges : List.of(2, 3, 5, AuditOptions.MOST_RANGES)) {
      meet(ranges);
      Hearing hearing = new Hearing();
      assertEquals(expected, audit(ranges, hearing));
      assertEquals(alone.places(), hearing.places());
      assertTrue(hearing.threads.size() > 1);
      assertTrue(hearing.share > 0.9, () -> "through, and not " + hearing.share);
    }
  }

  @Test
  void thoroughAudit_findsTheSame() {
    Hearing alone = new Hearing();
    AuditOptions thorough = AuditOptions.DEFAULT.withHistory(true).withBytes(true);
    AuditReport expected = audit(thorough.withRanges(1), alone);
    meet(3);
    Hearing hearing = new Hearing();
    assertEquals(expected, audit(thorough.withRanges(3), hearing));
    assertEquals(alone.places(), hearing.places());
  }

  @Test
  void poolWithoutAThreadToSpare_costsTheOverlapAlone() {
    CountDownLatch go = new CountDownLatch(1);
    int busy = ((ThreadPoolExecutor) pool).getMaximumPoolSize();
    for (int i = 0; i < busy; i++) {
      pool.execute(() -> awaited(go));
    }
    Hearing hearing = new Hearing();
    AuditReport report = audit(4, hearing);
    go.countDown();
    assertTrue(report.isComplete());
    assertEquals(DAMAGED + 1, hearing.found.size());
    assertEquals(Set.of(Thread.currentThread()), hearing.threads);
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void listenerThatThrows_endsTheAuditAndHearsNothingMore() {
    RuntimeException[] thrown = {
      new IllegalStateException("enough"), new LedgerException("enough"), new ContentException("x")
    };
    for (RuntimeException failure : thrown) {
      for (int which : List.of(1, 2, 9, DAMAGED)) {
        meet(4);
        Hearing hearing = new Hearing();
        int[] callsAtTheEnd = {-1};
        RuntimeException caught =
            assertThrows(
                RuntimeException.class,
                () ->
                    audit(
                        4,
                        throwing(
                            which,
                            hearing,
                            () -> {
                              callsAtTheEnd[0] = hearing.calls;
                              throw failure;
                            })));
        assertSame(failure, caught);
        assertEquals(which, hearing.found.size());
        assertEquals(callsAtTheEnd[0], hearing.calls);
        assertEquals(0, failure.getSuppressed().length);
        if (which == 1) {
          // It was told of the receipt, before any range was read.
          assertEquals(Set.of(Thread.currentThread()), hearing.threads);
        }
      }
    }
  }

  @Test
  void errorWhileARangeIsRead_endsTheOthersAndIsThrown() {
    OutOfMemoryError error = new OutOfMemoryError("planted");
    meet(3);
    Consumer<Optional<ContentKey>> meeting = beforeList;
    Thread caller = Thread.currentThread();
    AtomicInteger calls = new AtomicInteger();
    AtomicReference<Thread> thrower = new AtomicReference<>();
    CountDownLatch thrown = new CountDownLatch(1);
    afterTask =
        () -> {
          if (Thread.currentThread().equals(thrower.get())) {
            thrown.countDown();
          }
        };
    beforeList =
        after -> {
          meeting.accept(after);
          Thread self = Thread.currentThread();
          if (calls.incrementAndGet() >= 7
              && !self.equals(caller)
              && thrower.compareAndSet(null, self)) {
            throw error;
          }
          if (thrower.get() != null) {
            // Its range has ended by then, and so the others must.
            awaited(thrown);
          }
        };
    Hearing hearing = new Hearing();
    assertSame(error, assertThrows(OutOfMemoryError.class, () -> audit(3, hearing)));
    assertTrue(hearing.found.size() < DAMAGED);
  }

  @Test
  void rate_holdsForAllRangesTogether() {
    int perSecond = 20;
    meet(4);
    long before = bench.time.instant().toEpochMilli();
    AuditReport report =
        audit(AuditOptions.DEFAULT.withRanges(4).withPerSecond(perSecond), finding -> {});
    assertEquals(SEQUENCES, report.looked().sequences());
    long took = bench.time.instant().toEpochMilli() - before;
    long least = (SEQUENCES - perSecond) * 1_000L / perSecond;
    assertTrue(took >= least, () -> took + " ms instead of " + least + " or more");
  }

  @Test
  void listenerThatThrows_endsRangesThatWaitForTheirRate() {
    meet(2);
    Hearing hearing = new Hearing();
    IllegalStateException failure = new IllegalStateException("enough");
    Duration most = Duration.ofSeconds(SEQUENCES / 2);
    long before = bench.time.instant().toEpochMilli();
    IllegalStateException caught =
        assertThrows(
            IllegalStateException.class,
            () ->
                audit(
                    AuditOptions.DEFAULT.withRanges(2).withPerSecond(1),
                    throwing(
                        3,
                        hearing,
                        () -> {
                          throw failure;
                        })));
    assertSame(failure, caught);
    long took = bench.time.instant().toEpochMilli() - before;
    assertTrue(took < most.toMillis(), () -> took + " ms");
  }

  @Test
  void rangeThatCannotBeRead_isUnreadAndTheOthersAreNot() {
    Hearing alone = new Hearing();
    audit(1, alone);
    List<String> readable = alone.places().stream().filter(one -> !one.contains(" at 0")).toList();
    beforeList =
        after -> {
          if (after.isEmpty()) {
            throw new ContentException("planted");
          }
        };
    for (int ranges : List.of(1, 3)) {
      Hearing hearing = new Hearing();
      AuditReport report = audit(ranges, hearing);
      assertFalse(report.isComplete());
      assertFalse(report.isClean());
      assertEquals(report.unread(), hearing.unread);
      assertEquals(1, report.unreadCount());
      assertTrue(hearing.unread.get(0).part().startsWith("places after the start to 0fff"));
      assertEquals(readable, hearing.places());
    }
  }

  /** What one range at a time finds, but for what the receipts tell. */
  private List<String> inPlaces() {
    Hearing alone = new Hearing();
    audit(1, alone);
    return alone.places().stream().filter(one -> one.startsWith(Kind.RAW_MISSING.name())).toList();
  }

  private static void assertThrough(AuditReport report, Hearing hearing, List<String> expected) {
    assertTrue(report.isComplete(), report::toString);
    assertEquals(SEQUENCES, report.looked().sequences());
    assertEquals(expected, hearing.places());
    assertTrue(hearing.share > 0.9, () -> "through, and not " + hearing.share);
  }

  @Test
  void partsOfASharedAudit_areReadSeveralAtATime() {
    List<String> expected = inPlaces();
    for (int ranges : List.of(1, 2, 5)) {
      SharedAudit shared =
          new SharedAudit(node(), AuditOptions.DEFAULT.withRanges(ranges), "monthly");
      meet(ranges);
      Hearing hearing = new Hearing();
      AuditReport report = shared.run(Collections.emptyIterator(), hearing);
      assertThrough(report, hearing, expected);
      shared.forget();
    }
  }

  @Test
  void sharedAuditThatIsInterrupted_goesOnAndTellsEverything() {
    List<String> expected = inPlaces();
    AuditOptions options = AuditOptions.DEFAULT.withRanges(3);
    for (int which = 1; which <= DAMAGED; which += 6) {
      meet(3);
      LedgerException failure = new LedgerException("killed");
      Hearing first = new Hearing();
      AuditListener killed =
          throwing(
              which,
              first,
              () -> {
                throw failure;
              });
      SharedAudit begun = new SharedAudit(node(), options, "monthly");
      assertSame(
          failure,
          assertThrows(
              LedgerException.class, () -> begun.run(Collections.emptyIterator(), killed)));
      assertEquals(which, first.found.size());
      bench.time.advance(SharedAudit.LEASE);
      Hearing rest = new Hearing();
      SharedAudit resumed = new SharedAudit(node(), options, "monthly");
      AuditReport report = resumed.run(Collections.emptyIterator(), rest);
      assertThrough(report, rest, expected);
      resumed.forget();
    }
  }
}
