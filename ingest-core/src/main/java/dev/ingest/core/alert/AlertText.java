package dev.ingest.core.alert;

import dev.ingest.core.text.PlainText;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertRow;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Words for alerts that are safe in logs and the same in every sink. */
final class AlertText {

  private static final String UNKNOWN =
      "a newer version of Ingest raised this code, which this one does not know";

  private AlertText() {}

  static AlertCode.Severity severity(AlertRow.Group group) {
    return AlertCode.of(group.code()).map(AlertCode::severity).orElse(AlertCode.Severity.CRITICAL);
  }

  static String title(AlertRow.Group group) {
    return AlertCode.of(group.code()).map(AlertCode::title).orElse(group.code());
  }

  static String whatHappened(AlertRow.Group group) {
    return AlertCode.of(group.code()).map(AlertCode::whatHappened).orElse(UNKNOWN);
  }

  static String whatToDo(AlertRow.Group group) {
    return AlertCode.of(group.code())
        .map(AlertCode::whatToDo)
        .orElse("look the code up in the documentation of that version");
  }

  static String keys(List<SequenceKey> sequences) {
    return sequences.stream().map(AlertText::key).collect(Collectors.joining(", "));
  }

  static String keys(Optional<SequenceKey> sequence) {
    return sequence.map(AlertText::key).orElse("");
  }

  private static String key(SequenceKey key) {
    return key.owner() + "/" + key.id();
  }

  /**
   * Makes a text one line of printable characters, so that nothing in it forges a line of a log.
   */
  static String line(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isPlain(c)) {
                out.appendCodePoint(c);
              } else {
                out.append(String.format("\\u{%x}", c));
              }
            });
    return out.toString();
  }

  private static boolean isPlain(int c) {
    return c != '$' && Character.getType(c) != Character.PRIVATE_USE && PlainText.isPlain(c);
  }
}
