package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * Holds the table of properties in docs/spring-boot.md to the metadata that is generated from the
 * code. Run with {@code -Dingest.test.args=-Dingest.docs.write=true} to write it anew after a
 * change.
 */
final class ConfigurationReferenceTest {

  private static final Path PAGE = Path.of("..", "docs", "spring-boot.md");
  private static final String METADATA = "/META-INF/spring-configuration-metadata.json";
  private static final String BEGIN = "<!-- begin: written by ConfigurationReferenceTest -->\n";
  private static final String END = "<!-- end -->\n";

  /** What the metadata says of one property. */
  private record Property(String name, String type, String byDefault, String description) {}

  @Test
  void page_showsEveryProperty() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END, begin);
    String expected = page.substring(0, begin) + render() + page.substring(end);
    if (Boolean.getBoolean("ingest.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(expected);
  }

  @Test
  void everyProperty_isDescribed() throws IOException {
    List<Property> properties = properties();
    assertThat(properties).hasSizeGreaterThan(40);
    assertThat(properties)
        .allSatisfy(
            property ->
                assertThat(property.description())
                    .as(property.name())
                    .isNotBlank()
                    .endsWith(".")
                    .doesNotContain("|"));
  }

  private static String render() throws IOException {
    StringBuilder out =
        new StringBuilder("\n| property | type | default | meaning |\n|---|---|---|---|\n");
    for (Property property : properties()) {
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  property.name(),
                  property.type(),
                  property.byDefault().isEmpty() ? "" : "`" + property.byDefault() + "`",
                  property.description()));
    }
    return out.append('\n').toString();
  }

  private static List<Property> properties() throws IOException {
    List<Property> properties = new ArrayList<>();
    try (InputStream metadata =
        Objects.requireNonNull(
            ConfigurationReferenceTest.class.getResourceAsStream(METADATA), METADATA)) {
      // JSON is YAML, and Spring Boot brings a parser of that.
      Map<String, List<?>> all = new Yaml().load(metadata);
      for (Object one : Objects.requireNonNull(all.get("properties"))) {
        Map<?, ?> property = (Map<?, ?>) one;
        properties.add(
            new Property(
                text(property.get("name")),
                type(text(property.get("type"))),
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

  private static String type(String type) {
    return switch (type) {
      case "java.lang.Boolean" -> "true or false";
      case "java.lang.Integer", "java.lang.Long" -> "number";
      case "java.lang.String" -> "text";
      case "java.nio.file.Path" -> "path";
      case "java.time.Duration" -> "duration";
      case "org.springframework.util.unit.DataSize" -> "size";
      case "java.util.List<java.lang.String>" -> "texts";
      case "java.util.List<java.time.Duration>" -> "durations";
      default -> choice(type);
    };
  }

  private static String choice(String type) {
    try {
      Object[] constants = Class.forName(type).getEnumConstants();
      List<String> names = new ArrayList<>();
      for (Object constant : constants) {
        names.add(constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'));
      }
      return String.join(", ", names);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the page has no word for the type " + type, e);
    }
  }
}
