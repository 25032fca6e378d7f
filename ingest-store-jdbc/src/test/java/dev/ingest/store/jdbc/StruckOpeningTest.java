package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.StruckLedger.Passed;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each statement of an opening fails, and it is opened again: the schema is made whole or not at
 * all. Shares and commands are those of {@link JdbcFaultsTest}.
 */
@Tag("programme")
class StruckOpeningTest {

  private final FaultShare share = FaultShare.ofTheBuild();
  private final FaultTally tally = new FaultTally();

  @SuppressWarnings("NullAway.Init") // made before each test
  private StruckPostgres ledger;

  @BeforeEach
  void open() throws SQLException {
    ledger = new StruckPostgres();
  }

  @AfterEach
  @SuppressWarnings("SystemOut") // the figures of a long run
  void close() throws SQLException {
    System.out.println("Faults of openings, " + tally.sum() + "\n" + tally);
    ledger.close();
  }

  @ParameterizedTest
  @EnumSource(SchemaRule.class)
  void openingThatFails_saysWhyAndIsDoneAgain(SchemaRule rule) throws SQLException {
    ledger.dropMonths();
    ledger.count();
    opened(rule);
    for (Strike strike : share.of(rule.name(), ledger.strikes(ledger.disarm()))) {
      ledger.dropMonths();
      assertOpensAgain("open and " + rule, rule, strike);
    }
  }

  @Test
  void schemaWhoseMakingFails_isMadeWholeOrNotAtAll() throws SQLException {
    int whole = ledger.tables();
    ledger.dropAll();
    ledger.count();
    opened(SchemaRule.APPLY);
    List<Strike> all = ledger.strikes(ledger.disarm());
    assertEquals(whole, ledger.tables());
    // A table that is locked before it is made is none.
    List<Strike> possible = all.stream().filter(one -> !one.fault().isOfTables()).toList();
    for (Strike strike : share.of("make the schema", possible)) {
      ledger.dropAll();
      int made = assertOpensAgain("make the schema", SchemaRule.APPLY, strike);
      assertTrue(made == 0 || made == whole, strike + " left " + made + " tables");
      assertEquals(whole, ledger.tables(), strike::toString);
    }
  }

  private void opened(SchemaRule rule) {
    JdbcLedger.postgres(ledger.source(), PostgresPlace.OPTIONS.withSchema(rule)).close();
  }

  /** Returns how many tables there were after the opening that failed. */
  private int assertOpensAgain(String what, SchemaRule rule, Strike strike) throws SQLException {
    String at = what + ": " + strike;
    ledger.arm(strike);
    boolean opened = isOpened(rule, strike, at);
    Passed passed = ledger.disarm();
    passed.assertCameTo(strike, at);
    boolean struck = passed.isStruck();
    tally.add(what, strike, struck ? (opened ? "OPENED" : "REFUSED") : "NOT REACHED");
    assertTrue(struck || opened, at);
    ledger.assertNothingIsLeftOpen(at);
    int made = ledger.tables();
    opened(rule);
    ledger.assertNothingIsLeftOpen(at);
    return made;
  }

  private boolean isOpened(SchemaRule rule, Strike strike, String at) {
    try {
      opened(rule);
      return true;
    } catch (LedgerException e) {
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains(" could not ") && message.contains("; "), at + ": " + message);
      assertTrue(
          e.getCause() instanceof SQLException cause && strike.fault().is(cause),
          at + " names something else: " + message);
      return false;
    }
  }
}
