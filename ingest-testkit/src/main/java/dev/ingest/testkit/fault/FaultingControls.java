package dev.ingest.testkit.fault;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.testkit.fault.CallSite.Role;
import java.util.List;
import java.util.Optional;

/** The control records, with faults. */
record FaultingControls(ControlRecords controls, FaultGate gate) implements ControlRecords {

  @Override
  public Optional<ControlRecord> read(ControlRecord.Key key) {
    return gate.read(Role.CONTROLS, "read", List.of(key), () -> controls.read(key));
  }

  @Override
  public List<ControlRecord> list(String kind, String afterName, int limit) {
    return gate.read(
        Role.CONTROLS,
        "list",
        List.of(kind, afterName, limit),
        () -> controls.list(kind, afterName, limit));
  }

  @Override
  public Outcome write(ControlRecord record) {
    return gate.whole(Role.CONTROLS, "write", () -> controls.write(record));
  }

  @Override
  public Outcome delete(ControlRecord.Key key, long version) {
    return gate.whole(Role.CONTROLS, "delete", () -> controls.delete(key, version));
  }

  @Override
  public void add(ControlRecord.Key set, List<SequenceKey> members) {
    gate.run(Role.CONTROLS, "add", () -> controls.add(set, members));
  }

  @Override
  public void remove(ControlRecord.Key set, List<SequenceKey> members) {
    gate.run(Role.CONTROLS, "remove", () -> controls.remove(set, members));
  }

  @Override
  public List<SequenceKey> members(ControlRecord.Key set, Optional<SequenceKey> after, int limit) {
    return gate.read(
        Role.CONTROLS,
        "members",
        List.of(set, after, limit),
        () -> controls.members(set, after, limit));
  }
}
