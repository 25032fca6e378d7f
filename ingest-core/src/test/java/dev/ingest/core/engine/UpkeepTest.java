package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.PlainUpkeep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

final class UpkeepTest {

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine();
  private final AtomicInteger swept = new AtomicInteger();
  private boolean broken;
  private final Driver driver =
      Upkeep.driver(
          engine,
          new PlainUpkeep(
              () -> {
                if (broken) {
                  throw new ContentException("the bucket may not be listed");
                }
                swept.incrementAndGet();
              }));

  private int tick() {
    IntSupplier tick = driver.tick();
    return engine.supervisor().supervise(driver.name(), tick);
  }

  @Test
  void upkeep_isDoneOncePerPeriod() {
    assertEquals(0, tick(), "no more work at once");
    assertEquals(1, swept.get());
    assertEquals(Duration.ofHours(1), driver.period());
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void upkeepThatFails_isCaughtCountedAndToldUntilItWorks() {
    broken = true;
    assertEquals(-1, tick());
    assertEquals(-1, tick());
    assertEquals(2, bench.caught.size());
    assertEquals(List.of("CONTENT_UNSWEPT"), bench.alertCodes(), "once an hour");
    bench.time.advance(driver.period());
    assertEquals(-1, tick());
    String message = bench.ledger.pendingAlerts().get(1).message();
    assertTrue(message.contains("memory:content"), message);
    assertTrue(message.contains("may not be listed"), message);
    broken = false;
    assertEquals(0, tick());
    assertEquals(
        List.of("CONTENT_UNSWEPT", "CONTENT_UNSWEPT", "CONTENT_SWEPT"), bench.alertCodes());
  }
}
