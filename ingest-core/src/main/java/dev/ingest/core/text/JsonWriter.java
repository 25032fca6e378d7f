package dev.ingest.core.text;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes JSON (RFC 8259): objects, arrays, strings and whole numbers. Every text is escaped, so
 * that none can end its string, nor move the cursor of a terminal on which somebody looks at it, or
 * reorder what stands there; halves of surrogate pairs become U+FFFD, since UTF-8 has no form for
 * them. For one thread.
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
    text.codePoints().forEach(this::character);
    out.append('"');
  }

  private void character(int c) {
    if (c == '"' || c == '\\') {
      out.append('\\').appendCodePoint(c);
    } else if (Character.getType(c) == Character.SURROGATE) {
      out.append('\ufffd');
    } else if (PlainText.isVisible(c)) {
      out.appendCodePoint(c);
    } else {
      for (char half : Character.toChars(c)) {
        out.append(String.format("\\u%04x", (int) half));
      }
    }
  }
}
