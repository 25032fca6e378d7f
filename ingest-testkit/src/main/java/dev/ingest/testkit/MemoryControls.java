package dev.ingest.testkit;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The control records, in memory. */
final class MemoryControls implements ControlRecords {

  private final InMemoryLedger store;

  MemoryControls(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public Optional<ControlRecord> read(ControlRecord.Key key) {
    return store.locked(
        "read a record", tables -> Optional.ofNullable(tables.controls.records.get(key)));
  }

  @Override
  public List<ControlRecord> list(String kind, String afterName, int limit) {
    InMemoryLedger.checkLimit(limit, ScanQuery.MAX_LIMIT);
    // No valid name sorts before "0", so this key stands before all of a kind.
    ControlRecord.Key start = new ControlRecord.Key(kind, "0");
    return store.locked(
        "list records",
        tables -> page(tables.controls.records.tailMap(start).values(), kind, afterName, limit));
  }

  private static List<ControlRecord> page(
      Collection<ControlRecord> from, String kind, String afterName, int limit) {
    List<ControlRecord> page = new ArrayList<>();
    for (ControlRecord record : from) {
      if (page.size() == limit || !record.key().kind().equals(kind)) {
        break;
      }
      if (record.key().name().compareTo(afterName) > 0) {
        page.add(record);
      }
    }
    return Collections.unmodifiableList(page);
  }

  @Override
  public Outcome write(ControlRecord record) {
    return store.locked(
        "write a record",
        tables -> {
          ControlRecord stored = tables.controls.records.get(record.key());
          Outcome outcome =
              record.version() == 1
                  ? judgeNew(record.key(), stored)
                  : judge(record.key(), stored, record.version() - 1);
          if (outcome.isApplied()) {
            tables.controls.records.put(record.key(), record);
          }
          return outcome;
        });
  }

  @Override
  public Outcome delete(ControlRecord.Key key, long version) {
    return store.locked(
        "delete a record",
        tables -> {
          Outcome outcome = judge(key, tables.controls.records.get(key), version);
          if (outcome.isApplied()) {
            tables.controls.records.remove(key);
          }
          return outcome;
        });
  }

  private Outcome judgeNew(ControlRecord.Key key, @Nullable ControlRecord stored) {
    return stored == null
        ? Outcome.APPLIED
        : Outcome.notApplied(
            Reason.EXISTS,
            store.name() + ": " + key + ": expected no record, found version " + stored.version());
  }

  private Outcome judge(ControlRecord.Key key, @Nullable ControlRecord stored, long version) {
    if (stored == null) {
      return Outcome.notApplied(
          Reason.ABSENT,
          store.name() + ": " + key + ": expected version " + version + ", no record");
    }
    return stored.version() == version
        ? Outcome.APPLIED
        : Outcome.notApplied(
            Reason.STALE_VERSION,
            store.name()
                + ": "
                + key
                + ": expected version "
                + version
                + ", found "
                + stored.version()
                + "; read it again");
  }

  @Override
  public void add(ControlRecord.Key set, List<SequenceKey> members) {
    List<SequenceKey> batch = store.checkBatch(members);
    store.locked(
        "add to a set",
        tables ->
            tables.controls.sets.computeIfAbsent(set, missing -> new TreeSet<>()).addAll(batch));
  }

  @Override
  public void remove(ControlRecord.Key set, List<SequenceKey> members) {
    List<SequenceKey> batch = store.checkBatch(members);
    store.locked(
        "remove from a set",
        tables -> {
          NavigableSet<SequenceKey> stored =
              tables.controls.sets.getOrDefault(set, new TreeSet<>());
          batch.forEach(stored::remove);
          return stored;
        });
  }

  @Override
  public List<SequenceKey> members(ControlRecord.Key set, Optional<SequenceKey> after, int limit) {
    InMemoryLedger.checkLimit(limit, ScanQuery.MAX_LIMIT);
    return store.locked(
        "read a set",
        tables -> {
          NavigableSet<SequenceKey> stored =
              tables.controls.sets.getOrDefault(set, new TreeSet<>());
          return after.map(key -> stored.tailSet(key, false)).orElse(stored).stream()
              .limit(limit)
              .toList();
        });
  }
}
