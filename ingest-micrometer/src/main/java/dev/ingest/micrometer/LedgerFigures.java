package dev.ingest.micrometer;

import dev.ingest.micrometer.FigureReader.Series;
import dev.ingest.spi.ledger.State;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of a ledger as gauges, which are read at most once in {@link #FRESH}, however many
 * scrape, and not at all while nobody does.
 *
 * <p>One reader reads at a time, on a thread of its own, {@code ingest-figures}, which ends when it
 * has had nothing to do for a minute. Whoever asks for the first figure that is too old starts it
 * and waits for {@link #PATIENCE} at most, so that a ledger that hangs does not hold up the scrape;
 * the others get what was read last. What could not be read, or was read {@link #VALID} ago or
 * earlier, is unknown: {@code NaN}, never 0. So a ledger whose reading takes longer than a scrape
 * waits shows what the reading brought that the scrape before began, if there are less than {@link
 * #VALID} between two scrapes.
 *
 * <p>Thread-safe. Closing it takes the gauges away.
 */
public final class LedgerFigures implements AutoCloseable {

  /** For how long figures are shown without another look at the ledger. */
  public static final Duration FRESH = Duration.ofSeconds(10);

  /** How long a scrape waits for a reading. */
  public static final Duration PATIENCE = Duration.ofSeconds(1);

  /** For how long figures are shown after the end of their reading while no other one ends. */
  public static final Duration VALID = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(LedgerFigures.class);

  private final MeterRegistry registry;
  private final FigureReader reader;
  private final Clock clock;
  private final ExecutorService thread;
  private final AtomicBoolean reading = new AtomicBoolean();
  private final Set<Series> shown = new HashSet<>();
  private final Set<Meter.Id> gauges = new HashSet<>();
  private volatile Reading latest;
  private boolean closed;

  private LedgerFigures(MeterRegistry registry, FigureReader reader) {
    this.registry = registry;
    this.reader = reader;
    this.clock = registry.config().clock();
    long begun = clock.monotonicTime();
    this.latest = new Reading(begun, begun - FRESH.toNanos(), Map.of());
    this.thread =
        new ThreadPoolExecutor(
            0,
            1,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(1),
            task -> {
              Thread made = new Thread(task, "ingest-figures");
              made.setDaemon(true);
              return made;
            });
  }

  /**
   * What was read last.
   *
   * @param asOf when the last reading ended that brought anything; the beginning until one has
   * @param endedAt when the last reading ended, whatever it brought
   * @param figures what it brought
   */
  private record Reading(long asOf, long endedAt, Map<Series, Double> figures) {

    boolean isDue(long now) {
      return now - endedAt >= FRESH.toNanos();
    }

    double value(Series series, long now) {
      return now - endedAt < VALID.toNanos()
          ? figures.getOrDefault(series, Double.NaN)
          : Double.NaN;
    }
  }

  /** Shows figures in a registry; one at a time, so that no other is taken for it. */
  static synchronized LedgerFigures of(MeterRegistry registry, FigureReader reader) {
    // Where a gauge is registered twice, the registry keeps the first and says nothing.
    if (areShownIn(registry)) {
      throw new IllegalStateException(
          "figures of a ledger are shown in this registry already; close these first, or show"
              + " those of another ledger in a registry of their own");
    }
    LedgerFigures figures = new LedgerFigures(registry, reader);
    for (IngestMeter meter : IngestMeter.values()) {
      if (meter.kind() == IngestMeter.Kind.GAUGE && meter.tags().isEmpty()) {
        figures.show(Series.of(meter));
      }
    }
    for (State state : State.values()) {
      figures.show(new Series(IngestMeter.SEQUENCES, IngestMeters.lower(state)));
    }
    return figures;
  }

  /**
   * Tells whether figures that are not closed are shown in a registry, or in one that it hands on
   * to: a composite does not know the meters that one of its registries has of its own.
   *
   * @param registry the registry
   * @return whether {@link IngestMeters#watch} would refuse it
   */
  public static boolean areShownIn(MeterRegistry registry) {
    return !registry.find(IngestMeter.FIGURES_AGE.dotted()).gauges().isEmpty()
        || (registry instanceof CompositeMeterRegistry composite
            && composite.getRegistries().stream().anyMatch(LedgerFigures::areShownIn));
  }

  private synchronized void show(Series series) {
    if (closed || !shown.add(series)) {
      return;
    }
    IngestMeter meter = series.meter();
    Gauge.Builder<LedgerFigures> gauge =
        Gauge.builder(meter.dotted(), this, figures -> figures.value(series))
            .description(meter.description())
            .strongReference(true);
    meter.unit().ifPresent(gauge::baseUnit);
    meter.tags().forEach(key -> gauge.tag(key, series.tag()));
    gauges.add(gauge.register(registry).getId());
  }

  private double value(Series series) {
    Reading current = current();
    if (series.meter() == IngestMeter.FIGURES_AGE) {
      return Duration.ofNanos(clock.monotonicTime() - current.asOf()).toMillis() / 1_000.0;
    }
    return current.value(series, clock.monotonicTime());
  }

  private Reading current() {
    if (latest.isDue(clock.monotonicTime()) && reading.compareAndSet(false, true)) {
      await(begin());
    }
    return latest;
  }

  /** Starts a reading, and returns what is open until it ends. */
  private CountDownLatch begin() {
    CountDownLatch ended = new CountDownLatch(1);
    boolean isBegun = false;
    try {
      thread.execute(() -> read(ended));
      isBegun = true;
    } catch (RejectedExecutionException e) {
      LOG.debug("the figures are not read any more", e);
    } finally {
      if (!isBegun) {
        end(ended);
      }
    }
    return ended;
  }

  private void read(CountDownLatch ended) {
    try {
      Map<Series, Double> figures = reader.read();
      figures.keySet().forEach(this::show);
      long now = clock.monotonicTime();
      latest = new Reading(figures.isEmpty() ? latest.asOf() : now, now, figures);
    } finally {
      end(ended);
    }
  }

  private void end(CountDownLatch ended) {
    reading.set(false);
    ended.countDown();
  }

  private static void await(CountDownLatch ended) {
    try {
      if (!ended.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.info("a reading of the ledger for metrics takes longer than {}", PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes the gauges away and reads no more. A reading under way ends by itself. Idempotent. */
  @Override
  public void close() {
    List<Meter.Id> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(gauges);
      gauges.clear();
    }
    all.forEach(registry::remove);
    thread.shutdown();
  }
}
