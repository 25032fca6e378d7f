package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.store.jdbc.FaultJudge.Told;
import dev.ingest.store.jdbc.FaultJudge.Undisturbed;
import dev.ingest.store.jdbc.JdbcFault.When;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Each statement of each call on SQLite fails as SQLite fails one: busy, full, a write or a sync
 * that fails, with the transaction left or rolled back. Shares and commands are those of {@link
 * JdbcFaultsTest}.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("programme")
class SqliteFaultsTest {

  private final FaultShare share = FaultShare.ofTheBuild();
  private final FaultTally tally = new FaultTally();

  @SuppressWarnings("NullAway.Init") // made before all tests
  private StruckSqlite ledger;

  @SuppressWarnings("NullAway.Init") // made before all tests
  private StruckSqlite readOnly;

  @SuppressWarnings("NullAway.Init") // made before all tests
  private StruckReads reads;

  @BeforeAll
  void open(@TempDir Path directory) throws SQLException {
    ledger = new StruckSqlite(directory.resolve("ledger.db"));
    readOnly = new StruckSqlite(directory.resolve("read.db"));
    reads = new StruckReads(readOnly, tally);
  }

  @AfterAll
  @SuppressWarnings("SystemOut") // the figures of a long run
  void close() {
    System.out.println("Faults of SQLite, " + tally.sum() + "\n" + tally);
    ledger.close();
    readOnly.close();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "ADD_UP_TALLIES")
  void callThatFailsAndIsMadeAgain_hasItsEffectOnce(CutCall call) throws SQLException {
    new FaultJudge(ledger, tally).judge(call, share);
  }

  @ParameterizedTest
  @EnumSource(OddCall.class)
  void callThatIsNotTheSameAgain_tellsWhatItDid(OddCall call) throws SQLException {
    new FaultJudge(ledger, tally).judge(call, share);
  }

  @Test
  void commitWhoseSyncFails_isNotToldAsUndone() throws SQLException {
    FaultJudge judge = new FaultJudge(ledger, tally);
    Undisturbed undisturbed = judge.undisturbed(CutCall.ACCEPT);
    int commit = undisturbed.passed().statements();
    Strike after = new Strike(SqliteFault.SYNC_FAILED, When.AFTER, commit, false);
    assertEquals(Told.UNKNOWN, judge.judge(CutCall.ACCEPT, undisturbed, after));
  }

  @Test
  void transactionThatSqliteRolledBack_isToldByWhatItMetFirst() throws SQLException {
    FaultJudge judge = new FaultJudge(ledger, tally);
    Undisturbed undisturbed = judge.undisturbed(CutCall.ACCEPT);
    Strike full = new Strike(SqliteFault.FULL_AND_ROLLED_BACK, When.BEFORE, 5, false);
    assertEquals(Told.UNDONE, judge.judge(CutCall.ACCEPT, undisturbed, full));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "COMMIT_NOTHING")
  void readThatFails_changesNothingAndSaysSo(StruckRead read) throws SQLException {
    for (Strike strike : share.of(read.name(), reads.strikes(read))) {
      reads.judge(read, strike);
    }
  }
}
