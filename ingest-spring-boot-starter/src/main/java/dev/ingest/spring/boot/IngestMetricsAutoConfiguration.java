package dev.ingest.spring.boot;

import dev.ingest.core.EngineMeter;
import dev.ingest.core.Ingest;
import dev.ingest.core.StageObserver;
import dev.ingest.micrometer.IngestMeters;
import dev.ingest.micrometer.LedgerFigures;
import dev.ingest.micrometer.StageObservations;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcLedger;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Measures the engine and its ledger, where {@code ingest-micrometer} is on the class path, in the
 * application's {@code MeterRegistry}: the only one or the primary one, which Spring Boot makes of
 * several. Beans of the application's own for the meter, the figures or the observer win.
 */
@AutoConfiguration(
    after = IngestAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure"
          + ".CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
    })
@ConditionalOnClass({IngestMeters.class, MeterRegistry.class})
@ConditionalOnBooleanProperty(name = "ingest.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "ingest.metrics.enabled", matchIfMissing = true)
public final class IngestMetricsAutoConfiguration {

  /** Creates the configuration, as Spring does. */
  public IngestMetricsAutoConfiguration() {}

  @Bean
  @ConditionalOnSingleCandidate(MeterRegistry.class)
  @ConditionalOnMissingBean(EngineMeter.class)
  IngestMeters ingestMeters(MeterRegistry registry) {
    return new IngestMeters(registry);
  }

  @Bean
  @ConditionalOnSingleCandidate(ObservationRegistry.class)
  @ConditionalOnMissingBean(StageObserver.class)
  StageObservations ingestStageObservations(ObservationRegistry registry) {
    return new StageObservations(registry);
  }

  @Bean
  @ConditionalOnSingleCandidate(LedgerFigures.class)
  FiguresLifecycle ingestFiguresLifecycle(LedgerFigures figures) {
    return new FiguresLifecycle(figures);
  }

  /** The figures do without the application's own meter, which may be none of Micrometer's. */
  private static LedgerFigures watch(
      MeterRegistry registry,
      Ingest ingest,
      LedgerStore ledger,
      Supplier<Map<String, Long>> deadTuples) {
    if (LedgerFigures.areShownIn(registry)) {
      throw new SetupException(
          "the figures of a ledger are in the MeterRegistry already, and it shows those of one",
          "Make a bean of the LedgerFigures that the application has, which then takes the place of"
              + " the starter's; or set ingest.metrics.enabled=false.");
    }
    return new IngestMeters(registry).watch(ingest, ledger, deadTuples);
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnSingleCandidate(MeterRegistry.class)
  @ConditionalOnMissingBean(LedgerFigures.class)
  static class FiguresConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JdbcLedger.class)
    @ConditionalOnSingleCandidate(LedgerStore.class)
    static class JdbcFiguresConfiguration {

      @Bean(destroyMethod = "close")
      @ConditionalOnSingleCandidate(Ingest.class)
      LedgerFigures ingestFigures(MeterRegistry registry, Ingest ingest, LedgerStore ledger) {
        return watch(registry, ingest, ledger, () -> deadTuples(ledger));
      }

      private static Map<String, Long> deadTuples(LedgerStore ledger) {
        return ledger instanceof JdbcLedger jdbc ? jdbc.deadTuples() : Map.of();
      }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("dev.ingest.store.jdbc.JdbcLedger")
    @ConditionalOnSingleCandidate(LedgerStore.class)
    static class OtherFiguresConfiguration {

      @Bean(destroyMethod = "close")
      @ConditionalOnSingleCandidate(Ingest.class)
      LedgerFigures ingestFigures(MeterRegistry registry, Ingest ingest, LedgerStore ledger) {
        return watch(registry, ingest, ledger, Map::of);
      }
    }
  }
}
