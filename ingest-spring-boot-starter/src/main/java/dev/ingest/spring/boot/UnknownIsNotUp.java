package dev.ingest.spring.boot;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/**
 * Has an application whose health is partly unknown count as unknown, and answer 503. Spring Boot
 * ranks UNKNOWN behind UP and answers it with 200, so that an engine whose ledger cannot be read
 * would pass for well. These are defaults: what the application itself sets for the order and the
 * codes of statuses wins.
 */
final class UnknownIsNotUp implements EnvironmentPostProcessor, Ordered {

  private static final String STATUS = "management.endpoint.health.status.";

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          STATUS + "order", "down,out-of-service,unknown,up",
          STATUS + "http-mapping.down", 503,
          STATUS + "http-mapping.out-of-service", 503,
          STATUS + "http-mapping.unknown", 503);

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    boolean isEnabled = environment.getProperty("ingest.enabled", Boolean.class, true);
    if (isEnabled) {
      addDefaults(environment.getPropertySources());
    }
  }

  /** Among the application's own defaults, which Spring Boot keeps last, and behind them. */
  private static void addDefaults(MutablePropertySources sources) {
    Map<String, Object> merged = new HashMap<>(DEFAULTS);
    if (sources.get(DefaultPropertiesPropertySource.NAME) instanceof MapPropertySource own) {
      merged.putAll(own.getSource());
      sources.remove(DefaultPropertiesPropertySource.NAME);
    }
    sources.addLast(new DefaultPropertiesPropertySource(merged));
  }

  @Override
  public int getOrder() {
    return LOWEST_PRECEDENCE;
  }
}
