package dev.ingest.core.engine;

import dev.ingest.core.Reverification.Outcome;
import dev.ingest.core.ScrubListener;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.ScrubReport;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads what is due when it begins, once, on somebody's demand, whoever else scrubs meanwhile: what
 * is read twice is recorded twice, and that is all. For one thread, and for one pass.
 */
final class ScrubPass {

  private static final int PAGE = 100;

  private final Node node;
  private final Scrub scrub;
  private final ScrubPolicy policy;
  private final long limit;
  private final ScrubListener listener;
  private final Instant begun;
  private long looked;
  private long proven;
  private long damaged;
  private long unread;
  private int unreadInRow;

  ScrubPass(
      Node node, Committer committer, ScrubPolicy policy, long limit, ScrubListener listener) {
    this.node = node;
    this.policy = policy;
    this.limit = limit;
    this.listener = listener;
    this.scrub = new Scrub(node, committer, policy, () -> {});
    this.begun = node.ledger().ledger().now();
  }

  ScrubReport run() {
    long due = count();
    listener.begun(Math.min(due, limit));
    for (DueQuery query : Scrub.due(policy, PAGE)) {
      walk(query);
    }
    long left = mayGoOn() ? 0 : Math.max(0, due - looked);
    return new ScrubReport(proven, damaged, unread, left, scrub.bytes());
  }

  private boolean mayGoOn() {
    return looked < limit && unreadInRow < Scrub.MAX_OUTAGES_IN_A_ROW;
  }

  private long count() {
    long due = 0;
    for (DueQuery query : Scrub.due(policy, ScanQuery.MAX_LIMIT)) {
      DuePass pass = new DuePass(node.ledger().ledger(), query);
      List<Entry> page;
      do {
        page = pass.page(ScanQuery.MAX_LIMIT);
        due += page.stream().filter(entry -> wasDue(query, entry)).count();
      } while (page.size() == ScanQuery.MAX_LIMIT);
    }
    return due;
  }

  /** What was proven since this began may be due again by then, and is left to the next pass. */
  private boolean wasDue(DueQuery query, Entry entry) {
    return !query.kind().timeOf(entry).isAfter(begun.plus(query.lead()));
  }

  private void walk(DueQuery query) {
    DuePass pass = new DuePass(node.ledger().ledger(), query);
    List<Entry> page;
    do {
      page = pass.page(PAGE);
      for (Entry entry : page) {
        if (!mayGoOn() || !wasDue(query, entry)) {
          return;
        }
        read(query, entry);
      }
    } while (page.size() == PAGE);
  }

  private void read(DueQuery query, Entry entry) {
    looked++;
    Optional<Scrub.Found> read = scrub.read(entry);
    if (read.isEmpty()) {
      return;
    }
    Scrub.Found found = read.get();
    unreadInRow = found.isUnknown() ? unreadInRow + 1 : 0;
    proven += found.outcome() == Outcome.PROVEN ? 1 : 0;
    damaged += found.outcome() == Outcome.DAMAGED ? 1 : 0;
    unread += found.isUnknown() ? 1 : 0;
    listener.read(
        new ScrubReport.Sequence(
            entry.key(), entry.state(), query.kind().timeOf(entry), found.outcome(), found.why()));
  }
}
