package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import java.util.List;
import java.util.Optional;

/**
 * Whether damage may be recorded, which withdraws a result or ends a sequence.
 *
 * <p>One look may have met a store in a bad moment, so damage counts only if a second one says the
 * same of the same items. Over another folder or bucket, or one of which a part is not mounted,
 * everything looks missing, at each look; so what is missing counts only if the content store is
 * the one that the ledger is bound to, with anything at all in the area that it is missing from.
 * Thread-safe.
 */
final class Certainty {

  private final Node node;

  Certainty(Node node) {
    this.node = node;
  }

  /** Tells whether two looks found the same damage; what could not be read counts in neither. */
  static boolean isSame(List<Finding> first, List<Finding> second) {
    return kinds(first).equals(kinds(second));
  }

  private static List<String> kinds(List<Finding> findings) {
    return damage(findings).stream()
        .map(finding -> finding.kind() + " " + finding.item() + " " + finding.actual())
        .toList();
  }

  /** Leaves out what could not be read, of which nothing is known. */
  static List<Finding> damage(List<Finding> findings) {
    return findings.stream().filter(finding -> finding.kind() != Kind.UNREADABLE).toList();
  }

  /** Tells whether something is missing. */
  static boolean isMissingSomething(List<Finding> findings) {
    return has(findings, Kind.RAW_MISSING) || has(findings, Kind.RESULT_MISSING);
  }

  /**
   * Tells why what is missing may be there in truth.
   *
   * @return the reason; empty if nothing is missing, or if it is missing from the ledger's own
   *     store with all of its parts
   */
  Optional<String> doubt(List<Finding> findings) {
    if (!isMissingSomething(findings)) {
      return Optional.empty();
    }
    try {
      Optional<String> mismatch = new Binding(node.ledger(), node.content()).mismatch();
      if (mismatch.isPresent()) {
        return mismatch;
      }
      return has(findings, Kind.RAW_MISSING) && isEmpty(KeyLayout.uploads())
          ? Optional.of(emptied(KeyLayout.uploads()))
          : has(findings, Kind.RESULT_MISSING) && isEmpty(KeyLayout.allRuns())
              ? Optional.of(emptied(KeyLayout.allRuns()))
              : Optional.empty();
    } catch (ContentException e) {
      return Optional.of(Failures.describe(e));
    }
  }

  private String emptied(ContentPrefix area) {
    return "%s has nothing at all below %s; is all of it mounted?"
        .formatted(node.content().name(), area);
  }

  private boolean isEmpty(ContentPrefix area) {
    return node.content().list(area, Optional.empty(), 1).entries().isEmpty();
  }

  private static boolean has(List<Finding> findings, Kind kind) {
    return findings.stream().anyMatch(finding -> finding.kind() == kind);
  }
}
