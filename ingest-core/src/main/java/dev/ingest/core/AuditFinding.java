package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A named discrepancy between the ledger, what is stored, and what owners hold receipts for.
 *
 * @param kind what is wrong
 * @param subject what it is about
 * @param span since when, and until when it can be put right
 * @param expected what should be
 * @param actual what is
 * @param remedy what is to be done
 */
public record AuditFinding(
    Finding.Kind kind, Subject subject, Span span, String expected, String actual, Remedy remedy) {

  /**
   * What a finding is about.
   *
   * @param place where the sequence's bytes lie
   * @param sequence the sequence; empty if only its place is known, as the ledger has no entry
   * @param item the item, if it is about one whose name could be read
   * @param key the stored key, if it is about one
   */
  public record Subject(
      SequencePlace place,
      Optional<SequenceKey> sequence,
      Optional<ItemName> item,
      Optional<ContentKey> key) {

    /**
     * Returns whose it is.
     *
     * @return the owner, if the sequence is known
     */
    public Optional<OwnerId> owner() {
      return sequence.map(SequenceKey::owner);
    }
  }

  /**
   * Times, by the ledger's clock.
   *
   * @param since the earliest time at which it can have begun, if there is one
   * @param recoverableUntil the earliest time at which raw bytes that could make it good may go;
   *     empty if there are none, or nothing ends their stay
   */
  public record Span(Optional<Instant> since, Optional<Instant> recoverableUntil) {}
}
