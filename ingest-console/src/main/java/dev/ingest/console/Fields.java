package dev.ingest.console;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The fields of a query or of a form ({@code application/x-www-form-urlencoded}, UTF-8), each at
 * most once. An empty one counts as missing.
 *
 * @param values the fields by their names
 */
record Fields(Map<String, String> values) {

  /** The longest form or query, in bytes. */
  static final int MOST_BYTES = 8_192;

  private static final int MOST_FIELDS = 16;

  Fields {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Parses.
   *
   * @throws BadRequestException if it is too long, or no such form
   */
  static Fields parse(String encoded) {
    if (encoded.length() > MOST_BYTES) {
      throw new BadRequestException(413, "a query or form has 8,192 bytes at most");
    }
    Map<String, String> values = new LinkedHashMap<>();
    if (!encoded.isEmpty()) {
      for (String field : encoded.split("&", -1)) {
        int equals = field.indexOf('=');
        String name = decoded(equals < 0 ? field : field.substring(0, equals));
        String value = equals < 0 ? "" : decoded(field.substring(equals + 1));
        if (values.put(name, value) != null || values.size() > MOST_FIELDS) {
          throw new BadRequestException(400, "a field is there twice, or there are more than 16");
        }
      }
    }
    return new Fields(values);
  }

  /**
   * Reads a form.
   *
   * @throws BadRequestException as {@link #parse}
   * @throws IOException if the body cannot be read
   */
  static Fields read(InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(MOST_BYTES + 1);
    return parse(new String(bytes, StandardCharsets.UTF_8));
  }

  /** Encodes what was parsed by another, as a form has it. */
  static String encode(Map<String, String[]> parameters) {
    return parameters.entrySet().stream()
        .flatMap(
            field ->
                Arrays.stream(field.getValue())
                    .map(value -> encoded(field.getKey()) + "=" + encoded(value)))
        .collect(Collectors.joining("&"));
  }

  /** Encodes a name or a value, as a query or a form has it. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  String require(String name) {
    return find(name)
        .orElseThrow(() -> new BadRequestException(400, "the field \"" + name + "\" is missing"));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(400, "a field is not encoded as a form is");
    }
  }
}
