package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of an item inside its sequence: a relative path with {@code /} between its parts.
 *
 * <p>A name is metadata; no key, path or statement is ever built from it. The rules keep it
 * harmless for whoever writes items to a file system later: 1 to 1,024 bytes of UTF-8; no control,
 * format (such as U+202E), surrogate or unassigned character; no backslash; no part that is empty,
 * {@code .} or {@code ..}, ends in a space or dot, or is a device name of Windows such as {@code
 * CON}; no drive letter and no stream type ({@code :$}) of Windows; and no percent-escape, however
 * often escaped again, of a slash, backslash, dot, colon or control character.
 *
 * <p>Which characters are assigned is known by the running Java. Nodes that share sequences should
 * run on one feature release of it: an older one refuses names with characters of a newer Unicode.
 *
 * @param value the name
 */
public record ItemName(String value) implements Comparable<ItemName> {

  /** The longest name, in bytes of UTF-8. */
  public static final int MAX_BYTES = 1_024;

  private static final Pattern ESCAPED =
      Pattern.compile("%(?:25)*(?:2f|5c|2e|3a|7f|[01][0-9a-f])", Pattern.CASE_INSENSITIVE);
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
  private static final Pattern NUMBERED_DEVICE = Pattern.compile("(?:COM|LPT)[0-9¹²³]");
  private static final Set<String> DEVICES =
      Set.of("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$");

  /**
   * Validates the rules.
   *
   * @param value the name
   */
  public ItemName {
    if (value.isEmpty()) {
      throw refused(value, "a name must not be empty");
    }
    checkCharacters(value);
    // No character takes more than three bytes, and most names are far from the limit.
    if (value.length() > MAX_BYTES / 3 && utf8Length(value) > MAX_BYTES) {
      throw refused(value, "a name has at most 1,024 bytes of UTF-8");
    }
    if (value.indexOf('\\') >= 0) {
      throw refused(value, "a name must not contain a backslash");
    }
    if (value.indexOf('%') >= 0 && ESCAPED.matcher(value).find()) {
      throw refused(value, "a name must not percent-escape a separator, dot or control character");
    }
    if (value.indexOf(':') == 1 && DRIVE.matcher(value).matches()) {
      throw refused(value, "a name must not start with a drive letter");
    }
    if (value.contains(":$")) {
      throw refused(value, "a name must not name a stream type of Windows");
    }
    for (String part : value.split("/", -1)) {
      checkPart(value, part);
    }
  }

  /**
   * Names an item.
   *
   * @param value the name
   * @return the item name
   */
  public static ItemName of(String value) {
    return new ItemName(value);
  }

  /**
   * Returns the form in which two names that some file system would take for the same are equal:
   * normalised to NFC and with case folded. A sequence must not hold two items with one twin key.
   *
   * @return the folded form
   */
  public String twinKey() {
    if (isAscii()) {
      return value.toLowerCase(Locale.ROOT);
    }
    // Lower case first: only so does the capital sharp s (U+1E9E) meet the small one and "ss".
    String folded =
        Normalizer.normalize(value, Normalizer.Form.NFC)
            .toLowerCase(Locale.ROOT)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    return Normalizer.normalize(folded, Normalizer.Form.NFC);
  }

  private boolean isAscii() {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(ItemName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  private static void checkCharacters(String value) {
    int at = 0;
    while (at < value.length()) {
      int codePoint = value.codePointAt(at);
      switch (Character.getType(codePoint)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.UNASSIGNED,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR ->
            throw refused(
                value, String.format("a name must not contain the character U+%04X", codePoint));
        default -> at += Character.charCount(codePoint);
      }
    }
  }

  private static void checkPart(String value, String part) {
    if (part.isEmpty()) {
      throw refused(value, "a name is relative and has no empty part between slashes");
    }
    if (part.equals(".") || part.equals("..")) {
      throw refused(value, "a name must not contain the part . or ..");
    }
    char last = part.charAt(part.length() - 1);
    if (last == '.' || last == ' ') {
      throw refused(value, "no part of a name may end in a dot or a space");
    }
    String stem = part.substring(0, stemEnd(part)).strip().toUpperCase(Locale.ROOT);
    if (DEVICES.contains(stem) || NUMBERED_DEVICE.matcher(stem).matches()) {
      throw refused(value, "no part of a name may be a device name such as CON or LPT1");
    }
  }

  private static int stemEnd(String part) {
    int end = 0;
    while (end < part.length() && part.charAt(end) != '.' && part.charAt(end) != ':') {
      end++;
    }
    return end;
  }

  private static int utf8Length(String value) {
    try {
      return StandardCharsets.UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .encode(CharBuffer.wrap(value))
          .remaining();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("lone surrogates were refused before", e);
    }
  }

  private static InvalidValueException refused(String value, String rule) {
    return new InvalidValueException(Kind.ITEM_NAME, value, rule);
  }
}
