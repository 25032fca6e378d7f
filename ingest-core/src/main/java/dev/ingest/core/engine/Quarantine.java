package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.SetAside;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The records of bytes that were set aside. Each record is changed by compare-and-set alone: it is
 * written once, marked as going when its keys are about to be deleted, and deleted when they are
 * gone or were taken back. What became of it is kept in a record of the kind {@value #PAST}.
 * Thread-safe.
 */
final class Quarantine {

  /** The kind of the records that tell what became of bytes set aside. */
  static final String PAST = "quarantine-past";

  /** The most records of one place, each of up to {@value QuarantineRecord#MAX_KEYS} keys. */
  static final int MOST_RECORDS = 400;

  /** The most records that are read at once. */
  static final int PAGE = 20;

  private final Node node;

  Quarantine(Node node) {
    this.node = node;
  }

  /** A record as it is stored. */
  record Stored(QuarantineRecord content, long version) {}

  /** Reads a page of all records, in the order of places. */
  List<Stored> page(String afterName) {
    return node.ledger().controls().list(QuarantineRecord.KIND, afterName, PAGE).stream()
        .map(record -> new Stored(QuarantineRecord.parse(record), record.version()))
        .toList();
  }

  /** Visits all that is set aside, in the order of places, a page at a time. */
  void each(Consumer<SetAside> visit) {
    String after = "";
    List<Stored> page;
    do {
      page = page(after);
      for (Stored stored : page) {
        visit.accept(stored.content().kept());
        after = stored.content().key().name();
      }
    } while (page.size() == PAGE);
  }

  /** Reads the records of one place. */
  List<Stored> at(SequencePlace place) {
    List<Stored> found = new ArrayList<>();
    String head = QuarantineRecord.head(place);
    String after = head;
    boolean more = true;
    while (more) {
      List<Stored> page = page(after);
      more = page.size() == PAGE;
      for (Stored stored : page) {
        after = stored.content().key().name();
        if (!after.startsWith(head)) {
          return found;
        }
        found.add(stored);
      }
      if (found.size() > MOST_RECORDS) {
        throw new LedgerException(
            "%s has more than %d records of bytes set aside at %s; take them back or wait until they"
                    .formatted(node.ledger().name(), MOST_RECORDS, place)
                + " are deleted");
      }
    }
    return found;
  }

  /** Reads which keys of a place are set aside, with their lengths. */
  Map<ContentKey, Long> keysAt(SequencePlace place) {
    Map<ContentKey, Long> keys = new HashMap<>();
    for (Stored stored : at(place)) {
      stored.content().kept().keys().forEach(stat -> keys.put(stat.key(), stat.length()));
    }
    return keys;
  }

  /** Tells whether a key without a place, each of which has a record of its own, is set aside. */
  boolean hasMisplaced(ContentKey key) {
    return node.ledger().controls().read(QuarantineRecord.key(SequencePlace.LAST, key)).isPresent();
  }

  /**
   * Sets keys aside.
   *
   * @throws ActRefusedException if another record of the same name was written meanwhile
   * @throws OutcomeUnknownException if nobody knows whether it was written
   */
  void add(QuarantineRecord record) {
    String what = "setting %s and others aside".formatted(record.kept().keys().get(0).key());
    Outcome outcome = write(record.record(1), what);
    if (outcome instanceof Outcome.NotApplied refusal) {
      throw new ActRefusedException(
          "%s did not take effect: %s, %s; look again".formatted(what, refusal.reason(), refusal));
    }
  }

  /** Marks a record as going; empty if it was taken back, or changed, meanwhile. */
  Optional<Stored> markGoing(Stored stored) {
    if (stored.content().isGoing()) {
      return Optional.of(stored);
    }
    Stored going = new Stored(stored.content().going(), stored.version() + 1);
    return node.ledger().controls().write(going.content().record(going.version())).isApplied()
        ? Optional.of(going)
        : Optional.empty();
  }

  /** Forgets a record, whose bytes are gone or no longer set aside, and keeps what became of it. */
  boolean end(Stored stored, String became, Act by) {
    SetAside kept = stored.content().kept();
    Instant now = node.ledger().ledger().now();
    ControlRecord.Key past =
        new ControlRecord.Key(
            PAST,
            "%015d-%016x"
                .formatted(Math.max(0, now.toEpochMilli()), node.seams().randomBits().getAsLong()));
    ControlRecord told =
        RecordBody.of(past)
            .with("became", became)
            .with("actor", by.actor())
            .with("reason", by.reason())
            .with("at", now)
            .with("place", kept.place().value())
            .with("first", kept.keys().get(0).key().value())
            .with("keys", kept.keys().size())
            .with("bytes", kept.bytes())
            .with("setAsideBy", kept.actor())
            .with("setAsideFor", kept.reason())
            .with("setAsideAt", kept.at())
            .record(1);
    Confirmations.requireApplied(
        node.ledger().controls().write(told),
        "the record that bytes at %s were %s".formatted(kept.place(), became));
    Outcome outcome = node.ledger().controls().delete(stored.content().key(), stored.version());
    Confirmations.requireKnown(outcome, "ending what is set aside at " + kept.place());
    return outcome.isApplied();
  }

  /** Writes; a write whose answer was lost is read again, and counts if it is found. */
  private Outcome write(ControlRecord record, String what) {
    Outcome outcome = Retries.settled(node, what, () -> writeOnce(record));
    Confirmations.requireKnown(outcome, what);
    return outcome;
  }

  private Outcome writeOnce(ControlRecord record) {
    Outcome outcome = node.ledger().controls().write(record);
    boolean isThere =
        !outcome.isApplied()
            && node.ledger().controls().read(record.key()).filter(record::equals).isPresent();
    if (!isThere && outcome instanceof Outcome.Unknown unknown) {
      throw new LedgerException(
          "whether %s of %s was written is unknown".formatted(record.key(), node.ledger().name()),
          unknown.cause());
    }
    return isThere ? Outcome.APPLIED : outcome;
  }
}
