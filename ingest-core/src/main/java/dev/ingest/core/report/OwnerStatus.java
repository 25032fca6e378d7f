package dev.ingest.core.report;

import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Optional;

/**
 * What an owner may see of one sequence: nothing of other owners, no stored key, no word of a stage
 * or of an operator.
 *
 * @param key whose it is and which
 * @param acceptedAt when its receipt was given, by the ledger's clock
 * @param manifest the root, the number of items and the bytes, as in the receipt
 * @param word where it stands
 * @param since since when, by the ledger's clock: RECEIVED and IN_PROGRESS since it was accepted,
 *     DELAYED since its deadline, the others since that happened. Empty for a result whose raw
 *     bytes have expired: then the entry no longer says when it was published
 */
public record OwnerStatus(
    SequenceKey key,
    Instant acceptedAt,
    ManifestSummary manifest,
    OwnerWord word,
    Optional<Instant> since) {

  /**
   * Tells what its owner may see of an entry.
   *
   * @param entry the entry
   * @return the status
   */
  public static OwnerStatus of(Entry entry) {
    return new OwnerStatus(
        entry.key(),
        entry.receipt().acceptedAt(),
        entry.receipt().manifest(),
        OwnerWord.of(entry),
        since(entry));
  }

  private static Optional<Instant> since(Entry entry) {
    boolean isUntold = entry.state() == State.EXPIRING || entry.state() == State.EXPIRED;
    return isUntold ? Optional.empty() : Optional.of(inStateSince(entry));
  }

  /** An entry at rest keeps in visible-at when it came to rest; one in flight, when it is due. */
  static Instant inStateSince(Entry entry) {
    if (!entry.state().isInFlight()) {
      return entry.position().visibleAt();
    }
    return entry.standing().overdue() ? entry.receipt().deadline() : entry.receipt().acceptedAt();
  }

  /**
   * Writes it as a JSON object: {@code id}, {@code acceptedAt}, {@code root}, {@code items}, {@code
   * bytes}, {@code status} (the {@link OwnerWord}), {@code since} unless it is empty, {@code text}.
   * Times are ISO-8601 in UTC. Stable: fields may be added, none is renamed.
   *
   * @return the object, in one line
   */
  public String toJson() {
    JsonWriter json = new JsonWriter();
    write(json);
    return json.toString();
  }

  void write(JsonWriter json) {
    json.object(
        out -> {
          out.name("id").text(key.id().value());
          out.name("acceptedAt").text(acceptedAt.toString());
          out.name("root").text(manifest.root().toString());
          out.name("items").number(manifest.count());
          out.name("bytes").number(manifest.bytes());
          out.name("status").text(word.name());
          since.ifPresent(at -> out.name("since").text(at.toString()));
          out.name("text").text(word.text());
        });
  }
}
