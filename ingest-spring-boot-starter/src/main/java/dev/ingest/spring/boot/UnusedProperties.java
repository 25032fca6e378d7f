package dev.ingest.spring.boot;

import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Says at the start which properties have no effect, since a bean of the application's own takes
 * the place of what they are for. That is no error: a test may well replace a store whose
 * properties stay. But whoever sets a property and does not know of the bean is not to believe in
 * it.
 */
final class UnusedProperties implements SmartInitializingSingleton {

  private static final Logger LOG = LoggerFactory.getLogger(UnusedProperties.class);

  private static final String OURS = IngestStoresAutoConfiguration.class.getName();
  private static final String ENGINE = IngestAutoConfiguration.class.getName();

  private final Environment environment;
  private final ListableBeanFactory beans;

  UnusedProperties(Environment environment, ListableBeanFactory beans) {
    this.environment = environment;
    this.beans = beans;
  }

  @Override
  public void afterSingletonsInstantiated() {
    List<String> engines = ofTheApplication(Ingest.class, ENGINE);
    if (!engines.isEmpty()) {
      tell(
          "Ingest",
          engines,
          "ingest.ledger",
          "ingest.content",
          "ingest.expiry",
          "ingest.intake",
          "ingest.node",
          "ingest.shutdown.grace",
          "ingest.times",
          "ingest.watch",
          "ingest.work");
      return;
    }
    tell("LedgerStore", ofTheApplication(LedgerStore.class, OURS), "ingest.ledger");
    tell("ContentAccess", ofTheApplication(ContentAccess.class, OURS), "ingest.content");
    tell("Pipeline", List.of(beans.getBeanNamesForType(Pipeline.class)), "ingest.work.pipeline");
  }

  /** Names the beans of a type, unless they are those that one of our configurations makes. */
  private List<String> ofTheApplication(Class<?> type, String configuration) {
    List<String> names = new ArrayList<>();
    for (String name : beans.getBeanNamesForType(type, true, false)) {
      if (!made(name).startsWith(configuration)) {
        names.add(name);
      }
    }
    return names;
  }

  /** Names the class that has the method that makes a bean; empty if there is none. */
  private String made(String name) {
    if (beans instanceof ConfigurableListableBeanFactory known
        && known.containsBeanDefinition(name)) {
      String factory = known.getBeanDefinition(name).getFactoryBeanName();
      return factory == null ? "" : factory;
    }
    return "";
  }

  private void tell(String type, List<String> names, String... prefixes) {
    Set<String> set = names.isEmpty() ? Set.of() : set(prefixes);
    if (!set.isEmpty()) {
      LOG.warn(
          "properties without effect beside the {} bean {} of the application: {}; remove the one or"
              + " the other",
          type,
          names,
          set);
    }
  }

  private Set<String> set(String... prefixes) {
    Set<String> found = new TreeSet<>();
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource iterable) {
        for (ConfigurationPropertyName name : iterable) {
          for (String prefix : prefixes) {
            ConfigurationPropertyName group = ConfigurationPropertyName.of(prefix);
            if (group.equals(name) || group.isAncestorOf(name)) {
              found.add(name.toString());
            }
          }
        }
      }
    }
    return found;
  }
}
