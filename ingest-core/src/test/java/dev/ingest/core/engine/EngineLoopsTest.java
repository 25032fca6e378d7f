package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.IncarnationId;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOError;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What does not end a thread of the engine's before its time. */
@Timeout(60)
final class EngineLoopsTest {

  private static final Duration SOON = Duration.ofMillis(5);
  private static final int MANY = 5;

  private final CountedLedger counted =
      new CountedLedger(new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1)));
  private final Map<String, Throwable> told = new ConcurrentHashMap<>();

  /** What happens at each renewal, before the ledger says in which life it is. */
  private volatile Runnable onIncarnation = () -> {};

  private final ForwardedLedger ledger =
      new ForwardedLedger(counted) {
        @Override
        public IncarnationId incarnation() {
          onIncarnation.run();
          return super.incarnation();
        }
      };

  @Test
  void whateverATickThrows_isToldAndTheDriverTicksAgain() throws InterruptedException {
    List<Throwable> all =
        List.of(
            new IOException("not declared"),
            new IOError(new IOException("disk")),
            new ServiceConfigurationError("no provider"),
            new Throwable("neither"));
    CountDownLatch ticks = new CountDownLatch(all.size() + 1);
    Driver failing =
        driver(
            () -> {
              int tick = all.size() + 1 - (int) ticks.getCount();
              ticks.countDown();
              if (tick < all.size()) {
                throw sneaky(all.get(tick));
              }
              return 0;
            });
    Set<Throwable> heard = ConcurrentHashMap.newKeySet();
    EngineListener listener =
        new EngineListener() {
          @Override
          public void driverFailed(String driver, Throwable cause, long total) {
            if (driver.equals("failing")) {
              heard.add(cause);
            }
          }
        };
    try (EngineThreads threads = threads(listener, failing)) {
      threads.start();
      assertTrue(ticks.await(20, TimeUnit.SECONDS), () -> "it was told of " + heard);
    }
    assertEquals(new HashSet<>(all), heard);
  }

  @Test
  void listenerThatThrowsOnHearingOfAFailure_endsNoDriver() throws InterruptedException {
    CountDownLatch ticks = new CountDownLatch(MANY);
    Driver failing =
        driver(
            () -> {
              ticks.countDown();
              throw new IllegalStateException("each time");
            });
    EngineListener listener =
        new EngineListener() {
          @Override
          public void driverFailed(String driver, Throwable cause, long total) {
            throw sneaky(new IOException("the listener cannot hear"));
          }
        };
    try (EngineThreads threads = threads(listener, failing)) {
      threads.start();
      assertTrue(ticks.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void claimThatThrowsWhatIsNotDeclared_isToldAndRepeated() throws InterruptedException {
    CountDownLatch claims = new CountDownLatch(MANY);
    counted.onRead =
        () -> {
          if (Thread.currentThread().getName().equals("ingest-worker")) {
            claims.countDown();
            throw sneaky(new IOException("not declared"));
          }
        };
    try (EngineThreads threads = threads(telling())) {
      threads.start();
      assertTrue(claims.await(20, TimeUnit.SECONDS));
    }
    assertEquals(IOException.class, told.getOrDefault("worker", new Throwable()).getClass());
  }

  @Test
  void renewalThatThrowsWhatIsNotDeclared_isToldAndRepeated() throws InterruptedException {
    CountDownLatch renewals = new CountDownLatch(MANY);
    onIncarnation =
        () -> {
          if (isRenewing()) {
            renewals.countDown();
            throw sneaky(new IOException("not declared"));
          }
        };
    try (EngineThreads threads = threads(telling())) {
      threads.start();
      assertTrue(renewals.await(20, TimeUnit.SECONDS));
    }
    assertEquals(IOException.class, told.getOrDefault("lease renewal", new Throwable()).getClass());
  }

  @Test
  void interruptThatARenewalLeavesBehind_isDropped() throws InterruptedException {
    CountDownLatch renewals = new CountDownLatch(MANY);
    AtomicInteger cameInterrupted = new AtomicInteger();
    onIncarnation =
        () -> {
          if (isRenewing()) {
            cameInterrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
            renewals.countDown();
            Thread.currentThread().interrupt();
          }
        };
    try (EngineThreads threads = threads(telling())) {
      threads.start();
      assertTrue(renewals.await(20, TimeUnit.SECONDS), "leases are renewed no more");
    }
    assertEquals(0, cameInterrupted.get(), "no call of the ledger begins interrupted");
  }

  @Test
  void interruptWhileItWaits_endsNoThread() throws InterruptedException {
    AtomicInteger ends = new AtomicInteger();
    Driver patient =
        new Driver("patient", Duration.ofDays(1), () -> 0, () -> ends.incrementAndGet());
    CountDownLatch renewals = new CountDownLatch(MANY);
    Set<Thread> before = engineThreads();
    try (EngineThreads threads = threads(telling(), patient)) {
      threads.start();
      Set<Thread> own = engineThreads();
      own.removeAll(before);
      Set<String> names = own.stream().map(Thread::getName).collect(Collectors.toSet());
      assertTrue(
          names.containsAll(
              Set.of(
                  "ingest-worker",
                  "ingest-verifier",
                  "ingest-sweeper",
                  "ingest-node-registry",
                  "ingest-patient",
                  "ingest-lease-renewal")),
          names::toString);
      for (Thread thread : own) {
        thread.interrupt();
      }
      for (Thread thread : own) {
        thread.join(200);
        assertTrue(thread.isAlive(), thread::getName);
      }
      onIncarnation = () -> renewals.countDown();
      assertTrue(renewals.await(20, TimeUnit.SECONDS), "leases are renewed no more");
      assertEquals(0, ends.get(), "it is not the orderly end");
    }
    assertEquals(1, ends.get());
    assertEquals(Map.of(), told);
  }

  private EngineThreads threads(EngineListener listener, Driver... watchers) {
    EngineThreads.Pools pools = EngineThreads.Pools.of(2);
    EngineThreads.Stop stop = new EngineThreads.Stop();
    Seams seams =
        pools.seams(
            InstantSource.system(),
            new SplittableRandom(1)::nextLong,
            stop,
            Seams.Questions.INLINE);
    InMemoryContent content = new InMemoryContent();
    Node node =
        Bench.with(new Bench().node(ledger, content.access().store(), Bench.copying()), seams);
    Engine engine =
        new Engine(node, content.access().purger(), Duration.ofHours(1), new Supervisor(listener));
    return new EngineThreads(
        engine,
        pools,
        new EngineThreads.Pacing(SOON, SOON, Duration.ofMinutes(1), Duration.ofSeconds(10)),
        stop,
        List.of(watchers));
  }

  private EngineListener telling() {
    return new EngineListener() {
      @Override
      public void driverFailed(String driver, Throwable cause, long total) {
        told.put(driver, cause);
      }
    };
  }

  private static Driver driver(IntSupplier tick) {
    return new Driver("failing", SOON, tick, () -> {});
  }

  private static boolean isRenewing() {
    return Thread.currentThread().getName().equals("ingest-lease-renewal");
  }

  private static Set<Thread> engineThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ingest-"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** Throws what Java lets nobody throw who does not declare it, and other languages do. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
