package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.util.Optional;

/**
 * A named discrepancy between what should be stored and what is.
 *
 * @param kind what is wrong
 * @param sequence the sequence
 * @param item the item, if it is about one
 * @param expected what should be
 * @param actual what is
 */
public record Finding(
    Kind kind, SequenceKey sequence, Optional<ItemName> item, String expected, String actual) {

  /**
   * Tells whether the published result is not what it must be.
   *
   * @return true for a result that is missing or differs, or whose manifest does
   */
  public boolean isResultDamage() {
    return switch (kind) {
      case RESULT_MISSING, RESULT_DIFFERS -> true;
      case MANIFEST_DIFFERS -> expected.startsWith("result");
      case RAW_MISSING,
          RAW_DIFFERS,
          EXTRA_BYTES,
          EXPECTATION_FAILED,
          HISTORY_BROKEN,
          NOT_VERIFIED,
          UNREADABLE,
          NOT_COVERED,
          UNPROVEN,
          ENTRY_MISSING,
          STUCK,
          DELETED_EARLY ->
          false;
    };
  }

  /** What can be wrong, found by examining one sequence or by an audit of all. */
  public enum Kind {
    /** A raw item or the raw manifest is not stored. */
    RAW_MISSING,
    /** A raw item's bytes are not those of the manifest. */
    RAW_DIFFERS,
    /** A result item or the result's manifest is not stored. */
    RESULT_MISSING,
    /** A result item's bytes are not those of its manifest. */
    RESULT_DIFFERS,
    /** A stored manifest is not the one that the ledger records. */
    MANIFEST_DIFFERS,
    /** Bytes are stored that no manifest names. */
    EXTRA_BYTES,
    /** The expectation or a probe says FAIL, or came to no conclusion on what was read. */
    EXPECTATION_FAILED,
    /** A row of the history is missing, altered or out of order. */
    HISTORY_BROKEN,
    /** There is no verified result yet. */
    NOT_VERIFIED,
    /** Something could not be read, so nothing is known about it. */
    UNREADABLE,
    /** The published result has fewer items than a complete one of what was uploaded can have. */
    NOT_COVERED,
    /** It is VERIFIED, or was, and the ledger has no proof of a result of its own. */
    UNPROVEN,
    /** A receipt, or a stored manifest, says that something was accepted that the ledger lacks. */
    ENTRY_MISSING,
    /**
     * It is in flight and due, and nobody has taken it up for too long, or ever will; or its bytes
     * are to be deleted, by a discard or at its expiry, and have not gone for too long.
     */
    STUCK,
    /** Its raw bytes went before the ledger allowed it. */
    DELETED_EARLY
  }
}
