package dev.ingest.cli;

import dev.ingest.core.AuditFinding;
import dev.ingest.core.Finding;
import dev.ingest.core.report.IncidentReport.Unread;
import dev.ingest.spi.SequenceKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The sequences that an audit found something about, as they are asked for. What its file does not
 * tell (findings without a sequence, an audit that was not complete) is known once all are read.
 */
final class FoundSequences implements Iterator<SequenceKey> {

  private final FindingsFile file;
  private final Set<Finding.Kind> kinds;
  private Optional<SequenceKey> next = Optional.empty();
  private long nameless;

  /**
   * Creates an iteration of a file's sequences.
   *
   * @param file the file, closed by its owner
   * @param kinds only findings of these kinds; all if it is empty
   */
  FoundSequences(FindingsFile file, Set<Finding.Kind> kinds) {
    this.file = file;
    this.kinds = kinds;
  }

  @Override
  public boolean hasNext() {
    while (next.isEmpty() && file.hasNext()) {
      AuditFinding finding = file.next();
      if (kinds.isEmpty() || kinds.contains(finding.kind())) {
        next = finding.subject().sequence();
        nameless += next.isEmpty() ? 1 : 0;
      }
    }
    return next.isPresent();
  }

  @Override
  public SequenceKey next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more sequences");
    }
    SequenceKey found = next.orElseThrow();
    next = Optional.empty();
    return found;
  }

  /** Returns what the file leaves open, once all is read. */
  List<Unread> open() {
    List<Unread> open = new ArrayList<>();
    if (!file.isComplete()) {
      open.add(new Unread("the audit", "it was not complete, so others may be affected"));
    }
    if (nameless > 0) {
      open.add(new Unread(nameless + " findings", "they name no sequence; see the audit"));
    }
    return open;
  }
}
