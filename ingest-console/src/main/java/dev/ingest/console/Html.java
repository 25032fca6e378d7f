package dev.ingest.console;

import dev.ingest.core.text.PlainText;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Writes HTML that cannot be broken out of: elements and attributes are the program's own, whatever
 * else it is given is text and is escaped, and there is no way to add markup to it. For one thread.
 *
 * <p><b>What is invisible.</b> Control and format characters would reorder or hide what stands
 * beside them. Each is put into a {@code bdi} element of its own, which ends its effect where it
 * begins, and is shown by the style sheet as its code point; what the element contains, and so what
 * is copied, remains the text as it was. U+0000 and halves of surrogate pairs, which HTML cannot
 * carry, become U+FFFD.
 *
 * <p><b>Addresses</b> are relative: one that names a scheme or a host is refused, so that none can
 * be a script or lead away.
 */
final class Html {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");
  private static final Set<String> ADDRESSES = Set.of("href", "action", "src");
  private static final Set<String> VOID = Set.of("meta", "link", "input", "br");
  private static final Set<String> FORBIDDEN = Set.of("style", "srcdoc", "iframe", "object");

  private final StringBuilder out = new StringBuilder(1 << 12);

  /** Writes an element with a text alone. */
  Html text(String name, String text, String... attributes) {
    return tag(name, in -> in.text(text), attributes);
  }

  /**
   * Writes an element.
   *
   * @param name the element's name, the program's own
   * @param content writes what is in it
   * @param attributes names, the program's own, each followed by its value
   */
  Html tag(String name, Consumer<Html> content, String... attributes) {
    open(name, attributes);
    if (!VOID.contains(name)) {
      content.accept(this);
      out.append("</").append(name).append('>');
    }
    return this;
  }

  /** Writes an element without content. */
  Html tag(String name, String... attributes) {
    return tag(name, in -> {}, attributes);
  }

  /** Writes text. */
  Html text(String text) {
    text.codePoints().forEach(this::character);
    return this;
  }

  /** Writes a name, a reason or another text that someone gave, apart from what is around it. */
  Html given(String text) {
    return tag("bdi", in -> in.text(text));
  }

  /** Returns the document. */
  String document() {
    return "<!doctype html>" + out;
  }

  private void open(String name, String[] attributes) {
    require(name);
    out.append('<').append(name);
    for (int at = 0; at < attributes.length; at += 2) {
      attribute(attributes[at], attributes[at + 1]);
    }
    out.append('>');
  }

  private void attribute(String name, String value) {
    require(name);
    if (name.startsWith("on")) {
      throw new IllegalArgumentException("no element has a handler: " + name);
    }
    if (ADDRESSES.contains(name) && !isRelative(value)) {
      throw new IllegalArgumentException(name + " takes a relative address, not " + value);
    }
    out.append(' ').append(name).append("=\"");
    value.codePoints().map(Html::carried).forEach(this::escaped);
    out.append('"');
  }

  private void character(int codePoint) {
    if (PlainText.isVisible(codePoint)) {
      escaped(codePoint);
    } else {
      out.append("<bdi class=\"odd\" data-code=\"")
          .append(String.format("U+%04X", codePoint))
          .append("\">");
      escaped(carried(codePoint));
      out.append("</bdi>");
    }
  }

  private void escaped(int codePoint) {
    switch (codePoint) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      // As a character it would be read as a line feed.
      case '\r' -> out.append("&#13;");
      default -> out.appendCodePoint(codePoint);
    }
  }

  private static int carried(int codePoint) {
    return codePoint == 0 || Character.getType(codePoint) == Character.SURROGATE
        ? 0xfffd
        : codePoint;
  }

  private static boolean isRelative(String address) {
    return !address.isEmpty()
        && !address.startsWith("/")
        && !address.startsWith("\\")
        && address.chars().noneMatch(c -> c <= 0x20 || c == 0x7f || c == '\\')
        && !address.split("[/?#]", 2)[0].contains(":");
  }

  private static void require(String name) {
    if (!NAME.matcher(name).matches() || FORBIDDEN.contains(name)) {
      throw new IllegalArgumentException("no name of an element or attribute: " + name);
    }
  }
}
