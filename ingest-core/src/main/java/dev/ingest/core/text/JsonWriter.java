package dev.ingest.core.text;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes JSON (RFC 8259): objects, arrays, strings and whole numbers. Every text is escaped, so
 * that none can end its string; halves of surrogate pairs become U+FFFD, since UTF-8 has no form
 * for them. For one thread.
 */
public final class JsonWriter {

  private final StringBuilder out = new StringBuilder();
  private boolean isFirst = true;

  /** Creates a writer of one value. */
  public JsonWriter() {}

  /**
   * Writes an object.
   *
   * @param members writes its members
   * @return this
   */
  public JsonWriter object(Consumer<JsonWriter> members) {
    return nested('{', members, '}');
  }

  /**
   * Writes an array.
   *
   * @param elements writes its elements
   * @return this
   */
  public JsonWriter array(Consumer<JsonWriter> elements) {
    return nested('[', elements, ']');
  }

  /**
   * Begins a member of an object; its value follows.
   *
   * @param name its name
   * @return this
   */
  public JsonWriter name(String name) {
    separate();
    quote(name);
    out.append(':');
    isFirst = true;
    return this;
  }

  /**
   * Writes a text.
   *
   * @param value the text
   * @return this
   */
  public JsonWriter text(String value) {
    separate();
    quote(value);
    return this;
  }

  /**
   * Writes a number.
   *
   * @param value the number
   * @return this
   */
  public JsonWriter number(long value) {
    separate();
    out.append(value);
    return this;
  }

  /**
   * Writes true or false.
   *
   * @param value which
   * @return this
   */
  public JsonWriter truth(boolean value) {
    separate();
    out.append(value);
    return this;
  }

  /**
   * Writes an object of texts.
   *
   * @param members names and values
   * @return this
   */
  public JsonWriter texts(Map<String, String> members) {
    return object(json -> members.forEach((name, value) -> json.name(name).text(value)));
  }

  @Override
  public String toString() {
    return out.toString();
  }

  private JsonWriter nested(char open, Consumer<JsonWriter> content, char close) {
    separate();
    out.append(open);
    isFirst = true;
    content.accept(this);
    out.append(close);
    isFirst = false;
    return this;
  }

  private void separate() {
    if (!isFirst) {
      out.append(',');
    }
    isFirst = false;
  }

  private void quote(String text) {
    out.append('"');
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029') {
        out.append(String.format("\\u%04x", (int) c));
      } else if (isHalf(text, at)) {
        out.append('\ufffd');
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static boolean isHalf(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
