package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.EngineMeter;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageObserver;
import dev.ingest.core.Upload;
import dev.ingest.micrometer.IngestMeter;
import dev.ingest.micrometer.IngestMeters;
import dev.ingest.micrometer.LedgerFigures;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The engine's meters beside Spring Boot's own registries, which are made by its conditions. */
final class IngestMetricsTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  @TempDir private Path home;

  @Test
  void values_moveWithASubmissionAndEndWithTheContext() {
    SimpleMeterRegistry outlives = new SimpleMeterRegistry();
    measured()
        .withBean(MeterRegistry.class, () -> outlives)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              MeterRegistry registry = context.getBean(MeterRegistry.class);
              assertThat(counted(registry, IngestMeter.ACCEPTED)).isZero();
              takeThrough(context.getBean(Ingest.class));
              assertThat(counted(registry, IngestMeter.ACCEPTED)).isOne();
              awaitOneVerified(registry);
              assertThat(verifiedInTheLedger(registry)).isOne();
            });
    assertThat(outlives.find(IngestMeter.FIGURES_AGE.dotted()).gauge()).isNull();
    assertThat(outlives.find(IngestMeter.SEQUENCES.dotted()).gauges()).isEmpty();
  }

  @Test
  void registryOfSpringBoot_isFoundWhateverTheOrder() {
    measured()
        .withConfiguration(AutoConfigurations.of(SimpleMetricsExportAutoConfiguration.class))
        .run(
            context -> {
              takeThrough(context.getBean(Ingest.class));
              MeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
              awaitOneVerified(registry);
              assertThat(verifiedInTheLedger(registry)).isOne();
            });
  }

  @Test
  void severalRegistries_haveTheSame() {
    SimpleMeterRegistry one = new SimpleMeterRegistry();
    SimpleMeterRegistry two = new SimpleMeterRegistry();
    measured()
        .withBean("one", MeterRegistry.class, () -> one)
        .withBean("two", MeterRegistry.class, () -> two)
        .run(
            context -> {
              takeThrough(context.getBean(Ingest.class));
              for (MeterRegistry registry : List.of(one, two)) {
                awaitOneVerified(registry);
                assertThat(verifiedInTheLedger(registry)).isOne();
              }
            });
  }

  @Test
  void withoutARegistry_nothingIsMeasured() {
    Contexts.embedded(home)
        .run(
            context -> {
              assertThat(context).hasNotFailed().hasSingleBean(Ingest.class);
              assertUnmeasured(context.getBeanNamesForType(EngineMeter.class));
              assertUnmeasured(context.getBeanNamesForType(LedgerFigures.class));
              assertUnmeasured(context.getBeanNamesForType(StageObserver.class));
            });
  }

  @Test
  void switchedOff_nothingIsMeasured() {
    for (String off : List.of("ingest.metrics.enabled=false", "ingest.enabled=false")) {
      measured()
          .withBean(SimpleMeterRegistry.class)
          .withPropertyValues(off)
          .run(
              context -> {
                assertThat(context).hasNotFailed();
                assertUnmeasured(context.getBeanNamesForType(EngineMeter.class));
                assertUnmeasured(context.getBeanNamesForType(LedgerFigures.class));
                assertUnmeasured(context.getBeanNamesForType(StageObserver.class));
              });
    }
  }

  @Test
  void withoutTheModule_theEngineIsTheSame() {
    for (Class<?> absent : List.of(IngestMeters.class, MeterRegistry.class)) {
      Contexts.embedded(home)
          .withClassLoader(new FilteredClassLoader(absent))
          .run(
              context ->
                  assertThat(context)
                      .hasNotFailed()
                      .hasSingleBean(Ingest.class)
                      .doesNotHaveBean("ingestFigures"));
    }
  }

  @Test
  void ledgerOfAnotherKind_hasFiguresWithoutTheStoreOfDatabases() {
    try (JdbcLedger ledger = JdbcLedger.sqlite(home.resolve("own.db"), InstantSource.system())) {
      measured()
          .withBean(SimpleMeterRegistry.class)
          .withBean(LedgerStore.class, () -> ledger)
          .withClassLoader(new FilteredClassLoader(JdbcLedger.class))
          .run(
              context -> {
                takeThrough(context.getBean(Ingest.class));
                assertThat(verifiedInTheLedger(context.getBean(MeterRegistry.class))).isOne();
              });
    }
  }

  @Test
  void applicationsOwnMeter_winsAndLeavesTheFigures() {
    Counting own = new Counting();
    measured()
        .withBean(SimpleMeterRegistry.class)
        .withBean(EngineMeter.class, () -> own)
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(IngestMeters.class);
              takeThrough(context.getBean(Ingest.class));
              assertThat(own.committed.get()).isPositive();
              MeterRegistry registry = context.getBean(MeterRegistry.class);
              assertThat(counted(registry, IngestMeter.ACCEPTED)).isZero();
              assertThat(verifiedInTheLedger(registry)).isOne();
            });
  }

  @Test
  void severalObservers_areNobodysWhereNoPipelineIsMadeOfStages() {
    measured()
        .withBean(
            "one", StageObserver.class, () -> (pipeline, stage, sequence, attempt) -> attempt.run())
        .withBean(
            "two", StageObserver.class, () -> (pipeline, stage, sequence, attempt) -> attempt.run())
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void applicationsOwnFigures_win() {
    measured()
        .withBean(SimpleMeterRegistry.class)
        .withUserConfiguration(OwnFigures.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed().hasSingleBean(LedgerFigures.class);
              assertThat(context).hasBean("own");
              takeThrough(context.getBean(Ingest.class));
              assertThat(verifiedInTheLedger(context.getBean(MeterRegistry.class))).isOne();
            });
  }

  @Test
  void engineOfTheApplicationsOwn_hasFiguresAndIsCountedByTheMetersThatItIsGiven() {
    measured()
        .withBean(SimpleMeterRegistry.class)
        .withUserConfiguration(OwnEngine.class)
        .run(
            context -> {
              takeThrough(context.getBean("own", Ingest.class));
              MeterRegistry registry = context.getBean(MeterRegistry.class);
              awaitOneVerified(registry);
              assertThat(verifiedInTheLedger(registry)).isOne();
            });
  }

  @Test
  void figuresThatAreNoBean_endTheStartWithWhatToDo() {
    assertEndsWithWhatToDo(measured().withBean(MeterRegistry.class, IngestMetricsTest::shown));
  }

  @Test
  void figuresInOneOfSeveralRegistries_endTheStartAsWell() {
    assertEndsWithWhatToDo(
        measured()
            .withBean("plain", MeterRegistry.class, SimpleMeterRegistry::new)
            .withBean("shown", MeterRegistry.class, IngestMetricsTest::shown));
  }

  /** Makes a registry that shows the figures of a ledger. */
  private static MeterRegistry shown() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    registry.gauge(IngestMeter.FIGURES_AGE.dotted(), 1);
    return registry;
  }

  private static void assertEndsWithWhatToDo(ApplicationContextRunner runner) {
    runner.run(
        context -> {
          FailureAnalysis analysis =
              new IngestFailureAnalyzer()
                  .analyze(Objects.requireNonNull(context.getStartupFailure()));
          assertThat(Objects.requireNonNull(analysis).getDescription())
              .contains("in the MeterRegistry already");
          assertThat(analysis.getAction()).contains("ingest.metrics.enabled=false");
        });
  }

  @Test
  void figures_areClosedBeforeTheEngine() {
    List<String> order = new CopyOnWriteArrayList<>();
    measured()
        .withBean(SimpleMeterRegistry.class)
        .withBean("order", List.class, () -> order)
        .withUserConfiguration(Between.class)
        .run(context -> assertThat(context).hasSingleBean(LedgerFigures.class));
    assertThat(order).containsExactly("engine runs: true, figures: false");
  }

  @Test
  void stagesOfAPipelineThatTheStarterMakes_areObserved() {
    Contexts.bare()
        .withConfiguration(boots())
        .withBean(SimpleMeterRegistry.class)
        .withBean(Stage.class, Stage::copy)
        .withBean(Expectation.class, Expectation::onePerItem)
        .withPropertyValues(
            "ingest.ledger.sqlite-file=" + home.resolve("ledger.db"),
            "ingest.content.directory=" + home.resolve("content"))
        .run(
            context -> {
              takeThrough(context.getBean(Ingest.class));
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get(IngestMeter.STAGE.dotted())
                          .tag("pipeline", "main")
                          .timer()
                          .count())
                  .isOne();
            });
  }

  private ApplicationContextRunner measured() {
    return Contexts.embedded(home).withConfiguration(boots());
  }

  private static AutoConfigurations boots() {
    return AutoConfigurations.of(
        MetricsAutoConfiguration.class,
        CompositeMeterRegistryAutoConfiguration.class,
        ObservationAutoConfiguration.class);
  }

  private static void assertUnmeasured(String[] beans) {
    assertThat(beans).isEmpty();
  }

  private static void takeThrough(Ingest ingest) {
    try (Upload upload = ingest.upload(RIDE)) {
      upload.add(ItemName.of("a.txt"), "x".getBytes(StandardCharsets.UTF_8));
      upload.submit();
    }
    assertThat(ingest.runUntilIdle()).isTrue();
    assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.VERIFIED);
  }

  private static double counted(MeterRegistry registry, IngestMeter meter) {
    return registry.find(meter.dotted()).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** The end of an attempt is counted after the ledger shows it. */
  private static void awaitOneVerified(MeterRegistry registry) throws InterruptedException {
    await(() -> counted(registry, IngestMeter.VERIFIED) >= 1);
    assertThat(counted(registry, IngestMeter.VERIFIED)).isOne();
  }

  /** The first reading of the ledger may take longer than whoever asks for it waits. */
  private static double verifiedInTheLedger(MeterRegistry registry) throws InterruptedException {
    Gauge gauge = registry.get(IngestMeter.SEQUENCES.dotted()).tag("state", "verified").gauge();
    await(() -> !Double.isNaN(gauge.value()));
    return gauge.value();
  }

  private static void await(BooleanSupplier event) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    CountDownLatch never = new CountDownLatch(1);
    while (!event.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  /** A meter that is none of Micrometer's. */
  private static final class Counting implements EngineMeter {
    private final AtomicInteger committed = new AtomicInteger();

    @Override
    public void committed(Transition transition) {
      committed.incrementAndGet();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnFigures {

    @Bean(destroyMethod = "close")
    LedgerFigures own(IngestMeters meters, Ingest ingest, LedgerStore ledger) {
      return meters.watch(ingest, ledger);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnEngine {

    @Bean(destroyMethod = "close")
    InMemoryLedger ledger() {
      return new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 2));
    }

    @Bean(destroyMethod = "close")
    Ingest own(IngestMeters meters, LedgerStore ledger, Pipeline copying) {
      return Ingest.builder()
          .ledger(ledger)
          .content(new InMemoryContent().access())
          .pipeline(copying)
          .limits(
              new IntakeLimits(1_000, 1L << 30, 1L << 30, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
          .allowVolatileStores()
          .meter(meters)
          .build();
    }
  }

  /** Of the engine's phase and dependent on it, so that it is stopped just before the engine. */
  @Configuration(proxyBeanMethods = false)
  static class Between {

    @Bean
    SmartLifecycle between(
        EngineLifecycle engine, Ingest ingest, MeterRegistry registry, List<String> order) {
      return new SmartLifecycle() {
        private volatile boolean running;

        @Override
        public void start() {
          running = true;
        }

        @Override
        public void stop() {
          running = false;
          boolean shown = registry.find(IngestMeter.FIGURES_AGE.dotted()).gauge() != null;
          order.add("engine runs: " + ingest.isRunning() + ", figures: " + shown);
        }

        @Override
        public boolean isRunning() {
          return running;
        }

        @Override
        public int getPhase() {
          return engine.getPhase();
        }
      };
    }
  }
}
