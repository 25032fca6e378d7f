package dev.ingest.spring.boot;

import dev.ingest.console.Console;
import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Ends the consoles that the application has as beans, where {@code ingest-console} is on the class
 * path. Where they are mounted, and who may read them, is for the application to say.
 */
@AutoConfiguration
@ConditionalOnClass(Console.class)
@ConditionalOnBean(Console.class)
public final class IngestConsoleAutoConfiguration {

  /** Creates the configuration, as Spring does. */
  public IngestConsoleAutoConfiguration() {}

  @Bean
  ConsoleLifecycle ingestConsoleLifecycle(List<Console> consoles) {
    return new ConsoleLifecycle(consoles);
  }
}
