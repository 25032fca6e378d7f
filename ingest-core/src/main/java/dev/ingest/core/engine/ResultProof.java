package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.lifecycle.Proof;
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
import java.util.function.Function;

/**
 * Finds out whether a published result is there and whole, before the raw bytes that could make it
 * again go.
 *
 * <p>A proof younger than the policy's age counts, if the store still lists every key, and bytes as
 * many as there were. Otherwise the manifest is read again and every item is proven: by a digest
 * that the backend computed over what it stores, or by reading it. What could not be read proves
 * nothing, either way.
 *
 * <p>Damage ends more than it can make good: it withdraws the result, by a strict policy all bytes
 * of the sequence may follow, and what is EXPIRING is LOST. So a listing alone never shows it, and
 * {@link Certainty} decides as it does wherever bytes are read back.
 */
final class ResultProof {

  /** The code of a failure that this finds. */
  static final String RESULT_DAMAGED = "RESULT_DAMAGED";

  private static final String RAW_IS_WHOLE =
      "its raw bytes are whole: adopt them, before anything is discarded or uploaded again; ";

  private final Node node;
  private final Duration maxProofAge;
  private final Runnable betweenItems;
  private final Certainty certainty;

  ResultProof(Node node, Duration maxProofAge, Runnable betweenItems) {
    this.node = node;
    this.maxProofAge = maxProofAge;
    this.betweenItems = betweenItems;
    this.certainty = new Certainty(node);
  }

  /** What was found. */
  sealed interface Found {

    /** The result is whole. */
    record Whole(Proof proof) implements Found {}

    /**
     * The result is not what was published.
     *
     * @param failure what is to be recorded
     * @param isMissing whether bytes are missing, which says as much of the store if many do
     */
    record Damaged(Failure failure, boolean isMissing) implements Found {}

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
    if (fresh) {
      Found listed = look(examiner -> listed(examiner, result, published)).found();
      if (!(listed instanceof Found.Damaged)) {
        return listed;
      }
    }
    Look first = look(examiner -> readBack(examiner, result, now));
    Look last =
        first.found() instanceof Found.Damaged
            ? look(examiner -> readBack(examiner, result, now))
            : first;
    return last.found() instanceof Found.Damaged damaged
        ? unlessInDoubt(entry, damaged, first.findings(), last.findings())
        : last.found();
  }

  /** What one look showed. */
  private record Look(List<Finding> findings, Found found) {}

  private Look look(Function<Examiner, Optional<Proof>> way) {
    Examiner examiner = new Examiner(node.content(), betweenItems);
    Optional<Proof> proof = way.apply(examiner);
    return new Look(examiner.findings(), found(examiner.findings(), proof));
  }

  private static Optional<Proof> listed(
      Examiner examiner, StoredSet result, Publication published) {
    return examiner
        .compareListing(result, published.result().prefix())
        .map(listed -> new Proof.Listed(listed.keys(), listed.bytes()));
  }

  private static Optional<Proof> readBack(Examiner examiner, StoredSet result, Instant now) {
    return examiner.prove(result).map(root -> new Proof.ReadBack(root, now));
  }

  private Found unlessInDoubt(
      Entry entry, Found.Damaged damaged, List<Finding> first, List<Finding> last) {
    if (!Certainty.isSame(first, last)) {
      return new Found.Unknown(
          "two looks at its result differ: "
              + Failures.describe(first)
              + "; then "
              + Failures.describe(last));
    }
    boolean nothingThere =
        last.stream().allMatch(finding -> finding.kind() == Finding.Kind.RESULT_MISSING);
    Found found =
        nothingThere && entry.state() == State.VERIFIED
            ? unlessAllIsMissing(entry, damaged)
            : damaged;
    return found instanceof Found.Damaged
        ? certainty.doubt(last).<Found>map(Found.Unknown::new).orElseGet(() -> told(entry, damaged))
        : found;
  }

  /**
   * What is EXPIRING is lost by it for the ledger, though none of its raw bytes may be gone yet.
   */
  private Found.Damaged told(Entry entry, Found.Damaged damaged) {
    if (entry.state() != State.EXPIRING) {
      return damaged;
    }
    Examiner examiner = new Examiner(node.content(), betweenItems);
    Failure failure = damaged.failure();
    return examiner.prove(StoredSet.raw(entry)).isPresent() && examiner.findings().isEmpty()
        ? new Found.Damaged(
            Failures.of(failure.code(), failure.stage(), RAW_IS_WHOLE + failure.message()),
            damaged.isMissing())
        : damaged;
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

  private static Found found(List<Finding> findings, Optional<Proof> proof) {
    List<Finding> damage = findings.stream().filter(Finding::isResultDamage).toList();
    List<Finding> unread =
        findings.stream().filter(finding -> finding.kind() == Finding.Kind.UNREADABLE).toList();
    if (!damage.isEmpty()) {
      return new Found.Damaged(
          Failures.of(RESULT_DAMAGED, Optional.empty(), Failures.describe(damage)),
          Certainty.isMissingSomething(damage));
    }
    return unread.isEmpty() && proof.isPresent()
        ? new Found.Whole(proof.get())
        : new Found.Unknown(Failures.describe(unread));
  }
}
