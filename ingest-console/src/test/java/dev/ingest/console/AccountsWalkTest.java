package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever is missing in one record and not in the other is unaccounted for. */
final class AccountsWalkTest {

  private final Booth booth = new Booth();

  @AfterEach
  void close() {
    booth.close();
  }

  /** Stands before a ledger, and changes what some calls of it answer. */
  private static <T> T altered(Class<T> type, T real, BiFunction<String, Object, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              try {
                return answers.apply(method.getName(), method.invoke(real, args));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private LedgerStore withPages(BiFunction<String, Object, Object> pages) {
    return altered(
        LedgerStore.class,
        booth.ledger,
        (store, ledger) ->
            store.equals("ledger")
                ? altered(
                    Ledger.class,
                    (Ledger) ledger,
                    (role, holdings) ->
                        role.equals("holdings")
                            ? altered(Holdings.class, (Holdings) holdings, pages)
                            : holdings)
                : ledger);
  }

  private static Accounts known(Part<Accounts> part) {
    if (part instanceof Part.Known<Accounts> known) {
      return known.value();
    }
    throw new AssertionError(part);
  }

  private static CensusPage with(Object page, CensusCounts more) {
    List<CensusCell> cells = new ArrayList<>();
    for (CensusCell cell : ((CensusPage) page).cells()) {
      cells.add(new CensusCell(cell.key(), cell.counts().plus(more)));
    }
    return new CensusPage(cells, ((CensusPage) page).more());
  }

  private long unaccountedFor(CensusCounts more) {
    LedgerStore store =
        withPages((method, answer) -> method.equals("hourly") ? with(answer, more) : answer);
    return known(new AccountsWalk(store).look()).unaccountedFor();
  }

  @Test
  void aWholeLedger_isAccountedFor() {
    for (int i = 0; i < 3; i++) {
      booth.accepted("alice", "ride-" + i);
    }
    booth.work();
    Accounts accounts = known(new AccountsWalk(booth.ledger).look());
    assertEquals(3, accounts.accepted());
    assertEquals(3, accounts.verified());
    assertEquals(0, accounts.unaccountedFor());
  }

  @Test
  void anAcceptanceWithoutAState_isUnaccountedFor() {
    booth.accepted("alice", "ride");
    assertEquals(1, unaccountedFor(new CensusCounts(Map.of(CensusCount.ACCEPTED, 1L))));
  }

  @Test
  void aStateWithoutAnAcceptance_isUnaccountedFor() {
    booth.accepted("alice", "ride");
    assertEquals(2, unaccountedFor(new CensusCounts(Map.of(CensusCount.IN_FLIGHT, 2L))));
  }

  @Test
  void entriesThatNoHourHas_areUnaccountedFor() {
    booth.accepted("alice", "ride");
    LedgerStore store =
        withPages(
            (method, answer) ->
                method.equals("hourly") ? new CensusPage(List.of(), false) : answer);
    Accounts accounts = known(new AccountsWalk(store).look());
    assertEquals(1, accounts.accepted());
    assertEquals(1, accounts.unaccountedFor());
  }

  @Test
  void moreThanOneLookReads_isUnknownUntilItIsThrough() {
    booth.accepted("alice", "ride");
    int[] left = {CellWalk.PAGES * 2};
    CensusCounts one = new CensusCounts(Map.of(CensusCount.EXPIRED, 1L, CensusCount.ACCEPTED, 1L));
    LedgerStore store =
        withPages(
            (method, answer) -> {
              if (!method.equals("hourly")) {
                return answer;
              }
              left[0]--;
              CensusKey key = CensusKey.ofHour(100 - left[0], "copy", new OwnerId("alice"));
              return left[0] >= 0
                  ? new CensusPage(List.of(new CensusCell(key, one)), true)
                  : answer;
            });
    AccountsWalk walk = new AccountsWalk(store);
    String why = assertInstanceOf(Part.Unknown.class, walk.look()).why();
    assertTrue(why.contains("10 cells so far"), why);
    assertInstanceOf(Part.Unknown.class, walk.look());
    Accounts accounts = known(walk.look());
    assertEquals(1 + 2 * CellWalk.PAGES, accounts.accepted());
    assertEquals(2 * CellWalk.PAGES, accounts.unaccountedFor());
  }

  @Test
  void anOldCount_isNoLongerTold() {
    booth.accepted("alice", "ride");
    boolean[] goesOn = {false};
    int[] hour = {0};
    Duration[] later = {Duration.ZERO};
    LedgerStore paged =
        withPages(
            (method, answer) -> {
              if (!method.equals("hourly") || !goesOn[0]) {
                return answer;
              }
              CensusKey key = CensusKey.ofHour(++hour[0], "copy", new OwnerId("alice"));
              return new CensusPage(List.of(new CensusCell(key, CensusCounts.NONE)), true);
            });
    LedgerStore store =
        altered(
            LedgerStore.class,
            paged,
            (name, ledger) ->
                name.equals("ledger")
                    ? altered(
                        Ledger.class,
                        (Ledger) ledger,
                        (role, answer) ->
                            role.equals("now") ? ((Instant) answer).plus(later[0]) : answer)
                    : ledger);
    AccountsWalk walk = new AccountsWalk(store);
    Accounts first = known(walk.look());
    goesOn[0] = true;
    later[0] = CellWalk.LONGEST_KNOWN.minusSeconds(60);
    assertEquals(first, known(walk.look()), "while another count goes on");
    later[0] = CellWalk.LONGEST_KNOWN.plusSeconds(60);
    String why = assertInstanceOf(Part.Unknown.class, walk.look()).why();
    assertTrue(why.endsWith("the last one ended at " + first.ended()), why);
  }
}
