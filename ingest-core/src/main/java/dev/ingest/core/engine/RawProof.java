package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import java.util.List;
import java.util.Optional;

/**
 * Whether the raw bytes that an entry must have are whole: its manifest is read, and every item is
 * proven by a digest that the backend computed over what it stores, or by reading it.
 */
final class RawProof {

  /** The code of a failure that this finds. */
  static final String RAW_DAMAGED = "RAW_DAMAGED";

  private RawProof() {}

  /** Tells whether a state promises raw bytes and another upload of them would not be taken. */
  static boolean isPromised(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED -> true;
      case EXPIRING, EXPIRED, FAILED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /**
   * Finds damage.
   *
   * @return what is damaged, or empty if all is whole
   * @throws OutcomeUnknownException if something could not be read
   */
  static Optional<Failure> damage(Node node, Entry entry) {
    Examiner examiner = new Examiner(node.content(), () -> {});
    examiner.prove(StoredSet.raw(entry));
    List<Finding> findings = examiner.findings();
    List<Finding> damage =
        findings.stream().filter(found -> found.kind() != Finding.Kind.UNREADABLE).toList();
    if (!damage.isEmpty()) {
      return Optional.of(Failures.of(RAW_DAMAGED, Optional.empty(), Failures.describe(damage)));
    } else if (!findings.isEmpty()) {
      throw new OutcomeUnknownException(
          "whether the raw bytes of %s are whole in %s is unknown: %s; submit it again"
              .formatted(entry.key(), node.content().name(), Failures.describe(findings)));
    }
    return Optional.empty();
  }
}
