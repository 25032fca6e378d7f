package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One thing that someone must hear of, written in the same commit as its cause.
 *
 * @param group what it is aggregated by
 * @param at when it was raised, by the ledger's clock, in milliseconds
 * @param sequence the sequence concerned, if one is
 * @param message what happened and what to do, at most 2,000 characters
 */
public record AlertRow(Group group, Instant at, Optional<SequenceKey> sequence, String message) {

  /** The longest message, in characters. */
  public static final int MAX_MESSAGE = 2_000;

  private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

  /**
   * Validates the length and cuts the time to milliseconds.
   *
   * @param group what it is aggregated by
   * @param at when it was raised
   * @param sequence the sequence concerned
   * @param message what happened and what to do
   */
  public AlertRow {
    Names.bounded(message, MAX_MESSAGE, "an alert message");
    at = Names.millis(at);
  }

  /**
   * What alerts are aggregated by.
   *
   * @param code a stable name such as {@code SEQUENCE_FAILED}
   * @param pipeline the pipeline's name, or empty text
   * @param stage the stage's name and contract version, or empty text
   * @param nodeVersion the code version of the node concerned, or empty text
   */
  public record Group(String code, String pipeline, String stage, String nodeVersion) {

    /**
     * Validates the forms.
     *
     * @param code a stable name such as {@code SEQUENCE_FAILED}
     * @param pipeline the pipeline's name
     * @param stage the stage's name and contract version
     * @param nodeVersion the code version of the node concerned
     */
    public Group {
      checkCode(code);
      Names.bounded(pipeline, 64, "a pipeline name");
      Names.bounded(stage, 80, "a stage reference");
      Names.bounded(nodeVersion, 64, "a node version");
    }
  }

  static void checkCode(String code) {
    if (!CODE.matcher(code).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, code, "a code is 1 to 64 upper-case letters, digits or _");
    }
  }
}
