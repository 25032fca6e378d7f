package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A write counts if it is found, and what hid its answer is told if it is not. */
final class RecordWriteTest {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("test", "one");

  private final Bench bench = new Bench();

  private ControlRecords failing(Function<CallSite, Fault> faults) {
    return new FaultingLedger(bench.ledger, faults::apply).controls();
  }

  private static Fault onWrite(CallSite call, Fault fault) {
    return call.method().equals("write") ? fault : Fault.NONE;
  }

  private static ControlRecord record(long version, String body) {
    return new ControlRecord(KEY, version, body);
  }

  @Test
  void answer_isTheLedgersWord() {
    ControlRecords controls = bench.ledger.controls();
    assertEquals(new RecordWrite.Done(), RecordWrite.of(record(1, "a"), controls));
    assertEquals(new RecordWrite.Refused(), RecordWrite.of(record(1, "b"), controls));
  }

  @Test
  void lostAnswer_isDoneIfTheRecordIsFound() {
    ControlRecords controls = failing(call -> onWrite(call, new Fault.ReplyLost()));
    assertEquals(new RecordWrite.Done(), RecordWrite.of(record(1, "a"), controls));
    assertEquals(new RecordWrite.Done(), RecordWrite.of(record(2, "b"), controls));
  }

  @Test
  void lostAnswer_tellsWhatIsThereInstead() {
    ControlRecords controls = failing(call -> onWrite(call, new Fault.FailBefore()));
    assertEquals(0, unseen(record(1, "a"), controls).version());
    bench.ledger.controls().write(record(1, "a"));
    RecordWrite.Unseen unseen = unseen(record(1, "b"), controls);
    assertEquals(1, unseen.version(), "of another");
    assertInstanceOf(LedgerException.class, unseen.cause());
  }

  private static RecordWrite.Unseen unseen(ControlRecord record, ControlRecords controls) {
    return assertInstanceOf(RecordWrite.Unseen.class, RecordWrite.of(record, controls));
  }

  @Test
  void recordThatCannotBeReadEither_isAnError() {
    ControlRecords controls = failing(call -> new Fault.FailBefore());
    assertThrows(LedgerException.class, () -> RecordWrite.of(record(1, "a"), controls));
  }
}
