package dev.ingest.cli;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.ingest.core.text.PlainText;
import org.jspecify.annotations.Nullable;

/**
 * Escapes in JSON what is shown on no terminal as it is: a text of somebody's could move the cursor
 * by U+009B, which is no control character to JSON, or reorder the line. A program reads the same.
 */
final class VisibleEscapes extends CharacterEscapes {

  private static final long serialVersionUID = 1L;
  private static final int DELETE = 0x7f;

  @Override
  public int[] getEscapeCodesForAscii() {
    int[] codes = standardAsciiEscapesForJSON();
    codes[DELETE] = ESCAPE_STANDARD;
    return codes;
  }

  /** Halves of pairs come one by one, and are left to the writer. */
  @Override
  public @Nullable SerializableString getEscapeSequence(int character) {
    return PlainText.isVisible(character) || Character.getType(character) == Character.SURROGATE
        ? null
        : new SerializedString(String.format("\\u%04x", character));
  }
}
