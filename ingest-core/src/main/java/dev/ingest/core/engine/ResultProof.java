package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether a published result is there and whole, before the raw bytes that could make it
 * again go.
 *
 * <p>A proof younger than the policy's age counts, if the store still lists every key, and bytes as
 * many as there were. Otherwise the manifest is read again and every item is proven: by a digest
 * that the backend computed over what it stores, or by reading it. What could not be read proves
 * nothing, either way.
 */
final class ResultProof {

  /** The code of a failure that this finds. */
  static final String RESULT_DAMAGED = "RESULT_DAMAGED";

  private final Node node;
  private final Duration maxProofAge;
  private final Runnable betweenItems;

  ResultProof(Node node, Duration maxProofAge, Runnable betweenItems) {
    this.node = node;
    this.maxProofAge = maxProofAge;
    this.betweenItems = betweenItems;
  }

  /** What was found. */
  sealed interface Found {

    /** The result is whole. */
    record Whole(Event.Proof proof) implements Found {}

    /** The result is not what was published. */
    record Damaged(Failure failure) implements Found {}

    /** Nothing is known. */
    record Unknown(String reason) implements Found {}
  }

  /**
   * Proves the published result of an entry.
   *
   * @param entry an entry with a publication
   * @param now the ledger's time, believed
   */
  Found find(Entry entry, Instant now) {
    Publication published = entry.published().orElseThrow();
    StoredSet result = StoredSet.output(entry.key(), published.result());
    // One that is dated ahead is of a clock that was, and says nothing of its age.
    boolean fresh =
        !published.provenAt().isAfter(now) && !published.provenAt().plus(maxProofAge).isBefore(now);
    Examiner examiner = new Examiner(node.content(), betweenItems);
    Optional<Event.Proof> proof =
        fresh
            ? examiner
                .compareListing(result, published.result().prefix())
                .map(listed -> new Event.Proof.Listed(listed.keys(), listed.bytes()))
            : examiner.prove(result).map(root -> new Event.Proof.ReadBack(root, now));
    Found found = found(examiner.findings(), proof);
    boolean nothingThere =
        found instanceof Found.Damaged
            && examiner.findings().stream()
                .allMatch(finding -> finding.kind() == Finding.Kind.RESULT_MISSING);
    return nothingThere && entry.state() == State.VERIFIED
        ? unlessAllIsMissing(entry, found)
        : found;
  }

  /**
   * A result that is missing where the raw bytes, which nobody has let go, are missing too says
   * more of the store than of the result: it may be another one, or a part of it not mounted.
   */
  private Found unlessAllIsMissing(Entry entry, Found found) {
    ContentPrefix raw = KeyLayout.session(entry.key(), entry.raw());
    try {
      return node.content().list(raw, Optional.empty(), 1).entries().isEmpty()
          ? new Found.Unknown(
              "neither its result nor its raw bytes below %s are there; is this the content of %s?"
                  .formatted(raw, node.ledger().name()))
          : found;
    } catch (ContentException e) {
      return new Found.Unknown(Failures.describe(e));
    }
  }

  private static Found found(List<Finding> findings, Optional<Event.Proof> proof) {
    List<Finding> damage = findings.stream().filter(Finding::isResultDamage).toList();
    List<Finding> unread =
        findings.stream().filter(finding -> finding.kind() == Finding.Kind.UNREADABLE).toList();
    if (!damage.isEmpty()) {
      return new Found.Damaged(
          Failures.of(RESULT_DAMAGED, Optional.empty(), Failures.describe(damage)));
    }
    return unread.isEmpty() && proof.isPresent()
        ? new Found.Whole(proof.get())
        : new Found.Unknown(Failures.describe(unread));
  }
}
