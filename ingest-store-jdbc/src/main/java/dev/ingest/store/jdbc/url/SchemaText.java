package dev.ingest.store.jdbc.url;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Texts about schemas that come with this module. */
public final class SchemaText {

  private SchemaText() {}

  /**
   * Reads a text.
   *
   * @param beside a class of the package where it is
   * @param resource its name
   * @return all of it
   */
  public static String of(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the module lacks its resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Splits a text into its statements; comments take whole lines.
   *
   * @param beside a class of the package where it is
   * @param resource its name
   * @return the statements, in order
   */
  public static List<String> statements(Class<?> beside, String resource) {
    return Arrays.stream(of(beside, resource).replaceAll("(?m)^\\s*--.*$", "").split(";", -1))
        .filter(statement -> !statement.isBlank())
        .map(String::strip)
        .toList();
  }
}
