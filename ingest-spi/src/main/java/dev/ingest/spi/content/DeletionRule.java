package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Duration;

/**
 * A rule by which a backend deletes stored bytes by itself, or moves them where they cannot be
 * read, such as a lifecycle rule of a bucket. The ledger does not know of it: the engine refuses to
 * start where such a rule would come before the ledger does.
 *
 * @param description the rule's name, what it does and when, and how it can be accepted
 * @param keyPrefix what the content keys begin with that it may take; empty for all
 * @param after how long after they were stored bytes stay at least; zero where that is not known
 */
public record DeletionRule(String description, String keyPrefix, Duration after) {

  /**
   * Validates the values.
   *
   * @param description the rule's name, what it does and when
   * @param keyPrefix what the content keys begin with that it may take
   * @param after how long after they were stored bytes stay at least
   */
  public DeletionRule {
    if (description.isBlank()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, description, "a rule that deletes bytes has a description");
    }
    if (after.isNegative()) {
      throw new InvalidValueException(
          Kind.TIME, after.toString(), "a rule deletes bytes after no time or more");
    }
  }
}
