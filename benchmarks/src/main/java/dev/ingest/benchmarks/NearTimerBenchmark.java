package dev.ingest.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: a timer in memory for each deadline of the next minute costs so little that cost is
 * no reason for or against it, with either kind of wheel; the heap per pending timer is the price.
 * Each operation schedules a timer within the next minute and cancels it, as a sequence does that
 * is verified in time, beside many that stay pending. The engine has no such timers (decision 13):
 * what it does instead costs nothing per sequence.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NearTimerBenchmark {

  /** How many timers are pending beside the one that is measured. */
  @Param({"0", "100000"})
  public int pending;

  private HashedWheelTimer wheel = new HashedWheelTimer();
  private ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
  private Cache<Long, Long> cache = newCache();
  private long key;

  /** Creates the state. */
  public NearTimerBenchmark() {}

  /** Schedules what is pending beside. */
  @SuppressWarnings("FutureReturnValueIgnored") // Nothing is done when it is due.
  @Setup(Level.Trial)
  public void setUp() {
    executor.setRemoveOnCancelPolicy(true);
    for (long i = 0; i < pending; i++) {
      long delay = delayNanos(i);
      wheel.newTimeout(timeout -> {}, delay + hour(), TimeUnit.NANOSECONDS);
      executor.schedule(() -> {}, delay + hour(), TimeUnit.NANOSECONDS);
      cache.put(-1 - i, delay + hour());
    }
    key = 0;
  }

  /** Ends the threads. */
  @TearDown(Level.Trial)
  public void tearDown() {
    wheel.stop();
    executor.shutdownNow();
    cache.invalidateAll();
  }

  /**
   * Caffeine's hierarchical wheel, by an entry with an expiry of its own.
   *
   * @return the cache
   */
  @Benchmark
  public Cache<Long, Long> caffeine() {
    Long id = key++;
    cache.put(id, delayNanos(id));
    cache.invalidate(id);
    return cache;
  }

  /**
   * Netty's hashed wheel.
   *
   * @return whether it was cancelled
   */
  @Benchmark
  public boolean nettyHashedWheelTimer() {
    Timeout timeout = wheel.newTimeout(expired -> {}, delayNanos(key++), TimeUnit.NANOSECONDS);
    return timeout.cancel();
  }

  /**
   * The JDK's heap of timers.
   *
   * @return whether it was cancelled
   */
  @Benchmark
  public boolean scheduledThreadPoolExecutor() {
    ScheduledFuture<?> timer = executor.schedule(() -> {}, delayNanos(key++), TimeUnit.NANOSECONDS);
    return timer.cancel(false);
  }

  private static long delayNanos(long i) {
    return TimeUnit.MILLISECONDS.toNanos(1_000 + i * 7_919 % 59_000);
  }

  private static long hour() {
    return Duration.ofHours(1).toNanos();
  }

  private static Cache<Long, Long> newCache() {
    return Caffeine.newBuilder()
        .scheduler(Scheduler.systemScheduler())
        .executor(Runnable::run)
        .expireAfter(Expiry.<Long, Long>creating((id, delay) -> Duration.ofNanos(delay)))
        .build();
  }
}
