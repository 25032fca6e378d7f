package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import java.util.List;
import java.util.Optional;

/** Control records that do as told. */
class Controls implements ControlRecords {

  private final ControlRecords records;

  Controls(ControlRecords records) {
    this.records = records;
  }

  @Override
  public Optional<ControlRecord> read(ControlRecord.Key key) {
    return records.read(key);
  }

  @Override
  public List<ControlRecord> list(String kind, String afterName, int limit) {
    return records.list(kind, afterName, limit);
  }

  @Override
  public Outcome write(ControlRecord record) {
    return records.write(record);
  }

  @Override
  public Outcome delete(ControlRecord.Key key, long version) {
    return records.delete(key, version);
  }

  @Override
  public void add(ControlRecord.Key set, List<SequenceKey> members) {
    records.add(set, members);
  }

  @Override
  public void remove(ControlRecord.Key set, List<SequenceKey> members) {
    records.remove(set, members);
  }

  @Override
  public List<SequenceKey> members(ControlRecord.Key set, Optional<SequenceKey> after, int limit) {
    return records.members(set, after, limit);
  }
}
