package dev.ingest.core.lifecycle;

/**
 * Makes text from anywhere fit for the ledger: bounded, and without what some database or encoding
 * would alter (U+0000 and halves of surrogate pairs), since altered text would look like a forged
 * history.
 */
public final class BoundedText {

  private static final char REPLACEMENT = '\ufffd';

  private BoundedText() {}

  /**
   * Cuts and cleans a text.
   *
   * @param text any text
   * @param maxChars the most characters, 2 or more
   * @return the text, with unfit characters replaced, cut between characters if it is too long
   */
  public static String of(String text, int maxChars) {
    return text.length() <= maxChars && isFit(text) ? text : fitted(text, maxChars);
  }

  /** Nearly every text is, and then there is nothing to copy. Of pairs the long way judges. */
  private static boolean isFit(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  private static String fitted(String text, int maxChars) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), maxChars));
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      int chars = Character.charCount(codePoint);
      boolean last = at + chars >= text.length();
      if (out.length() + chars > (last ? maxChars : maxChars - 1)) {
        return out.append('…').toString();
      }
      boolean unfit = codePoint == 0 || (chars == 1 && Character.isSurrogate((char) codePoint));
      out.appendCodePoint(unfit ? REPLACEMENT : codePoint);
      at += chars;
    }
    return out.toString();
  }
}
