package dev.ingest.spi;

/** A value that came from outside and breaks a rule of its type. Nothing was stored or changed. */
public final class InvalidValueException extends IngestException {

  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARS = 80;

  /** What kind of value was refused. */
  public enum Kind {
    /** An {@link OwnerId}. */
    OWNER_ID,
    /** A {@link SequenceId}. */
    SEQUENCE_ID,
    /** An {@link ItemName}. */
    ITEM_NAME,
    /** A {@link Digest}. */
    DIGEST,
    /** A length, count or other number. */
    NUMBER,
    /** A generated identifier such as a session, transition or node id. */
    IDENTIFIER,
    /** A content key or prefix. */
    CONTENT_KEY,
    /** A short free text such as a reason or an actor. */
    TEXT,
    /** A point in time or a duration. */
    TIME
  }

  /** What was refused. */
  private final Kind kind;

  /**
   * Creates the error. The value is shown escaped and cut to 80 characters, so that control
   * characters in it cannot forge log lines.
   *
   * @param kind what kind of value was refused
   * @param value the value as it was given
   * @param rule the rule that it breaks, as a phrase
   */
  public InvalidValueException(Kind kind, String value, String rule) {
    super(kind + " refused: " + rule + "; got \"" + escape(value) + "\"");
    this.kind = kind;
  }

  /**
   * Tells what kind of value was refused.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Renders text so that it is safe in logs and terminals: printable ASCII stays, but for quotes,
   * backslashes and the dollar signs that some log libraries expand; everything else becomes a
   * backslash, {@code u} and four hexadecimal digits; what is past 80 characters is cut.
   *
   * @param value any text
   * @return the escaped text
   */
  public static String escape(String value) {
    StringBuilder out = new StringBuilder(Math.min(value.length(), SHOWN_CHARS) + 16);
    for (int i = 0; i < value.length() && i < SHOWN_CHARS; i++) {
      char c = value.charAt(i);
      if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '$') {
        out.append(c);
      } else {
        out.append(String.format("\\u%04x", (int) c));
      }
    }
    if (value.length() > SHOWN_CHARS) {
      out.append("... (").append(value.length()).append(" characters)");
    }
    return out.toString();
  }
}
