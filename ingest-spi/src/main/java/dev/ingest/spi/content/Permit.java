package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import java.util.List;

/**
 * The ledger's proof that exact keys may be deleted. The engine issues one only after the commit
 * that gives the reason; nothing deletes without one.
 *
 * @param reason why they may go
 * @param sequence whose bytes they are; of bytes set aside whose sequence nobody knows, the two
 *     hashes of their place
 * @param evidence the committed transition or session that allows it, for the log; 1 to {@link
 *     #MAX_EVIDENCE} characters
 * @param scope what all keys lie below; a key outside is refused when the permit is made
 * @param keys the exact keys, 1 to {@link #MAX_KEYS}
 */
public record Permit(
    Reason reason,
    SequenceKey sequence,
    String evidence,
    ContentPrefix scope,
    List<ContentKey> keys) {

  /** The longest evidence, in characters. */
  public static final int MAX_EVIDENCE = 256;

  /** The most keys of one permit. */
  public static final int MAX_KEYS = 1_000;

  /** Why bytes may be deleted. */
  public enum Reason {
    /** Raw bytes of a verified sequence past expiry and grace, with fresh proof. */
    EXPIRY,
    /** A recorded decision to discard the sequence. */
    DISCARD,
    /** Bytes of an upload session that was committed as abandoned. */
    ABANDONED_SESSION,
    /**
     * Output that nothing refers to any more and that no lease can still write: of a run that lost,
     * or a result that another one has replaced, once the time is over for which it was kept.
     */
    LOSER,
    /** Bytes that nothing refers to, set aside by a recorded act and past their grace. */
    QUARANTINE
  }

  /**
   * Copies the keys and checks that there is evidence and that each key lies in the scope.
   *
   * @param reason why they may go
   * @param sequence whose bytes they are
   * @param evidence the committed transition or session that allows it
   * @param scope what all keys lie below
   * @param keys the exact keys
   */
  public Permit {
    keys = List.copyOf(keys);
    if (evidence.isBlank() || evidence.length() > MAX_EVIDENCE) {
      throw new InvalidValueException(
          Kind.TEXT, evidence, "a permit names its evidence in 1 to 256 characters");
    }
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(keys.size()), "a permit names 1 to 1,000 keys");
    }
    for (ContentKey key : keys) {
      if (!scope.covers(key)) {
        throw new InvalidValueException(
            Kind.CONTENT_KEY, key.value(), "outside the permit's scope " + scope);
      }
    }
  }
}
