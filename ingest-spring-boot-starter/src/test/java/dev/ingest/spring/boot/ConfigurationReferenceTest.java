package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Holds the table of properties in docs/spring-boot.md to the metadata that is generated from the
 * code. Run with {@code -Dingest.test.args=-Dingest.docs.write=true} to write it anew after a
 * change.
 */
final class ConfigurationReferenceTest {

  private static final Path PAGE = Path.of("..", "docs", "spring-boot.md");
  private static final String BEGIN = "<!-- begin: written by ConfigurationReferenceTest -->\n";
  private static final String END = "<!-- end -->\n";

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
    List<Property> properties = Property.all();
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
    for (Property property : Property.all()) {
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  property.name(),
                  type(property.type()),
                  property.byDefault().isEmpty() ? "" : "`" + property.byDefault() + "`",
                  property.description()));
    }
    return out.append('\n').toString();
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
