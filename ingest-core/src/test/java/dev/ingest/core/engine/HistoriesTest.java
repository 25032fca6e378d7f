package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Histories of several pages are gone through in order, and no further than is asked. */
final class HistoriesTest {

  private static final int PAGE = ScanQuery.MAX_LIMIT;

  private final Bench bench = new Bench();
  private final List<HistoryRow> rows = new ArrayList<>();
  private final List<Long> asked = new ArrayList<>();
  private ChainHead checkpoint = ChainHead.EMPTY;

  private final Ledger ledger =
      (Ledger)
          Proxy.newProxyInstance(
              HistoriesTest.class.getClassLoader(),
              new Class<?>[] {Ledger.class},
              (proxy, method, args) ->
                  switch (method.getName()) {
                    case "history" -> page((Long) args[1], (Integer) args[2]);
                    case "checkpoint" -> checkpoint;
                    default -> throw new UnsupportedOperationException(method.getName());
                  });

  private List<HistoryRow> page(long after, int limit) {
    asked.add(after);
    return rows.stream().filter(row -> row.link().ordinal() > after).limit(limit).toList();
  }

  /** As many rows, each like that of an acceptance, under ordinals of their own. */
  private void rows(int count) {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    HistoryRow first = bench.history(RIDE).get(0);
    rows.add(first);
    while (rows.size() < count) {
      rows.add(following(first, rows.get(rows.size() - 1)));
    }
  }

  private static HistoryRow following(HistoryRow like, HistoryRow before) {
    HistoryRow.Link unlinked =
        new HistoryRow.Link(
            before.link().ordinal() + 1, before.link().hash(), Digest.ofUtf8("none"));
    return new HistoryRow(like.key(), like.step(), like.from(), like.to(), like.note(), unlinked);
  }

  private long visited(long until) {
    long[] count = {0};
    Histories.each(
        ledger,
        RIDE,
        until,
        row -> {
          count[0]++;
          assertEquals(count[0], row.link().ordinal());
        });
    return count[0];
  }

  @Test
  void rows_areVisitedUpToTheOrdinalThatIsAsked() {
    rows(2 * PAGE + 1);
    for (long until : new long[] {0, 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1}) {
      assertEquals(until, visited(until));
    }
    assertEquals(2 * PAGE + 1, visited(Long.MAX_VALUE));
    asked.clear();
    visited(PAGE - 1);
    assertEquals(List.of(0L), asked, "no page after the last row that counts");
  }

  @Test
  void pageThatIsNotFull_isTheLast() {
    rows(PAGE - 1);
    assertEquals(PAGE - 1, visited(Long.MAX_VALUE));
    assertEquals(List.of(0L), asked);
  }

  @Test
  void firstRowThatIsAsAsked_isFoundAndNothingBehindIt() {
    rows(2 * PAGE + 1);
    Optional<HistoryRow> found =
        Histories.first(ledger, RIDE, 3, row -> row.link().ordinal() % 7 == 0);
    assertEquals(Optional.of(rows.get(6)), found);
    assertEquals(List.of(3L), asked);
    assertEquals(Optional.empty(), Histories.first(ledger, RIDE, 0, row -> false));
    assertEquals(
        Optional.of(rows.get(PAGE)),
        Histories.first(ledger, RIDE, 0, row -> row.link().ordinal() > PAGE));
  }

  @Test
  void rowPastTheLastThatCounts_isNotAsAsked() {
    rows(9);
    assertTrue(Histories.any(ledger, RIDE, 5, row -> row.link().ordinal() == 5));
    assertFalse(Histories.any(ledger, RIDE, 5, row -> row.link().ordinal() == 6));
    assertFalse(Histories.any(ledger, RIDE, 5, row -> false));
  }

  @Test
  void lastRowThatIsAsAsked_isOfThoseThatCount() {
    rows(9);
    assertEquals(
        Optional.of(rows.get(5)),
        Histories.last(ledger, RIDE, 7, row -> row.link().ordinal() % 2 == 0));
    assertEquals(Optional.empty(), Histories.last(ledger, RIDE, 7, row -> false));
  }

  private Optional<HistoryCheck.Break> check(ChainHead end) {
    return HistoryCheck.of(ledger, RIDE, end);
  }

  private static ChainHead head(HistoryRow row) {
    return new ChainHead(row.link().ordinal(), row.link().hash());
  }

  /** Of an engine, so that it is linked. */
  private void linked() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    rows.addAll(bench.history(RIDE));
    assertEquals(3, rows.size());
  }

  @Test
  void history_isFollowedToTheHeadThatTheEntryNames() {
    linked();
    ChainHead end = head(rows.get(rows.size() - 1));
    assertEquals(Optional.empty(), check(end));
    assertEquals(Optional.empty(), check(head(rows.get(1))), "later rows came meanwhile");
    asked.clear();
    assertEquals(Optional.empty(), check(ChainHead.EMPTY));
    assertEquals(List.of(), asked, "nothing is to follow");
    checkpoint = head(rows.get(1));
    asked.clear();
    assertEquals(Optional.empty(), check(end), "from where kept rows begin");
    assertEquals(List.of(2L), asked);
    assertEquals(
        Optional.of(head(rows.get(2))), HistoryChain.follow(rows.get(2), head(rows.get(1))));
  }

  @Test
  void rowThatDoesNotFollow_isNamed() {
    linked();
    ChainHead end = head(rows.get(rows.size() - 1));
    rows.remove(1);
    HistoryCheck.Break found = check(end).orElseThrow();
    assertEquals("row 2 linked to the one before", found.expected());
    assertEquals("row 3 that does not follow", found.actual());
  }

  @Test
  void historyThatEndsTooEarlyOrOtherwise_isNamed() {
    linked();
    ChainHead end = head(rows.get(rows.size() - 1));
    ChainHead last = head(rows.get(rows.size() - 2));
    rows.remove(rows.size() - 1);
    HistoryCheck.Break found = check(end).orElseThrow();
    assertEquals(end.length() + " rows that end in " + end.head(), found.expected());
    assertEquals(last.length() + " rows that end in " + last.head(), found.actual());
    assertTrue(check(new ChainHead(last.length(), end.head())).isPresent(), "another head");
  }
}
