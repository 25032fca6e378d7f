package dev.ingest.core.engine;

import dev.ingest.core.TimePolicy;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;

/** Whether a ledger has work, now or later, that one node could do. */
final class Idleness {

  private final Node node;

  Idleness(Node node) {
    this.node = node;
  }

  /** Tells whether nothing waits for a stage or a verification, whoever could do it. */
  static boolean isNothingInFlight(Ledger ledger) {
    Census census = ledger.census(Optional.empty());
    return Lookout.IN_FLIGHT.stream().allMatch(state -> census.count(state) == 0)
        && ledger.due(DueQuery.of(DueQuery.Kind.SIDE_RUN, TimePolicy.LONGEST, 1)).isEmpty();
  }

  boolean isIdle() {
    ScanQuery query =
        new ScanQuery(
            Optional.empty(), Optional.empty(), Lookout.IN_FLIGHT, Optional.empty(), 1_000);
    var census = node.ledger().ledger().census(Optional.empty());
    if (hasSideRun()) {
      return false;
    }
    if (Lookout.IN_FLIGHT.stream().allMatch(state -> census.count(state) == 0)) {
      return true;
    }
    while (true) {
      var page = node.ledger().ledger().scan(query);
      for (Entry entry : page.entries()) {
        if (canRun(entry)) {
          return false;
        }
      }
      if (!page.more() || page.entries().isEmpty()) {
        return true;
      }
      query = query.after(page.entries().get(page.entries().size() - 1).key());
    }
  }

  /** Tells whether a run beside a result is to be done that this engine can do. */
  private boolean hasSideRun() {
    DueQuery query = DueQuery.of(DueQuery.Kind.SIDE_RUN, TimePolicy.LONGEST, 1_000);
    while (true) {
      List<Entry> page = node.ledger().ledger().due(query);
      if (page.stream().anyMatch(this::canRun)) {
        return true;
      }
      if (page.size() < query.limit()) {
        return false;
      }
      query = query.after(page.get(page.size() - 1));
    }
  }

  private boolean canRun(Entry entry) {
    return node.pipeline(entry.active().pipeline().name())
        .filter(pipeline -> pipeline.mayComeHere(entry.active().stage()))
        .isPresent();
  }
}
