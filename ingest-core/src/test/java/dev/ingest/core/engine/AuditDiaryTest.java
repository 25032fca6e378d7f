package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Finding.Kind;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.engine.AuditDiary.Begun;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What periodic audits came to, written by several nodes. */
final class AuditDiaryTest {

  private static final Map<Kind, Long> FOUND = Map.of(Kind.STUCK, 2L, Kind.RAW_MISSING, 31L);

  private final Bench bench = new Bench();
  private final AuditDiary diary = new AuditDiary(bench.ledger);

  private static LatestAudit audit(long sequences) {
    return new LatestAudit(Bench.START, Bench.START.plusSeconds(1), sequences, 9, FOUND, 2);
  }

  /** A diary before whose writes others act. */
  private AuditDiary interrupted(Runnable others) {
    ControlRecords controls =
        (ControlRecords)
            Proxy.newProxyInstance(
                ControlRecords.class.getClassLoader(),
                new Class<?>[] {ControlRecords.class},
                (proxy, method, args) -> {
                  if (method.getName().equals("write")) {
                    others.run();
                  }
                  try {
                    return method.invoke(bench.ledger.controls(), args);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    LedgerStore ledger =
        new ForwardedLedger(bench.ledger) {
          @Override
          public ControlRecords controls() {
            return controls;
          }
        };
    return new AuditDiary(ledger);
  }

  @Test
  void audits_areNumberedOneAfterTheOther() {
    Begun first = diary.begin(Bench.START);
    assertEquals(new Begun(1, Bench.START), first);
    assertEquals(first, diary.begin(Bench.START.plusSeconds(9)), "the one that runs");
    diary.came(first, audit(3));
    assertEquals("periodic-1", first.name());
    diary.end(first);
    assertEquals(Optional.empty(), diary.running());
    Begun second = diary.begin(Bench.START);
    assertEquals(2, second.number());
    diary.end(first);
    assertEquals(Optional.of(second), diary.running(), "the end of another is none");
    diary.came(second, audit(4));
    assertEquals(Optional.of(audit(4)), diary.latest());
  }

  @Test
  void resultThatAnotherNodeHasWritten_isLeftAsItIs() {
    Begun first = diary.begin(Bench.START);
    for (long number = 1; number <= 2; number++) {
      Begun reached = new Begun(number, Bench.START);
      interrupted(() -> diary.came(reached, audit(7))).came(first, audit(3));
      assertEquals(Optional.of(audit(7)), diary.latest());
    }
  }

  @Test
  void resultThatIsNotWritten_isAnError() {
    diary.came(new Begun(1, Bench.START), audit(3));
    Begun second = new Begun(2, Bench.START);
    Runnable again = () -> diary.came(new Begun(1, Bench.START), audit(3));
    LedgerException failed =
        assertThrows(LedgerException.class, () -> interrupted(again).came(second, audit(4)));
    assertTrue(
        String.valueOf(failed.getMessage()).contains("what audit 2 came to was not written"));
  }
}
