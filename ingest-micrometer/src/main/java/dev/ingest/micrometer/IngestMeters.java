package dev.ingest.micrometer;

import dev.ingest.core.EngineMeter;
import dev.ingest.core.Ingest;
import dev.ingest.core.WorkEnd;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Counts what engines of this process do, for {@link dev.ingest.core.IngestBuilder#meter}, and
 * shows what their ledger holds, by {@link #watch}. {@link IngestMeter} lists the meters.
 *
 * <p><b>Bounded.</b> No owner, sequence or node is a tag. Of what comes from outside, {@value
 * #MAX_WORK} combinations of pipeline, stage, contract and code version have series of their own,
 * {@value #MAX_PIPELINES} pipelines and {@value #MAX_DRIVERS} names of what threw; whatever comes
 * after these is counted under {@code other}. So there are no more than {@value #MAX_METERS}
 * meters, buckets aside, however many versions are deployed.
 *
 * <p>Thread-safe. Where a process has several engines over one ledger, they share one of these.
 */
public final class IngestMeters implements EngineMeter {

  /** How many combinations of pipeline, stage, contract version and code version are told apart. */
  public static final int MAX_WORK = 200;

  /** How many pipelines are told apart. */
  public static final int MAX_PIPELINES = 50;

  /** How many names of what threw are told apart. */
  public static final int MAX_DRIVERS = 50;

  /** The most meters of all kinds together, buckets aside. */
  static final int MAX_METERS = 3_000;

  private static final String VERIFICATION = "verification";
  private static final String NO_VERSION = "none";

  private static final Duration[] UP_TO_A_DAY = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(15),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1),
    Duration.ofHours(6),
    Duration.ofDays(1)
  };

  private static final Duration[] OF_A_CALL = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private static final double[] OF_A_BATCH = {1, 2, 5, 10, 25, 50, 100, 200};

  private final MeterRegistry registry;
  private final Bounded<String> pipelines = new Bounded<>(MAX_PIPELINES, Bounded.OTHER);
  private final Bounded<String> drivers = new Bounded<>(MAX_DRIVERS, Bounded.OTHER);
  private final Bounded<Work> works = new Bounded<>(MAX_WORK, Work.OTHER);

  /**
   * Creates meters in a registry.
   *
   * @param registry where the meters are
   */
  public IngestMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** What is done, by which version of what. */
  private record Work(String pipeline, String stage, String version, String code) {

    static final Work OTHER = new Work(Bounded.OTHER, Bounded.OTHER, Bounded.OTHER, Bounded.OTHER);

    static Work of(WorkEnd end) {
      return new Work(
          end.work().pipeline(),
          end.work().stage().map(StageRef::name).orElse(VERIFICATION),
          end.work().stage().map(StageRef::contractVersion).map(String::valueOf).orElse(NO_VERSION),
          end.codeVersion());
    }
  }

  /**
   * Shows what the ledger of an engine holds, without dead tuples.
   *
   * @param ingest the engine
   * @param ledger its ledger
   * @return what reads the ledger, to be closed before the engine
   * @throws IllegalStateException if figures are shown in this registry, or in one that it hands on
   *     to, that are not closed
   */
  public LedgerFigures watch(Ingest ingest, LedgerStore ledger) {
    return watch(ingest, ledger, Map::of);
  }

  /**
   * Shows what the ledger of an engine holds. Several services may do so over one ledger; their
   * figures are the same, and are not to be added up. A registry shows one ledger at a time: where
   * a process has several engines over one ledger, one of them is watched. A registry that has
   * figures and is added to a composite that has others later goes on showing its own.
   *
   * @param ingest the engine
   * @param ledger its ledger
   * @param deadTuples counts dead tuples by table, such as {@code JdbcLedger::deadTuples}
   * @return what reads the ledger, to be closed before the engine
   * @throws IllegalStateException if figures are shown in this registry, or in one that it hands on
   *     to, that are not closed
   */
  public LedgerFigures watch(
      Ingest ingest, LedgerStore ledger, Supplier<Map<String, Long>> deadTuples) {
    return LedgerFigures.of(
        registry, new FigureReader(ledger, ingest.outlook(), deadTuples, registry));
  }

  @Override
  public void committed(Transition transition) {
    TransitionKind kind = transition.row().step().kind();
    Entry after = transition.after();
    String pipeline = pipelines.of(after.run().pipeline().name());
    counter(IngestMeter.TRANSITIONS, IngestMeter.Tags.TRANSITION, lower(kind)).increment();
    if (kind == TransitionKind.ACCEPTED) {
      counter(IngestMeter.ACCEPTED, IngestMeter.Tags.PIPELINE, pipeline).increment();
      counter(IngestMeter.ACCEPTED_BYTES, IngestMeter.Tags.PIPELINE, pipeline)
          .increment((double) after.receipt().manifest().bytes());
    } else if (kind == TransitionKind.FAILED) {
      counter(IngestMeter.FAILED, IngestMeter.Tags.PIPELINE, pipeline).increment();
    } else if (kind == TransitionKind.VERIFIED) {
      published(pipeline, RunKind.PRIMARY);
      verified(transition, pipeline);
    } else if (kind == TransitionKind.REPLACED) {
      published(pipeline, RunKind.REPLACEMENT);
    }
  }

  private void published(String pipeline, RunKind run) {
    counter(
            IngestMeter.PUBLISHED,
            IngestMeter.Tags.PIPELINE,
            pipeline,
            IngestMeter.Tags.RUN,
            lower(run))
        .increment();
  }

  private void verified(Transition transition, String pipeline) {
    Receipt receipt = transition.after().receipt();
    Duration took = Duration.between(receipt.acceptedAt(), transition.row().step().at());
    Duration left = Duration.between(transition.row().step().at(), receipt.deadline());
    List<Tag> tags = List.of(Tag.of(IngestMeter.Tags.PIPELINE, pipeline));
    timer(IngestMeter.TIME_TO_VERIFIED, tags, UP_TO_A_DAY).record(positive(took));
    summary(IngestMeter.DEADLINE_LEFT, tags, seconds(UP_TO_A_DAY))
        .record(positive(left).toMillis() / 1_000.0);
    counter(IngestMeter.VERIFIED_LATE, IngestMeter.Tags.PIPELINE, pipeline)
        .increment(left.isNegative() ? 1 : 0);
  }

  @Override
  public void batchAnswered(int transitions, Duration took, boolean isAnswered) {
    timer(
            IngestMeter.COMMIT,
            List.of(Tag.of(IngestMeter.Tags.ANSWERED, Boolean.toString(isAnswered))),
            OF_A_CALL)
        .record(took);
    summary(IngestMeter.COMMIT_TRANSITIONS, List.of(), OF_A_BATCH).record(transitions);
  }

  @Override
  public void workEnded(WorkEnd end) {
    Work work = works.of(Work.of(end));
    counter(
            IngestMeter.WORK_ENDED,
            IngestMeter.Tags.PIPELINE,
            work.pipeline(),
            IngestMeter.Tags.STAGE,
            work.stage(),
            IngestMeter.Tags.VERSION,
            work.version(),
            IngestMeter.Tags.CODE,
            work.code(),
            IngestMeter.Tags.OUTCOME,
            lower(end.outcome()))
        .increment();
    if (end.outcome().isVerified()) {
      counter(IngestMeter.VERIFIED, IngestMeter.Tags.PIPELINE, pipelines.of(end.work().pipeline()))
          .increment();
    }
  }

  @Override
  public void driverFailed(String driver) {
    counter(IngestMeter.ERRORS, IngestMeter.Tags.DRIVER, drivers.of(driver)).increment();
  }

  private Counter counter(IngestMeter meter, String... tags) {
    return Counter.builder(meter.dotted())
        .description(meter.description())
        .baseUnit(meter.unit().orElse(null))
        .tags(tags)
        .register(registry);
  }

  private Timer timer(IngestMeter meter, List<Tag> tags, Duration[] buckets) {
    return Timer.builder(meter.dotted())
        .description(meter.description())
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private DistributionSummary summary(IngestMeter meter, List<Tag> tags, double[] buckets) {
    return DistributionSummary.builder(meter.dotted())
        .description(meter.description())
        .baseUnit(meter.unit().orElse(null))
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private static Duration positive(Duration time) {
    return time.isNegative() ? Duration.ZERO : time;
  }

  private static double[] seconds(Duration[] times) {
    return Arrays.stream(times).mapToDouble(Duration::toSeconds).toArray();
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
