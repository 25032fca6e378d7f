package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads back what a command printed: exactly one object, and nothing after it. */
public final class Json {

  private final Map<String, @Nullable Object> fields;

  private Json(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  /** Parses one object. */
  public static Json parse(String text) {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new AssertionError("not an object: " + text);
      }
      Json json = object(parser);
      if (parser.nextToken() != null) {
        throw new AssertionError("more than one object: " + text);
      }
      return json;
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  /** Tells whether a field is there, null or not. */
  public boolean has(String field) {
    return fields.containsKey(field);
  }

  /** Returns a text or a number as text, or "null". */
  public String text(String field) {
    if (!has(field)) {
      throw new AssertionError("no field " + field + " in " + fields);
    }
    return String.valueOf(fields.get(field));
  }

  /** Returns a whole number. */
  public long number(String field) {
    return Long.parseLong(text(field));
  }

  /** Returns a number. */
  public double decimal(String field) {
    return Double.parseDouble(text(field));
  }

  /** Returns an object. */
  public Json object(String field) {
    if (fields.get(field) instanceof Json json) {
      return json;
    }
    throw new AssertionError("no object " + field + " in " + fields);
  }

  /** Returns the objects of an array. */
  public List<Json> list(String field) {
    if (fields.get(field) instanceof List<?> list) {
      return list.stream().map(Json.class::cast).toList();
    }
    throw new AssertionError("no array " + field + " in " + fields);
  }

  @Override
  public String toString() {
    return fields.toString();
  }

  private static Json object(JsonParser parser) throws IOException {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      fields.put(name, value(parser, parser.nextToken()));
    }
    return new Json(fields);
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.START_OBJECT) {
      return object(parser);
    }
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> list = new ArrayList<>();
      for (JsonToken next = parser.nextToken();
          next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        list.add(value(parser, next));
      }
      return list;
    }
    return token == JsonToken.VALUE_NULL ? null : parser.getText();
  }
}
