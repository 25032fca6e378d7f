package dev.ingest.core.text;

/** Tells text that people can read as it was written: in one line, and in the order it has. */
public final class PlainText {

  /** What plain text is without, for messages that refuse another. */
  public static final String RULE =
      "in one line, without control, format (such as U+202E) and unassigned characters";

  private PlainText() {}

  /**
   * Tells whether nothing in a text forges lines or reorders text where it is listed.
   *
   * @param text any text
   * @return whether it is plain
   */
  public static boolean isPlain(String text) {
    return text.codePoints().allMatch(PlainText::isPlain);
  }

  /**
   * Tells whether a character forges no line and reorders no text.
   *
   * @param codePoint any character, or half of one
   * @return whether it is plain
   */
  public static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /**
   * Tells whether a character is plain and means the same to everyone: what is in private use is
   * shown as nothing, or as anything, by the fonts of whoever looks.
   *
   * @param codePoint any character, or half of one
   * @return whether it may be shown as it is
   */
  public static boolean isVisible(int codePoint) {
    return Character.getType(codePoint) != Character.PRIVATE_USE && isPlain(codePoint);
  }
}
