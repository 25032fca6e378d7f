package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an embedding service reads of the census, and what a wrong one looks like. */
final class HourlyCensusTest {

  private final InMemoryLedger ledger =
      new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(7, 7));
  private final InMemoryContent content = new InMemoryContent();
  private final CensusCounts lie = new CensusCounts(Map.of(CensusCount.ACCEPTED, 9L));
  private boolean wrong;

  private Ingest build(LedgerStore store) {
    return Ingest.builder()
        .ledger(store)
        .content(content.access())
        .pipeline(
            Pipeline.named("test").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores()
        .withoutWatch()
        .build();
  }

  private static void submit(Ingest ingest, String owner, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      ingest.submit(
          SequenceKey.of(owner, "ride-" + i),
          upload -> upload.add(ItemName.of("a"), new byte[] {1, 2, 3}));
    }
  }

  @Test
  void everyAcceptance_isInOneStateOfItsHourAndOwner() throws IOException {
    try (Ingest ingest = build(ledger)) {
      submit(ingest, "alice", 3);
      submit(ingest, "bob", 2);
      List<CensusCell> cells = new ArrayList<>();
      assertEquals(
          5,
          ingest.census().read(CensusScope.ALL, cells::add).totals().count(CensusCount.IN_FLIGHT));
      assertTrue(ingest.runUntilIdle());
      cells.clear();
      CensusReport report = ingest.census().read(CensusScope.ALL, cells::add);
      assertTrue(report.isConsistent());
      assertEquals(5, report.totals().count(CensusCount.VERIFIED));
      assertEquals(5, report.totals().count(CensusCount.ACCEPTED));
      assertEquals(report.cells(), cells.size());
      CensusScope bob =
          new CensusScope(
              Instant.EPOCH, Instant.MAX, Optional.of("test"), Optional.of(new OwnerId("bob")));
      assertEquals(2, ingest.census().read(bob, cell -> {}).totals().count(CensusCount.VERIFIED));
      CensusReport recounted = ingest.census().recount(CensusScope.ALL, cell -> {});
      assertTrue(recounted.isConsistent());
      assertEquals(report.totals(), recounted.totals());
    }
  }

  /** A ledger that keeps wrong counts of alice until they are corrected. */
  private LedgerStore lying() {
    Holdings sound = ledger.ledger().holdings();
    Holdings lies =
        twisted(
            Holdings.class,
            sound,
            "recount",
            (real) -> {
              CensusRecountPage page = (CensusRecountPage) real;
              return new CensusRecountPage(
                  page.cells().stream().map(this::bent).toList(), page.more());
            },
            "correct",
            real -> {
              wrong = false;
              return real;
            });
    Ledger entries =
        twisted(Ledger.class, ledger.ledger(), "holdings", real -> lies, "", real -> real);
    return twisted(LedgerStore.class, ledger, "ledger", real -> entries, "", real -> real);
  }

  private CensusRecount bent(CensusRecount cell) {
    return wrong && cell.key().owner().value().equals("alice")
        ? new CensusRecount(cell.key(), lie, cell.counted())
        : cell;
  }

  @Test
  void wrongCounts_areNamedAndCorrectedOnTheRecord() throws IOException {
    try (Ingest ingest = build(lying())) {
      submit(ingest, "alice", 3);
      submit(ingest, "bob", 1);
      wrong = true;
      List<CensusRecount> cells = new ArrayList<>();
      CensusReport report = ingest.census().recount(CensusScope.ALL, cells::add);
      assertFalse(report.isConsistent());
      assertEquals(1, report.differing());
      CensusKey alice =
          cells.stream().filter(cell -> !cell.agrees()).findFirst().orElseThrow().key();
      assertEquals("alice", alice.owner().value());
      Acts acts = ingest.acts("ann", "after the upgrade");
      assertEquals(1, acts.rehearsal().correctCensus(CensusScope.ALL, cell -> {}).differing());
      assertTrue(wrong, "a rehearsal changes nothing");
      assertEquals(0, ledger.alerts().pending());
      assertEquals(1, acts.correctCensus(CensusScope.ALL, cell -> {}).differing());
      assertTrue(ingest.census().recount(CensusScope.ALL, cell -> {}).isConsistent());
      Confirmation kept = ingest.confirmations(1).get(0);
      assertEquals(Confirmation.Subject.CENSUS, kept.subject());
      assertEquals("ann", kept.actor());
      var line = ledger.alerts().seal().lines().get(0);
      assertEquals("CENSUS_CORRECTED", line.group().code());
      assertEquals("test", line.group().pipeline());
    }
  }

  @FunctionalInterface
  private interface Twist {
    Object of(Object real);
  }

  private static <T> T twisted(
      Class<T> type, T sound, String one, Twist first, String other, Twist second) {
    return type.cast(
        Proxy.newProxyInstance(
            HourlyCensusTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              try {
                Object real = method.invoke(sound, args);
                return method.getName().equals(one)
                    ? first.of(real)
                    : method.getName().equals(other) ? second.of(real) : real;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
