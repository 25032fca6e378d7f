package dev.ingest.core;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentStat;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Stored bytes that nothing refers to and that someone set aside. They stay where they are until
 * the quarantine of {@link ExpiryPolicy} is over, and are deleted then if still nothing refers to
 * them.
 *
 * @param place where they lie
 * @param sequence whose they are, if the ledger had an entry there when they were set aside
 * @param keys exactly which, with their lengths, and their digests where the store knew them
 * @param at since when, by the ledger's time
 * @param actor who set them aside
 * @param reason why
 */
public record SetAside(
    SequencePlace place,
    Optional<SequenceKey> sequence,
    List<ContentStat> keys,
    Instant at,
    String actor,
    String reason) {

  /**
   * Copies the list.
   *
   * @param place where they lie
   * @param sequence whose they are
   * @param keys exactly which
   * @param at since when
   * @param actor who set them aside
   * @param reason why
   */
  public SetAside {
    keys = List.copyOf(keys);
  }

  /**
   * Adds the lengths up.
   *
   * @return how many bytes they are
   */
  public long bytes() {
    return keys.stream().mapToLong(ContentStat::length).sum();
  }
}
