package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A record of one writer takes the place of whatever is there, and tells of another writer. */
final class OwnRecordTest {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("beat", "node-1");

  private final Bench bench = new Bench();
  private final List<String> calls = new ArrayList<>();
  private Function<CallSite, Fault> faults = call -> new Fault.None();

  private final LedgerStore ledger =
      new FaultingLedger(
          bench.ledger,
          call -> {
            calls.add(call.method());
            return faults.apply(call);
          });
  private final OwnRecord own = new OwnRecord(ledger, KEY);
  private final OwnRecord other = new OwnRecord(bench.ledger, KEY);

  private boolean write(OwnRecord record, String text) {
    return record.write(record.begin().with("text", text));
  }

  private Optional<String> stored() {
    return bench.ledger.controls().read(KEY).map(record -> RecordBody.parse(record).text("text"));
  }

  private void failOnce(String method, Fault fault) {
    boolean[] isOver = {false};
    faults =
        call -> {
          if (isOver[0] || !call.method().equals(method)) {
            return new Fault.None();
          }
          isOver[0] = true;
          return fault;
        };
  }

  @Test
  void version_isReadOnce() {
    assertFalse(write(own, "one"));
    assertFalse(write(own, "two"));
    assertFalse(write(own, "three"));
    assertEquals(Optional.of("three"), stored());
    assertEquals(List.of("read", "write", "write", "write"), calls);
  }

  @Test
  void whatIsThereFromBefore_isTakenThePlaceOf() {
    write(other, "of an earlier process");
    assertFalse(write(own, "one"), "it may have ended long ago");
    assertEquals(Optional.of("one"), stored());
  }

  @Test
  void anotherThatHasWrittenSince_isToldAndTakenThePlaceOf() {
    write(own, "one");
    write(other, "of another");
    assertTrue(write(own, "two"));
    assertEquals(Optional.of("two"), stored());
    assertFalse(write(own, "three"), "not again");
  }

  @Test
  void recordThatWasDeleted_isWrittenAnewAndIsNoOthers() {
    write(own, "one");
    assertTrue(other.delete());
    assertFalse(write(own, "two"));
    assertEquals(Optional.of("two"), stored());
  }

  @Test
  void writeOfWhichNothingIsKnown_isNotRepeatedAndTheNextReadsFirst() {
    write(own, "one");
    failOnce("write", new Fault.ReplyLost());
    assertThrows(LedgerException.class, () -> write(own, "two"));
    assertEquals(Optional.of("two"), stored());
    calls.clear();
    assertFalse(write(own, "three"), "what came to be was its own");
    assertEquals(List.of("read", "write"), calls);
  }

  @Test
  void recordThatOthersAlwaysChange_isAnError() {
    write(own, "one");
    faults =
        call -> {
          if (call.method().equals("write")) {
            write(other, "of another");
          }
          return new Fault.None();
        };
    calls.clear();
    LedgerException refused = assertThrows(LedgerException.class, () -> write(own, "two"));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("was changed by others 4 times in a row"), message);
    assertEquals(4, calls.stream().filter("write"::equals).count());
    assertEquals(Optional.of("of another"), stored());
  }

  @Test
  void record_isDeletedIfItIsAsItWasWrittenLast() {
    assertFalse(own.delete(), "there is none");
    assertEquals(List.of("read"), calls, "and nothing to ask for");
    write(own, "one");
    assertTrue(own.delete());
    assertEquals(Optional.empty(), stored());
    assertFalse(own.delete(), "it is gone");
    write(own, "two");
    write(other, "of another");
    assertFalse(own.delete());
    assertEquals(Optional.of("of another"), stored());
  }

  @Test
  void recordOfWhichTheVersionIsNotKnown_isReadToBeDeleted() {
    write(other, "of an earlier process");
    calls.clear();
    assertTrue(own.delete());
    assertEquals(List.of("read", "delete"), calls);
  }
}
