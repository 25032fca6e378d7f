package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.store.jdbc.FaultJudge.Told;
import dev.ingest.store.jdbc.FaultJudge.Undisturbed;
import dev.ingest.store.jdbc.JdbcFault.When;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each statement of each call on PostgreSQL fails in each way in which a server fails one, before
 * it was run and after, once or from then on. A build takes a share, by the day; {@code
 * -Dingest.jdbc.faults=all} takes all, {@code -Dingest.jdbc.faults.turn=N} the share of another
 * day.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("programme")
class JdbcFaultsTest {

  private final FaultShare share = FaultShare.ofTheBuild();
  private final FaultTally tally = new FaultTally();

  @SuppressWarnings("NullAway.Init") // made before all tests
  private StruckPostgres ledger;

  @SuppressWarnings("NullAway.Init") // made before all tests
  private StruckPostgres readOnly;

  @SuppressWarnings("NullAway.Init") // made before all tests
  private StruckReads reads;

  @BeforeAll
  void open() throws SQLException {
    ledger = new StruckPostgres();
    readOnly = new StruckPostgres();
    reads = new StruckReads(readOnly, tally);
  }

  @AfterAll
  @SuppressWarnings("SystemOut") // the figures of a long run
  void close() throws SQLException {
    System.out.println("Faults of PostgreSQL, " + tally.sum() + "\n" + tally);
    ledger.close();
    readOnly.close();
  }

  @ParameterizedTest
  @EnumSource(CutCall.class)
  void callThatFailsAndIsMadeAgain_hasItsEffectOnce(CutCall call) throws SQLException {
    new FaultJudge(ledger, tally).judge(call, share);
  }

  @ParameterizedTest
  @EnumSource(OddCall.class)
  void callThatIsNotTheSameAgain_tellsWhatItDid(OddCall call) throws SQLException {
    new FaultJudge(ledger, tally).judge(call, share);
  }

  /** The common transitions of a batch are committed before the others are looked at. */
  @Test
  void partOfABatch_isToldAsAppliedThoughTheRestFails() throws SQLException {
    FaultJudge judge = new FaultJudge(ledger, tally);
    Undisturbed undisturbed = judge.undisturbed(CutCall.ALL_SHAPES);
    Strike second = new Strike(PostgresFault.TOO_MANY_CONNECTIONS, When.BEFORE, 2, false);
    assertEquals(Told.PARTLY, judge.judge(CutCall.ALL_SHAPES, undisturbed, second));
  }

  @Test
  void connectionWhoseTransactionCannotBeEnded_isNotLentAgain() throws SQLException {
    FaultJudge judge = new FaultJudge(ledger, tally);
    Undisturbed undisturbed = judge.undisturbed(CutCall.CREATE_RECORD);
    Strike lasting = new Strike(PostgresFault.STATEMENT_TIMEOUT, When.BEFORE, 2, true);
    assertEquals(Told.UNDONE, judge.judge(CutCall.CREATE_RECORD, undisturbed, lasting));
  }

  /** One that is a statement of its own, and one of several. */
  @ParameterizedTest
  @EnumSource(names = {"ACCEPT", "ACCEPT_WITH_ALERTS"})
  void commitWhoseSessionEnds_isNotToldAsUndone(CutCall call) throws SQLException {
    FaultJudge judge = new FaultJudge(ledger, tally);
    Undisturbed undisturbed = judge.undisturbed(call);
    int commit = undisturbed.passed().statements();
    Strike after = new Strike(PostgresFault.SESSION_ENDED, When.AFTER, commit, false);
    assertEquals(Told.UNKNOWN, judge.judge(call, undisturbed, after));
  }

  /** What strikes nothing proves nothing. */
  @Test
  void strikeThatComesToNoStatement_isNoPass() throws SQLException {
    FaultJudge judge = new FaultJudge(ledger, tally);
    Undisturbed undisturbed = judge.undisturbed(CutCall.CREATE_RECORD);
    int beyond = undisturbed.passed().statements() + 1;
    Strike none = new Strike(PostgresFault.DEADLOCK, When.BEFORE, beyond, false);
    AssertionError failure =
        assertThrows(
            AssertionError.class, () -> judge.judge(CutCall.CREATE_RECORD, undisturbed, none));
    assertTrue(String.valueOf(failure.getMessage()).contains("was not reached"), failure::toString);
  }

  @ParameterizedTest
  @EnumSource(StruckRead.class)
  void readThatFails_changesNothingAndSaysSo(StruckRead read) throws SQLException {
    for (Strike strike : share.of(read.name(), reads.strikes(read))) {
      reads.judge(read, strike);
    }
  }
}
