package dev.ingest.spring.boot;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;

/**
 * What the metadata that is generated from the code says of one property.
 *
 * @param name its name
 * @param type its type, with its package
 * @param byDefault its default as text; empty without
 * @param description what it does
 */
record Property(String name, String type, String byDefault, String description) {

  private static final String METADATA = "/META-INF/spring-configuration-metadata.json";

  /** Reads all properties, in the order of their names. */
  static List<Property> all() throws IOException {
    List<Property> properties = new ArrayList<>();
    try (InputStream metadata =
        Objects.requireNonNull(Property.class.getResourceAsStream(METADATA), METADATA)) {
      // JSON is YAML, and Spring Boot brings a parser of that.
      Map<String, List<?>> all = new Yaml().load(metadata);
      for (Object one : Objects.requireNonNull(all.get("properties"))) {
        Map<?, ?> property = (Map<?, ?>) one;
        properties.add(
            new Property(
                text(property.get("name")),
                text(property.get("type")),
                text(property.get("defaultValue")),
                text(property.get("description"))));
      }
    }
    properties.sort(Comparator.comparing(Property::name));
    return properties;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value instanceof List<?> list ? join(list) : value.toString();
  }

  private static String join(List<?> values) {
    return String.join(",", values.stream().map(Object::toString).toList());
  }
}
