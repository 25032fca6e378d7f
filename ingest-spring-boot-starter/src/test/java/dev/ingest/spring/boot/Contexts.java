package dev.ingest.spring.boot;

import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import java.nio.file.Path;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Application contexts of the tests. */
final class Contexts {

  private Contexts() {}

  /** One with the starter's auto-configurations and nothing else. */
  static ApplicationContextRunner bare() {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                IngestStoresAutoConfiguration.class,
                IngestAutoConfiguration.class,
                IngestActuatorAutoConfiguration.class,
                IngestMetricsAutoConfiguration.class))
        .withPropertyValues("management.endpoints.web.exposure.include=*");
  }

  /** One with a pipeline, and with ledger and bytes in a directory. */
  static ApplicationContextRunner embedded(Path home) {
    return bare()
        .withUserConfiguration(Copying.class)
        .withPropertyValues(
            "ingest.ledger.sqlite-file=" + home.resolve("ledger.db"),
            "ingest.content.directory=" + home.resolve("content"));
  }

  /** A pipeline that copies. */
  @Configuration(proxyBeanMethods = false)
  static class Copying {

    @Bean
    Pipeline copying() {
      return Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    }
  }
}
