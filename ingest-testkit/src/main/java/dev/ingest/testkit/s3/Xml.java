package dev.ingest.testkit.s3;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;

/** An XML document in the making. */
final class Xml {

  private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final StringBuilder text =
      new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

  private Xml() {}

  static byte[] document(String root, Consumer<Xml> content) {
    return write("<" + root + " xmlns=\"" + NAMESPACE + "\">", root, content);
  }

  static byte[] error(String code, String message, String resource, String requestId) {
    return write(
        "<Error>",
        "Error",
        xml ->
            xml.element("Code", code)
                .element("Message", message)
                .element("Resource", resource)
                .element("RequestId", requestId));
  }

  private static byte[] write(String start, String root, Consumer<Xml> content) {
    Xml xml = new Xml();
    xml.text.append(start);
    content.accept(xml);
    xml.text.append("</").append(root).append('>');
    return xml.text.toString().getBytes(StandardCharsets.UTF_8);
  }

  Xml element(String name, Object value) {
    text.append('<').append(name).append('>');
    escape(value.toString());
    text.append("</").append(name).append('>');
    return this;
  }

  Xml time(String name, Instant value) {
    return element(name, TIME.format(value));
  }

  Xml group(String name, Consumer<Xml> content) {
    text.append('<').append(name).append('>');
    content.accept(this);
    text.append("</").append(name).append('>');
    return this;
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char character = value.charAt(i);
      switch (character) {
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '&' -> text.append("&amp;");
        case '"' -> text.append("&quot;");
        default -> {
          if (character < ' ') {
            text.append("&#x").append(Integer.toHexString(character)).append(';');
          } else {
            text.append(character);
          }
        }
      }
    }
  }
}
