package dev.ingest.spi.notice;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * One thing that an owner is told of one sequence. Carries nothing of other owners, no stored key
 * and no word of an operator or of a stage.
 *
 * @param cause the transition that it tells of
 * @param kind what it tells
 * @param key whose sequence it is and which
 * @param root the digest of what the owner sent, as in the receipt
 * @param text what it means and what the owner can do, 1 to {@link #MAX_TEXT} characters in one
 *     line, in English
 */
public record OwnerNotice(Cause cause, NoticeKind kind, SequenceKey key, Digest root, String text) {

  /** The most characters of a text. */
  public static final int MAX_TEXT = 500;

  /**
   * Checks the text.
   *
   * @param cause the transition that it tells of
   * @param kind what it tells
   * @param key whose sequence it is and which
   * @param root the digest of what the owner sent
   * @param text what it means and what the owner can do
   */
  public OwnerNotice {
    if (text.isBlank() || text.length() > MAX_TEXT || !text.chars().allMatch(c -> isPrinted(c))) {
      throw new InvalidValueException(
          Kind.TEXT, text, "a notice's text is 1 to 500 printable ASCII characters");
    }
  }

  /**
   * The transition that a notice tells of. A transition causes one notice at most.
   *
   * @param transition its id
   * @param ordinal its place in the history of the sequence, 1 or more: of two notices of a
   *     sequence, the one with the higher ordinal is of the later state
   * @param at when it was decided, by the ledger's clock, in milliseconds
   */
  public record Cause(TransitionId transition, long ordinal, Instant at) {

    /**
     * Checks the ordinal and cuts the time to milliseconds.
     *
     * @param transition its id
     * @param ordinal its place in the history of the sequence
     * @param at when it was decided
     */
    public Cause {
      if (ordinal < 1) {
        throw new InvalidValueException(
            Kind.NUMBER, Long.toString(ordinal), "a history ordinal is 1 or more");
      }
      at = at.truncatedTo(ChronoUnit.MILLIS);
    }
  }

  /**
   * Returns the key by which a receiver recognises a notice that it was given before: the same at
   * each attempt, on every node and after every crash, and of no other notice.
   *
   * @return 32 hexadecimal digits, a hyphen and the kind in lower-case letters
   */
  public String id() {
    return cause.transition() + "-" + kind.name().toLowerCase(Locale.ROOT);
  }

  private static boolean isPrinted(int c) {
    return c >= 0x20 && c < 0x7f;
  }
}
