package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.SetAside;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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

  /**
   * Some records, in the order of places.
   *
   * @param stored those that can be read
   * @param unread why not, for each of the others, by its name
   * @param last the name of the last; empty if there is none
   * @param more whether there may be more after it
   */
  record Page(List<Stored> stored, List<String> unread, String last, boolean more) {}

  /** Reads a page of all records; one that cannot be read holds up none of the others. */
  Page page(String afterName) {
    List<ControlRecord> records = list(afterName);
    List<Stored> stored = new ArrayList<>();
    List<String> unread = new ArrayList<>();
    for (ControlRecord record : records) {
      try {
        stored.add(parsed(record));
      } catch (IllegalStateException e) {
        unread.add(Failures.describe(e));
      }
    }
    String last = records.isEmpty() ? "" : records.get(records.size() - 1).key().name();
    return new Page(stored, unread, last, records.size() == PAGE);
  }

  private List<ControlRecord> list(String afterName) {
    return node.ledger().controls().list(QuarantineRecord.KIND, afterName, PAGE);
  }

  private static Stored parsed(ControlRecord record) {
    return new Stored(QuarantineRecord.parse(record), record.version());
  }

  /**
   * Visits all that is set aside, in the order of places, a page at a time.
   *
   * @param visit hears of what can be read
   * @param unread hears why not, by the record's name, of what cannot
   */
  void each(Consumer<SetAside> visit, Consumer<String> unread) {
    String after = "";
    Page page;
    do {
      page = page(after);
      page.stored().forEach(stored -> visit.accept(stored.content().kept()));
      page.unread().forEach(unread);
      after = page.last();
    } while (page.more());
  }

  /**
   * Visits the records of one place, however many there are, a page at a time.
   *
   * @throws LedgerException if one of them cannot be read
   */
  void eachAt(SequencePlace place, Consumer<Stored> visit) {
    String head = QuarantineRecord.head(place);
    String after = head;
    List<ControlRecord> records;
    do {
      records = list(after);
      for (ControlRecord record : records) {
        after = record.key().name();
        if (!after.startsWith(head)) {
          return;
        }
        visit.accept(readable(record));
      }
    } while (records.size() == PAGE);
  }

  private Stored readable(ControlRecord record) {
    try {
      return parsed(record);
    } catch (IllegalStateException e) {
      throw new LedgerException("%s: %s".formatted(node.ledger().name(), e.getMessage()), e);
    }
  }

  /** Reads the records of one place, of which no more than {@value #MOST_RECORDS} are set aside. */
  List<Stored> at(SequencePlace place) {
    List<Stored> found = new ArrayList<>();
    eachAt(
        place,
        stored -> {
          found.add(stored);
          if (found.size() > MOST_RECORDS) {
            throw new LedgerException(
                "%s has more than %d records of bytes set aside at %s; take them back or wait until"
                        .formatted(node.ledger().name(), MOST_RECORDS, place)
                    + " they are deleted");
          }
        });
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
    return replace(stored, stored.content().going());
  }

  /** Writes a record anew that is still as it was read; empty if it changed meanwhile. */
  Optional<Stored> replace(Stored stored, QuarantineRecord content) {
    Stored next = new Stored(content, stored.version() + 1);
    String what = "changing what is set aside at " + content.kept().place();
    return write(content.record(next.version()), what).isApplied()
        ? Optional.of(next)
        : Optional.empty();
  }

  /** Forgets a record whose bytes are deleted, and keeps before that they are. */
  boolean endDeleted(Stored stored, Act by) {
    keepPast(stored, "deleted", by);
    return forget(stored);
  }

  /** Forgets a record whose bytes are no longer set aside, and keeps then what became of it. */
  boolean end(Stored stored, String became, Act by) {
    boolean isForgotten = forget(stored);
    if (isForgotten) {
      keepPast(stored, became, by);
    }
    return isForgotten;
  }

  private boolean forget(Stored stored) {
    Outcome outcome = node.ledger().controls().delete(stored.content().key(), stored.version());
    Confirmations.requireKnown(
        outcome, "ending what is set aside at " + stored.content().kept().place());
    return outcome.isApplied();
  }

  /** Has the name of the record and its version, so that telling it again adds nothing. */
  private void keepPast(Stored stored, String became, Act by) {
    SetAside kept = stored.content().kept();
    ControlRecord told =
        RecordBody.of(past(stored, kept.at()))
            .with("became", became)
            .with("actor", by.actor())
            .with("reason", by.reason())
            .with("at", node.ledger().ledger().now())
            .with("place", kept.place().value())
            .with("first", kept.keys().get(0).key().value())
            .with("keys", kept.keys().size())
            .with("bytes", kept.bytes())
            .with("setAsideBy", kept.actor())
            .with("setAsideFor", kept.reason())
            .with("setAsideAt", kept.at())
            .record(1);
    Outcome outcome = node.ledger().controls().write(told);
    boolean isThere = outcome.isApplied() || node.ledger().controls().read(told.key()).isPresent();
    if (!isThere) {
      Confirmations.requireApplied(
          outcome, "the record that bytes at %s were %s".formatted(kept.place(), became));
    }
  }

  private static ControlRecord.Key past(Stored stored, Instant at) {
    String name = stored.content().key().name() + " " + stored.version() + " " + at.toEpochMilli();
    return new ControlRecord.Key(
        PAST,
        String.format(
            Locale.ROOT,
            "%015d-%s",
            Math.max(0, at.toEpochMilli()),
            Digest.ofUtf8(name).hex().substring(0, 32)));
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
