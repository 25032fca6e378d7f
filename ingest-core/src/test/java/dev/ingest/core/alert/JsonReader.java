package dev.ingest.core.alert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON strictly, so that what is written is judged by something else than its writer. */
final class JsonReader {

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  static Object read(String text) {
    JsonReader reader = new JsonReader(text);
    Object value = reader.value();
    if (reader.at != text.length()) {
      throw reader.error("the end");
    }
    return value;
  }

  @SuppressWarnings("unchecked") // names are always strings
  static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked") // the elements are cast where they are used
  static List<Object> array(Object value) {
    return (List<Object>) value;
  }

  private Object value() {
    char c = text.charAt(at);
    return switch (c) {
      case '{' -> members();
      case '[' -> elements();
      case '"' -> string();
      case 't' -> truth();
      default -> number();
    };
  }

  private Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    take('{');
    while (text.charAt(at) != '}') {
      if (!members.isEmpty()) {
        take(',');
      }
      String name = string();
      take(':');
      if (members.put(name, value()) != null) {
        throw error("another name than " + name);
      }
    }
    take('}');
    return members;
  }

  private List<Object> elements() {
    List<Object> elements = new ArrayList<>();
    take('[');
    while (text.charAt(at) != ']') {
      if (!elements.isEmpty()) {
        take(',');
      }
      elements.add(value());
    }
    take(']');
    return elements;
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    take('"');
    while (text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c < 0x20) {
        throw error("no control character");
      } else if (c == '\\') {
        out.append(escaped());
      } else {
        out.append(c);
      }
    }
    take('"');
    return out.toString();
  }

  private char escaped() {
    char c = text.charAt(at++);
    if (c == '"' || c == '\\') {
      return c;
    }
    if (c != 'u') {
      throw error("an escape that the writer uses");
    }
    at += 4;
    return (char) Integer.parseInt(text.substring(at - 4, at), 16);
  }

  private Boolean truth() {
    if (!text.startsWith("true", at)) {
      throw error("true");
    }
    at += 4;
    return true;
  }

  private Long number() {
    int start = at;
    while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return Long.valueOf(text.substring(start, at));
  }

  private void take(char expected) {
    if (text.charAt(at) != expected) {
      throw error(Character.toString(expected));
    }
    at++;
  }

  private IllegalArgumentException error(String expected) {
    return new IllegalArgumentException("expected " + expected + " at " + at + " of " + text);
  }
}
