package dev.ingest.core.engine;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The text of the engine's control records: a line with the form's version, then one line {@code
 * name=value} per field. A value is one line; what would break it is replaced by a space. What is
 * not of this form is refused, never guessed at.
 */
final class RecordBody {

  private static final String VERSION = "ingest-record 1";
  private static final int MAX_VALUE = 1_000;
  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final ControlRecord.Key key;
  private final Map<String, String> fields;

  private RecordBody(ControlRecord.Key key, Map<String, String> fields) {
    this.key = key;
    this.fields = fields;
  }

  static RecordBody of(ControlRecord.Key key) {
    return new RecordBody(key, Map.of());
  }

  static RecordBody parse(ControlRecord record) {
    List<String> lines = lines(record.body());
    if (lines.isEmpty() || !lines.get(0).equals(VERSION)) {
      throw malformed(record.key(), "a first line \"" + VERSION + "\"", record.body());
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int equals = line.indexOf('=');
      if (equals < 1 || fields.put(line.substring(0, equals), line.substring(equals + 1)) != null) {
        throw malformed(record.key(), "lines name=value with different names", line);
      }
    }
    return new RecordBody(record.key(), fields);
  }

  /** Splits as {@link String#lines} does, of which a stream costs more than all the lines. */
  private static List<String> lines(String body) {
    if (body.indexOf('\r') >= 0) {
      return body.lines().toList();
    }
    List<String> lines = new ArrayList<>();
    int start = 0;
    while (start < body.length()) {
      int end = body.indexOf('\n', start);
      end = end < 0 ? body.length() : end;
      lines.add(body.substring(start, end));
      start = end + 1;
    }
    return lines;
  }

  /**
   * Reads a record by a function. What its values are refused with by whatever they are made into
   * says the same as a form that is not known, so there is one kind of exception for both.
   *
   * @throws IllegalStateException if it has another form
   * @throws dev.ingest.spi.InvalidValueException if a value breaks a rule of its own
   */
  static <T> T read(ControlRecord record, Function<RecordBody, T> reading) {
    RecordBody body = parse(record);
    try {
      return reading.apply(body);
    } catch (IllegalArgumentException
        | IndexOutOfBoundsException
        | DateTimeException
        | ConfigurationException e) {
      IllegalStateException refusal =
          malformed(record.key(), "values that can be read", String.valueOf(e.getMessage()));
      refusal.initCause(e);
      throw refusal;
    }
  }

  /** Reads a time of a record that may be damaged, or of another release. */
  static Optional<Instant> date(ControlRecord record, String name) {
    String start = name + "=";
    return record
        .body()
        .lines()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()))
        .filter(value -> MILLIS.matcher(value).matches())
        .map(value -> Instant.ofEpochMilli(Long.parseLong(value)))
        .findFirst();
  }

  RecordBody with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(fields);
    changed.put(name, BoundedText.of(CONTROL.matcher(value).replaceAll(" "), MAX_VALUE));
    return new RecordBody(key, changed);
  }

  RecordBody with(String name, long value) {
    return with(name, Long.toString(value));
  }

  RecordBody with(String name, Instant value) {
    return with(name, value.toEpochMilli());
  }

  String text(String name) {
    String value = fields.get(name);
    if (value == null) {
      throw malformed(key, "a field " + name, fields.keySet().toString());
    }
    return value;
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  long number(String name) {
    String value = text(name);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw malformed(key, "a number in field " + name, value);
    }
  }

  /** Reads a number that is 0 or more, and an int. */
  int count(String name) {
    long value = number(name);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw malformed(key, "a count in field " + name, Long.toString(value));
    }
    return (int) value;
  }

  /** Reads the name of a constant. */
  <E extends Enum<E>> E constant(String name, Class<E> type) {
    String value = text(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(value)) {
        return constant;
      }
    }
    throw malformed(key, "one of " + List.of(type.getEnumConstants()) + " in " + name, value);
  }

  /** Reads one of two words, and tells whether it is the first. */
  boolean either(String name, String one, String other) {
    String value = text(name);
    if (!value.equals(one) && !value.equals(other)) {
      throw malformed(key, "%s or %s in field %s".formatted(one, other, name), value);
    }
    return value.equals(one);
  }

  Instant time(String name) {
    return Instant.ofEpochMilli(number(name));
  }

  ControlRecord record(long version) {
    List<String> lines = new ArrayList<>();
    lines.add(VERSION);
    fields.forEach((name, value) -> lines.add(name + "=" + value));
    return new ControlRecord(key, version, String.join("\n", lines));
  }

  private static IllegalStateException malformed(
      ControlRecord.Key key, String expected, String actual) {
    return new IllegalStateException(
        "control record %s/%s needs %s, found \"%s\"; a newer release may have written it, or it was"
                .formatted(key.kind(), key.name(), expected, BoundedText.of(actual, 200))
            + " changed by hand: run one release, or restore the record");
  }
}
