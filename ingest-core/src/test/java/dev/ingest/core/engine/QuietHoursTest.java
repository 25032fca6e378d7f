package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.Stage;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Hours in which nothing is accepted although there always is some, on manual time. */
final class QuietHoursTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration STEP = Duration.ofMinutes(5);

  /** Traffic of a day is enough to expect some. */
  private static final QuietHourPolicy A_DAY = new QuietHourPolicy(Duration.ofMinutes(10), 0, 1);

  private final Bench bench = new Bench();
  private List<Engine> engines = List.of(bench.engine(Bench.copying()));
  private QuietHours quiet = quietHours(QuietHourPolicy.DEFAULT);
  private int sequences;

  /** From when on the census has empty cells as well. */
  private Instant emptyFrom = Instant.MAX;

  private QuietHours quietHours(QuietHourPolicy policy) {
    return new QuietHours(bench.node(bench.ledger, bench.content), policy);
  }

  private void submit() {
    for (Engine engine : engines) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + sequences++), "a", "x");
    }
  }

  /** Lets an hour pass, with the watcher looking all the time. */
  private int hour(boolean traffic) {
    int told = 0;
    for (Duration passed = Duration.ZERO; passed.compareTo(HOUR) < 0; passed = passed.plus(STEP)) {
      if (traffic && passed.equals(STEP)) {
        submit();
      }
      bench.time.advance(STEP);
      told += quiet.tick();
    }
    return told;
  }

  private int hours(int count, boolean traffic) {
    int told = 0;
    for (int i = 0; i < count; i++) {
      told += hour(traffic);
    }
    return told;
  }

  private List<String> messages() {
    List<String> messages = new ArrayList<>();
    AlertDigest digest = bench.ledger.alerts().seal();
    digest.lines().forEach(line -> messages.add(line.group().code() + " x" + line.count()));
    return messages;
  }

  @Test
  void sixStalledHours_areToldOnceEach() {
    assertEquals(0, hours(24 * 8, true));
    assertEquals(6, hours(6, false) + hour(true));
    assertEquals(0, hours(24, true));
    assertEquals(List.of("HOUR_WITHOUT_TRAFFIC x6"), messages());
  }

  @Test
  void aSilentHour_isToldWithinTheSettleTimeOfItsEnd() {
    hours(24 * 8, true);
    Instant begun = bench.time.instant();
    int told = 0;
    while (told == 0) {
      bench.time.advance(Duration.ofMinutes(1));
      told = quiet.tick();
    }
    assertEquals(begun.plus(HOUR).plus(QuietHourPolicy.DEFAULT.settle()), bench.time.instant());
  }

  @Test
  void anotherNode_goesOnWithoutTellingTwice() {
    hours(24 * 8, true);
    assertEquals(1, hour(false) + hour(true));
    quiet = quietHours(QuietHourPolicy.DEFAULT);
    assertEquals(0, hours(3, true));
    assertEquals(1, hour(false) + hour(true));
  }

  @Test
  void aYoungDeployment_expectsNothing() {
    assertEquals(0, hours(24 * 6, true));
    assertEquals(0, hours(12, false));
  }

  @Test
  void hoursThatAreOftenQuiet_areNotTold() {
    for (int day = 0; day < 9; day++) {
      assertEquals(0, hours(12, true) + hours(12, false));
    }
  }

  @Test
  void aClockThatWasAheadForALook_blindsNoHourAfterThat() {
    hours(24 * 8, true);
    bench.time.advance(Duration.ofDays(30));
    quiet.tick();
    bench.time.advance(Duration.ofDays(-30));
    quiet = quietHours(QuietHourPolicy.DEFAULT);
    hours(3, true);
    assertEquals(6, hours(6, false) + hour(true));
  }

  @Test
  void aClockThatJumps_flagsNothing() {
    hours(24 * 8, true);
    bench.time.advance(Duration.ofMinutes(1));
    int told = quiet.tick();
    Instant jumped = bench.time.instant().plus(Duration.ofHours(5));
    QuietHours stopped =
        new QuietHours(
            withElapsed(bench.node(bench.ledger, bench.content), bench.time.instant()),
            QuietHourPolicy.DEFAULT);
    told += stopped.tick();
    bench.time.advance(Duration.between(bench.time.instant(), jumped));
    told += stopped.tick();
    assertEquals(0, told);
  }

  /** A node whose monotonic time went on by two minutes whatever the ledger's clock did. */
  private Node withElapsed(Node node, Instant from) {
    Seams seams = node.seams();
    return Bench.with(
        node,
        new Seams(
            seams.clock(),
            seams.randomBits(),
            seams.tasks(),
            seams.pause(),
            seams.beside(),
            seams.commits(),
            () -> bench.time.instant().equals(from) ? 0 : Duration.ofMinutes(2).toNanos()));
  }

  @Test
  void aTimeWithoutAnyNode_isNotJudged() {
    hours(24 * 8, true);
    bench.time.advance(Duration.ofHours(9));
    assertEquals(0, quietHours(QuietHourPolicy.DEFAULT).tick());
  }

  @Test
  void whatAnotherNodeHasLookedAtLast_isMeasuredByThatNodeAlone() {
    hours(24 * 8, true);
    QuietHours other = quietHours(QuietHourPolicy.DEFAULT);
    bench.time.advance(STEP);
    assertEquals(0, other.tick());
    // Neither ran since: that this one's time went on says nothing of the traffic.
    bench.time.advance(Duration.ofHours(9));
    assertEquals(0, quiet.tick());
  }

  @Test
  void aPipelineThatMovedToAnotherRoute_isStillExpectedToHaveTraffic() {
    hours(24 * 8, true);
    String pipeline = Bench.copying().ref().name();
    weigh("alt", Map.of(pipeline, 0, "other", 1));
    assertEquals(0, hours(6, false), "no route has a share for it");
    weigh("rides", Map.of(pipeline, 1));
    assertEquals(6, hours(6, false));
  }

  private void weigh(String route, Map<String, Integer> weights) {
    bench
        .engine(Bench.copying(), RouteBench.named("other", Stage.copy()))
        .acting()
        .route(route)
        .set(weights, Optional.empty(), new Act("carol", "it moved"), false);
  }

  @Test
  void silentPipelinesOfOneHour_areAllToldInBatchesThatTheLedgerTakes() {
    LedgerCapabilities small = new LedgerCapabilities(false, false, 2);
    InMemoryLedger outbox = new InMemoryLedger(bench.time, IncarnationId.ofBits(7, 8), small);
    LedgerStore store =
        new ForwardedLedger(bench.ledger) {
          @Override
          public LedgerCapabilities capabilities() {
            return small;
          }

          @Override
          public AlertOutbox alerts() {
            return outbox.alerts();
          }
        };
    quiet = new QuietHours(bench.node(store, bench.content), A_DAY);
    engines =
        Stream.of("a", "b", "c", "d", "e")
            .map(name -> bench.engine(RouteBench.named(name, Stage.copy())))
            .toList();
    assertEquals(0, hours(25, true));
    assertEquals(5, hour(false) + hour(true));
    assertEquals(
        List.of("a x1", "b x1", "c x1", "d x1", "e x1"),
        outbox.alerts().seal().lines().stream()
            .map(line -> line.group().pipeline() + " x" + line.count())
            .toList());
  }

  /** As a ledger keeps them that deletes no cells: of owners whose sequences moved elsewhere. */
  @Test
  void ownersWhoseSequencesMovedElsewhere_hideNoOther() {
    quiet = new QuietHours(bench.node(withEmptyCells(), bench.content), A_DAY);
    bench
        .ledger
        .controls()
        .write(new ControlRecord(new ControlRecord.Key(Canaries.KIND, "test"), 1, "canary 1"));
    hours(25, true);
    emptyFrom = bench.time.instant();
    assertEquals(0, hours(3, true), "they accepted nothing, and alice did");
    emptyFrom = Bench.START;
    assertEquals(1, hour(false) + hour(true), "it is expected all the same");
  }

  private LedgerStore withEmptyCells() {
    return new ForwardedLedger(bench.ledger) {
      @Override
      public Ledger ledger() {
        return changed(Ledger.class, store.ledger(), "holdings", given -> holdings(store));
      }
    };
  }

  private Holdings holdings(LedgerStore store) {
    Holdings holdings = store.ledger().holdings();
    return changed(
        Holdings.class, holdings, "hourly", given -> hourly(holdings, (CensusQuery) given[0]));
  }

  private CensusPage hourly(Holdings holdings, CensusQuery query) {
    List<CensusCell> cells = new ArrayList<>();
    for (int i = 10; i < 35 && !query.from().isBefore(emptyFrom); i++) {
      OwnerId owner = OwnerId.of("a-" + i);
      cells.add(
          new CensusCell(
              new CensusKey(query.from(), query.pipeline().orElseThrow(), owner),
              CensusCounts.NONE));
    }
    cells.removeIf(cell -> !query.fits(cell.key()));
    cells.addAll(holdings.hourly(query).cells());
    boolean more = cells.size() > query.limit();
    return new CensusPage(more ? cells.subList(0, query.limit()) : cells, more);
  }

  private static <T> T changed(
      Class<T> type, T target, String name, Function<Object[], Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) -> {
              if (method.getName().equals(name)) {
                return answer.apply(given);
              }
              try {
                return method.invoke(target, given);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void off_tellsNothing() {
    quiet = quietHours(QuietHourPolicy.OFF);
    assertEquals(0, hours(24 * 8, true) + hours(6, false));
  }
}
