package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a node asks for again and again is found by an index, in order, without sorting. */
class QueryPlanTest {

  @TempDir Path directory;
  private List<Statements> opened = new ArrayList<>();

  @BeforeEach
  void create() {
    opened = new ArrayList<>();
    JdbcLedger.sqlite(directory.resolve("ledger.db"), Sample.time()).close();
  }

  @AfterEach
  void close() throws SQLException {
    for (Statements db : opened) {
      db.close();
    }
  }

  private String plan(String sql) throws SQLException {
    Statements db = new SqliteDialect(directory.resolve("ledger.db"), Sample.time()).openReader();
    opened.add(db);
    Bound explain = db.sql("EXPLAIN QUERY PLAN " + sql);
    return String.join(
        "; ",
        explain.list(
            row -> {
              row.number();
              row.number();
              row.number();
              return row.text();
            }));
  }

  private void assertFound(String sql, String by) throws SQLException {
    String plan = plan(sql);
    assertTrue(plan.contains(by), sql + " -> " + plan);
    assertTrue(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), sql + " -> " + plan);
  }

  @Test
  void audit_usesTheIndexOfPlaces() throws SQLException {
    SqliteDialect dialect = new SqliteDialect(directory.resolve("ledger.db"), Sample.time());
    assertFound(AuditTable.pageSql(dialect), "entries_place");
    assertFound(EntryTable.UNPLACED, "entries_place");
  }

  @ParameterizedTest
  @EnumSource(DueQuery.Kind.class)
  void due_usesItsIndex(DueQuery.Kind kind) throws SQLException {
    String time =
        switch (kind) {
          case DEADLINE -> "deadline";
          case EXPIRY, RISK, SIDE_RUN -> "expires_at";
          case DISPOSAL, LEFTOVERS, RAW_PROOF -> "visible_at";
          case PROOF -> "proven_at";
          case SUPERSEDED -> "superseded_until";
        };
    String level = kind == DueQuery.Kind.RISK ? "at_risk=? AND " : "";
    assertFound(
        EntryTable.dueSql(kind),
        "USING INDEX entries_"
            + kind.name().toLowerCase(Locale.ROOT)
            + (" (" + level + "(" + time + ",owner,id)>(?,?,?)"));
  }

  @Test
  void claim_readsItsIndexAlone() throws SQLException {
    assertFound(SqlWorkQueue.LANE_DUE, "USING COVERING INDEX work_due");
    assertFound(SqlWorkQueue.DUE, "USING COVERING INDEX work_due");
    assertFound(SqlWorkQueue.RENEW, "(owner=? AND id=?)");
  }

  static List<String> sessionStatements() {
    return List.of(
        SessionTable.FIND,
        SessionTable.FIND_OPEN,
        SessionTable.UNTOUCHED,
        SessionTable.FORGOTTEN,
        SessionTable.FORGET,
        SessionTable.DELETE,
        SessionTable.ITEMS,
        SessionTable.ITEM,
        SessionTable.DELETE_ITEMS);
  }

  @ParameterizedTest
  @MethodSource("sessionStatements")
  void session_usesAnIndex(String sql) throws SQLException {
    assertFound(sql, "SEARCH");
  }

  static List<String> otherStatements() {
    return List.of(
        HistoryTable.LIST,
        HistoryTable.FIND,
        TallyTable.OF_OWNER,
        AlertTable.HEADER,
        AlertTable.LINES,
        AlertTable.SAMPLES,
        AlertTable.ACKNOWLEDGE,
        AlertTable.DROP_SAMPLES,
        AlertTable.DROP_LINES,
        AlertTable.DROP,
        SqlControlRecords.FIND,
        SqlControlRecords.LIST,
        SqlControlRecords.MEMBERS,
        SqlControlRecords.MEMBERS_AFTER);
  }

  @ParameterizedTest
  @MethodSource("otherStatements")
  void other_usesAnIndex(String sql) throws SQLException {
    assertFound(sql, "SEARCH");
  }

  @Test
  void membersAfterAKey_startAtThatKey() throws SQLException {
    assertFound(SqlControlRecords.MEMBERS_AFTER, "(kind=? AND name=? AND (owner,id)>(?,?))");
  }

  @Test
  void notices_areReadInTheOrderOfTheirIndex() throws SQLException {
    for (String[] expected :
        new String[][] {
          {NoticeTable.DUE, "INDEX notices_due ((due_at,at,owner,id)>(?,?,?,?)"},
          {NoticeTable.AHEAD, "INDEX notices_tried (tried_at>?)"},
          {NoticeTable.ASIDE, "INDEX notices_aside ((owner,id,ordinal)>(?,?,?))"},
          {NoticeTable.DELETE, "(owner=? AND id=? AND ordinal=?)"},
          {NoticeTable.POSTPONE, "(owner=? AND id=? AND ordinal=?)"}
        }) {
      assertFound(expected[0], expected[1]);
    }
  }

  @Test
  void unsentDigests_readTheirIndexAlone() throws SQLException {
    String plan = plan(AlertTable.UNSENT);
    assertTrue(plan.contains("INDEX digests_unsent") && !plan.contains("TEMP B-TREE"), plan);
  }

  @Test
  void waitingAlertsAndLatestDigests_stopAtTheFirst() throws SQLException {
    for (String sql : List.of(AlertTable.ANY_PENDING, AlertTable.LATEST)) {
      String plan = plan(sql);
      assertTrue(!plan.contains("TEMP B-TREE"), plan);
    }
  }

  @Test
  void pageOfOneOwner_startsAfterItsKey() throws SQLException {
    assertFound(scan(Optional.of("owner"), Optional.empty(), Set.of(), true), "(owner=? AND id>?)");
  }

  @Test
  void pageOfOneId_usesTheIndexOnIt() throws SQLException {
    assertFound(
        scan(Optional.empty(), Optional.of("s00001"), Set.of(), true),
        "INDEX entries_by_id (id=? AND owner>?)");
  }

  @Test
  void pageOfAll_startsAfterItsKey() throws SQLException {
    assertFound(
        scan(Optional.empty(), Optional.empty(), Set.of(State.VERIFIED), true),
        "((owner,id)>(?,?))");
  }

  @Test
  void pageOfStoppedOnes_readsOnlyThose() throws SQLException {
    assertFound(
        scan(Optional.empty(), Optional.empty(), Set.of(State.FAILED), true),
        "INDEX entries_stopped");
    assertFound(
        scan(Optional.of("owner"), Optional.empty(), Set.of(State.LOST), false),
        "INDEX entries_stopped");
  }

  private static String scan(
      Optional<String> owner, Optional<String> id, Set<State> states, boolean after) {
    ScanQuery query =
        new ScanQuery(
            owner.map(OwnerId::of),
            id.map(SequenceId::of),
            states,
            after ? Optional.of(Sample.key(1)) : Optional.empty(),
            100);
    return EntryTable.scanSql(new ScanFilter(query, 101));
  }
}
