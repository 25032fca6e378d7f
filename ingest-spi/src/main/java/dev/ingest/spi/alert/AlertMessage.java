package dev.ingest.spi.alert;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.util.regex.Pattern;

/** What a sink is given: a numbered digest, or an alert that could not become part of one. */
public sealed interface AlertMessage {

  /**
   * Identifies the message: two sends with one key are the same message, of which the destination
   * needs only one.
   *
   * @return 1 to 128 letters, digits or {@code / : -}
   */
  String key();

  /**
   * Returns the life of the ledger that this is about.
   *
   * @return the incarnation
   */
  IncarnationId incarnation();

  /**
   * A digest, also an empty one, which says that nothing happened.
   *
   * @param incarnation the life of the ledger whose ordinals these are
   * @param digest the digest
   * @param isReduced whether details were left out, since no sink took the whole digest: it has
   *     then one line per code, with count and times alone
   */
  record Digest(IncarnationId incarnation, AlertDigest digest, boolean isReduced)
      implements AlertMessage {

    /**
     * Makes a message of a whole digest.
     *
     * @param incarnation the life of the ledger whose ordinals these are
     * @param digest the digest
     */
    public Digest(IncarnationId incarnation, AlertDigest digest) {
      this(incarnation, digest, false);
    }

    @Override
    public String key() {
      return incarnation.value() + "/" + digest.ordinal();
    }
  }

  /**
   * An alert that went past the ledger, since the ledger or the pump of digests was out.
   *
   * @param incarnation the life of the ledger that it is about
   * @param id 32 lower-case hexadecimal digits, the same at every send
   * @param row the alert; its time is by the clock of the node that sends it
   * @param count how often it was raised since the last one of its group was sent, 1 or more
   */
  record Direct(IncarnationId incarnation, String id, AlertRow row, long count)
      implements AlertMessage {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /**
     * Validates the id and the count.
     *
     * @param incarnation the life of the ledger that it is about
     * @param id 32 lower-case hexadecimal digits, the same at every send
     * @param row the alert
     * @param count how often it was raised since the last one of its group was sent
     */
    public Direct {
      if (!ID.matcher(id).matches()) {
        throw new InvalidValueException(
            Kind.IDENTIFIER, id, "a direct alert's id is 32 lower-case hex digits");
      }
      if (count < 1) {
        throw new InvalidValueException(
            Kind.NUMBER, Long.toString(count), "a count of alerts is 1 or more");
      }
    }

    @Override
    public String key() {
      return "direct/" + id;
    }
  }
}
