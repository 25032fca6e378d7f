package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.CutLine.Cut;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The dropping of history is cut at each of its statements, and begun again: whatever was done
 * before, every chain can be followed from its checkpoint to its end, and all that is old goes.
 */
@Tag("programme")
class CutDroppingTest {

  /** So few that one partition takes several transactions. */
  private static final int PAGE_ROWS = 2;

  private static final int MOST_STATEMENTS = 120;
  private static final Instant BEFORE = Instant.parse("2026-02-01T00:00:00Z");

  @SuppressWarnings("NullAway.Init") // made before each test
  private CutLine line;

  @BeforeEach
  void open() throws IOException, SQLException {
    line = new CutLine();
    line.time().advance(Duration.ofDays(60));
  }

  @AfterEach
  void close() throws SQLException {
    line.close();
  }

  private static long drop(LedgerStore store) {
    ServerDatabase database = (ServerDatabase) ((JdbcLedger) store).database();
    return new PostgresHistory(database, PAGE_ROWS).dropBefore(BEFORE);
  }

  private static boolean dropped(LedgerStore store, long rows) {
    try {
      assertEquals(rows, drop(store));
      return true;
    } catch (LedgerException e) {
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("submit the same again"), message);
      return false;
    }
  }

  /** Makes the partition of January again, which the attempt before has dropped. */
  private void makeOldPartition() throws SQLException {
    PostgresDialect then =
        new PostgresDialect(
            "then", PostgresPlace.OPTIONS.tablePrefix(), Optional.of(Sample.time()));
    new PostgresHistory(new ServerDatabase(line.source(), then)).makePartitions();
  }

  /**
   * Makes 6 old rows: of the first two sequences the first row in the default partition and the
   * second in that of January, of the third only one in the default, of another only in January.
   */
  private Scene scene() throws SQLException {
    makeOldPartition();
    Scene scene = new Scene(line.healthy(), line.source(), line.time());
    List<Entry> accepted = scene.accepted();
    scene.texts(
        "WITH moved AS (UPDATE ingest_history SET at = at - 86400000 * 60::bigint WHERE owner = ?"
            + " RETURNING id) SELECT id FROM moved");
    Sample.commit(line.healthy(), Sample.overdue(accepted.get(0)));
    Sample.commit(line.healthy(), Sample.overdue(accepted.get(1)));
    Sample.commit(line.healthy(), scene.accept(Scene.COUNT));
    return scene;
  }

  private List<Entry> entries(Scene scene) {
    return line
        .healthy()
        .ledger()
        .find(List.of(scene.key(0), scene.key(1), scene.key(2), scene.key(Scene.COUNT)))
        .stream()
        .map(Optional::orElseThrow)
        .toList();
  }

  private void assertChainsAreWhole(Scene scene, String at) {
    for (Entry entry : entries(scene)) {
      ChainHead end = line.healthy().ledger().checkpoint(entry.key());
      for (HistoryRow row : line.healthy().ledger().history(entry.key(), 0, 100)) {
        assertEquals(end.length() + 1, row.link().ordinal(), at);
        assertEquals(end.head(), row.link().previous(), at);
        end = new ChainHead(row.link().ordinal(), row.link().hash());
      }
      assertEquals(entry.chain(), end, at);
    }
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void droppingThatIsCutAndRepeated_losesNoCheckpoint(Cut where) throws SQLException {
    int statement = 0;
    boolean cut = true;
    while (cut) {
      statement++;
      assertTrue(statement < MOST_STATEMENTS, "more statements than expected");
      String at = where + " at statement " + statement;
      Scene scene = scene();
      boolean[] done = {false};
      cut = line.cut(where, statement, store -> done[0] = dropped(store, 6));
      assertTrue(cut || done[0], at);
      assertChainsAreWhole(scene, at);
      long again = drop(line.healthy());
      assertTrue(again <= (done[0] ? 0 : 6), at + ": " + again);
      assertChainsAreWhole(scene, at);
      assertEquals(List.of(), scene.texts("SELECT id FROM ingest_history WHERE owner = ?"), at);
      for (Entry entry : entries(scene)) {
        assertEquals(entry.chain(), line.healthy().ledger().checkpoint(entry.key()), at);
      }
      assertEquals(
          List.of(),
          scene.texts("SELECT name FROM ingest_meta WHERE name LIKE 'dropping%' AND ? <> ''"),
          at);
    }
    assertTrue(statement > 20, "cut at " + statement + " statements");
  }
}
