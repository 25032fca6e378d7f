package dev.ingest.core;

import dev.ingest.spi.SequencePlace;
import java.util.Optional;

/**
 * What a repair came to.
 *
 * @param place where
 * @param finding what was wrong when it was looked at again; empty if nothing was
 * @param outcome what became of it
 * @param what what was done, or why not and what a person has to do
 */
public record Repair(
    SequencePlace place, Optional<AuditFinding> finding, Outcome outcome, String what) {

  /** What became of a finding. */
  public enum Outcome {
    /** The remedy is recorded; what it begins goes on by itself. */
    DONE,
    /** The remedy applies; this was a rehearsal. */
    PLANNED,
    /** Nothing is wrong any more, or what is wrong is being put right by itself. */
    NEEDLESS,
    /** No command puts it right. */
    NEEDS_PERSON
  }
}
