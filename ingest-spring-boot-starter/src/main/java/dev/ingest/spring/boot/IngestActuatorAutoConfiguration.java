package dev.ingest.spring.boot;

import dev.ingest.core.Ingest;
import dev.ingest.spi.ledger.LedgerStore;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Shows the engine to operators, where Spring Boot's health and actuator are on the class path. */
@AutoConfiguration(after = IngestAutoConfiguration.class)
@ConditionalOnBean(EngineLifecycle.class)
public final class IngestActuatorAutoConfiguration {

  /** Creates the configuration, as Spring does. */
  public IngestActuatorAutoConfiguration() {}

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
  static class HealthConfiguration {

    @Bean
    @ConditionalOnEnabledHealthIndicator("ingest")
    @ConditionalOnMissingBean(name = {"ingestHealthIndicator", "ingestHealthContributor"})
    IngestHealthIndicator ingestHealthIndicator(
        Ingest ingest, EngineLifecycle lifecycle, IngestProperties properties) {
      return new IngestHealthIndicator(
          ingest.outlook(), lifecycle, properties.health().auditWithin());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  @ConditionalOnAvailableEndpoint(IngestEndpoint.class)
  @ConditionalOnSingleCandidate(LedgerStore.class)
  static class EndpointConfiguration {

    @Bean
    @ConditionalOnMissingBean
    IngestEndpoint ingestEndpoint(LedgerStore ledger, Ingest ingest) {
      return new IngestEndpoint(new EngineState(ledger, ingest));
    }
  }
}
