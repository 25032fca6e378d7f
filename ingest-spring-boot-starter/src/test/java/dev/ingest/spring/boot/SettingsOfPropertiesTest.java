package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.BuilderSettings;
import dev.ingest.core.ConfigurationPage;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.spi.IngestException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * Holds the column of properties in docs/configuration.md to what each property has the builder
 * told: each is set alone, to several values, and the builder compared with one of which nothing
 * was set. Run with {@code -Dingest.test.args=-Dingest.docs.write=true} to write it anew after a
 * change.
 */
final class SettingsOfPropertiesTest {

  private static final String NODE = "ingest.node.id";

  @Test
  void page_namesThePropertyOfEachSetting() throws IOException {
    Map<String, Set<String>> bySetting = new TreeMap<>();
    for (Property property : Property.all()) {
      for (String setting : settings(property)) {
        bySetting.computeIfAbsent(setting, absent -> new TreeSet<>()).add(property.name());
      }
    }
    assertThat(bySetting).hasSizeGreaterThan(25).containsKey("work.lease");
    ConfigurationPage.assertColumn(ConfigurationPage.PROPERTY, bySetting);
  }

  private static Set<String> settings(Property property) throws IOException {
    BuilderSettings plain = told(Map.of(NODE, "a")).orElseThrow();
    Set<String> settings = new TreeSet<>();
    boolean isTaken = false;
    for (String value : values(property.type())) {
      Map<String, String> all = new HashMap<>(Map.of(NODE, "a"));
      all.put(property.name(), value);
      Optional<BuilderSettings> told = told(all);
      isTaken |= told.isPresent();
      told.ifPresent(one -> settings.addAll(one.differences(plain)));
    }
    assertThat(isTaken).as(property.name() + " takes one of the values").isTrue();
    return settings;
  }

  /** Tells a builder what properties say; empty if they are refused. */
  private static Optional<BuilderSettings> told(Map<String, String> properties) throws IOException {
    IngestBuilder builder = Ingest.builder();
    try {
      IngestAutoConfiguration.applyPolicies(
          builder,
          new Binder(new MapConfigurationPropertySource(properties))
              .bind("ingest", Bindable.of(IngestProperties.class))
              .get());
    } catch (BindException | IngestException e) {
      assertThat(properties).as("only what is set is refused").hasSizeGreaterThan(1);
      return Optional.empty();
    }
    return Optional.of(BuilderSettings.of(builder));
  }

  private static List<String> values(String type) {
    return switch (type) {
      case "java.lang.Boolean" -> List.of("true", "false");
      case "java.lang.Integer", "java.lang.Long" -> List.of("7", "70000");
      case "java.time.Duration", "java.util.List<java.time.Duration>" ->
          List.of("2m", "11m", "11d", "111d");
      case "org.springframework.util.unit.DataSize" -> List.of("7MB");
      case "java.lang.String", "java.nio.file.Path", "java.util.List<java.lang.String>" ->
          List.of("b");
      default -> names(type);
    };
  }

  private static List<String> names(String type) {
    try {
      return Arrays.stream(Class.forName(type).getEnumConstants()).map(Object::toString).toList();
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("no values of the type " + type, e);
    }
  }
}
