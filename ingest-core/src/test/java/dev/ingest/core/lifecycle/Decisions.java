package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.List;

/** Asks the lifecycle, and expects one of its two answers. */
final class Decisions {

  private Decisions() {}

  static Decision.Change decided(Entry entry, Event event, Instant now) {
    return assertInstanceOf(Decision.Change.class, Lifecycle.decide(entry, event, now));
  }

  static void assertRefused(Entry entry, Event event, Instant now) {
    assertInstanceOf(Decision.Refused.class, Lifecycle.decide(entry, event, now));
  }

  /** Returns the codes of the alerts of a change, in order. */
  static List<String> codes(Decision.Change change) {
    return change.alerts().stream().map(AlertRow::group).map(AlertRow.Group::code).toList();
  }
}
