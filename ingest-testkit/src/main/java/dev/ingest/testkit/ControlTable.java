package dev.ingest.testkit;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Control records and sets of sequence keys. */
final class ControlTable {

  final NavigableMap<ControlRecord.Key, ControlRecord> records = new TreeMap<>();
  final Map<ControlRecord.Key, NavigableSet<SequenceKey>> sets = new TreeMap<>();

  ControlTable copy() {
    ControlTable copy = new ControlTable();
    copy.records.putAll(records);
    sets.forEach((key, members) -> copy.sets.put(key, new TreeSet<>(members)));
    return copy;
  }
}
