package dev.ingest.testkit.fuzz;

import java.nio.charset.StandardCharsets;

/** Inputs in messages: one line, cut, with what is not printable ASCII escaped. */
final class Shown {

  private static final int MAX_CHARS = 400;

  private Shown() {}

  static String bytes(byte[] bytes) {
    return text(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  static String text(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < text.length() && shown.length() < MAX_CHARS; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        shown.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        shown.append(c);
      } else {
        shown.append(String.format("\\u%04x", (int) c));
      }
    }
    return shown.append("\" (").append(text.length()).append(" long)").toString();
  }
}
