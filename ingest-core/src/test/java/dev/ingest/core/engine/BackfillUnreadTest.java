package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPlan;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A rehearsal of a backfill that cannot read everything says so. */
final class BackfillUnreadTest {

  private final BackfillBench backfill = new BackfillBench();

  private BackfillPlan rehearse(String broken, BackfillOrder order) {
    LedgerStore failing =
        new FaultingLedger(
            backfill.bench.ledger,
            call -> call.method().equals(broken) ? new Fault.FailBefore() : Fault.NONE);
    return backfill.engine(failing).backfilling().rehearse(NAME, order, (key, state) -> {});
  }

  @Test
  void ledgerThatIsNotRead_isOneUnreadPart() {
    backfill.fail(3);
    BackfillPlan plan = rehearse("scan", FAILED_ONES);
    assertEquals(1, plan.unread());
    assertFalse(plan.isWhole());
    assertEquals(0, plan.selection().looked());
    assertEquals(0, rehearse("none", FAILED_ONES).unread());
  }

  @Test
  void givenOnesThatAreNotRead_areCounted() {
    backfill.fail(3);
    SequenceKey unheard = SequenceKey.of("nobody", "never");
    BackfillOrder given =
        FAILED_ONES.among(
            new TreeSet<>(Set.of(BackfillBench.key(0), BackfillBench.key(1), unheard)));
    BackfillPlan plan = rehearse("find", given);
    assertEquals(3, plan.unread());
    assertFalse(plan.isWhole());
    assertEquals(0, rehearse("none", given).unread());
  }
}
