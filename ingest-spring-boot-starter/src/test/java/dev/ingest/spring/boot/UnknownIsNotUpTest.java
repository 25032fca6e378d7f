package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The post-processor is found and run as applications find it. */
final class UnknownIsNotUpTest {

  @Test
  void unknownBesideUp_isUnknownAndAnswers503() {
    try (ConfigurableApplicationContext context = run(Map.of())) {
      assertThat(status(context)).isEqualTo(Status.UNKNOWN);
      assertThat(code(context, Status.UNKNOWN)).isEqualTo(503);
      assertThat(code(context, Status.DOWN)).isEqualTo(503);
      assertThat(code(context, Status.OUT_OF_SERVICE)).isEqualTo(503);
      assertThat(code(context, Status.UP)).isEqualTo(200);
    }
  }

  @Test
  void applicationsOwnOrderAndCodes_win() {
    try (ConfigurableApplicationContext context =
        run(
            Map.of(
                "management.endpoint.health.status.order", "down,up,unknown",
                "management.endpoint.health.status.http-mapping.unknown", "299"))) {
      assertThat(status(context)).isEqualTo(Status.UP);
      assertThat(code(context, Status.UNKNOWN)).isEqualTo(299);
    }
  }

  @Test
  void engineThatIsSwitchedOff_changesNothing() {
    try (ConfigurableApplicationContext context = run(Map.of("ingest.enabled", "false"))) {
      assertThat(status(context)).isEqualTo(Status.UP);
      assertThat(code(context, Status.UNKNOWN)).isEqualTo(200);
    }
  }

  private static Status status(ConfigurableApplicationContext context) {
    return context.getBean(HealthEndpoint.class).health().getStatus();
  }

  private static int code(ConfigurableApplicationContext context, Status status) {
    return context.getBean(HttpCodeStatusMapper.class).getStatusCode(status);
  }

  private static ConfigurableApplicationContext run(Map<String, Object> properties) {
    SpringApplication application = new SpringApplication(Indicators.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setDefaultProperties(properties);
    return application.run();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    HealthContributorAutoConfiguration.class,
    HealthContributorRegistryAutoConfiguration.class,
    HealthEndpointAutoConfiguration.class
  })
  static class Indicators {

    @Bean
    HealthIndicator well() {
      return () -> Health.up().build();
    }

    @Bean
    HealthIndicator unknown() {
      return () -> Health.unknown().build();
    }
  }
}
