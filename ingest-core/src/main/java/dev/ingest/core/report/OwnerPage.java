package dev.ingest.core.report;

import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import java.util.List;
import java.util.Optional;

/**
 * A page of what one owner may see.
 *
 * @param owner whose sequences they are
 * @param sequences the sequences, in the order of their ids
 * @param more whether others follow
 */
public record OwnerPage(OwnerId owner, List<OwnerStatus> sequences, boolean more) {

  /** The most sequences of a page. */
  public static final int MAX_LIMIT = 1_000;

  /**
   * Copies the list.
   *
   * @param owner whose sequences they are
   * @param sequences the sequences
   * @param more whether others follow
   */
  public OwnerPage {
    sequences = List.copyOf(sequences);
  }

  /**
   * Returns after which id the next page begins.
   *
   * @return the last id of this page; empty if no more follow
   */
  public Optional<SequenceId> next() {
    return more ? Optional.of(sequences.get(sequences.size() - 1).key().id()) : Optional.empty();
  }

  /**
   * Writes it as a JSON object: {@code owner}, {@code sequences} as {@link OwnerStatus#toJson()},
   * {@code next} unless this is the last page. Stable: fields may be added, none is renamed.
   *
   * @return the object, in one line
   */
  public String toJson() {
    return new JsonWriter()
        .object(
            out -> {
              out.name("owner").text(owner.value());
              out.name("sequences").array(all -> sequences.forEach(one -> one.write(all)));
              next().ifPresent(id -> out.name("next").text(id.value()));
            })
        .toString();
  }
}
