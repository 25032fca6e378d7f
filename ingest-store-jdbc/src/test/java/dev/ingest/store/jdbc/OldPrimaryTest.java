package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.content.JdbcContent;
import dev.ingest.testkit.Bodies;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real primary that goes on beside its copy, which was promoted. The user of the ledger may
 * change rows and nothing else.
 */
@Tag("programme")
class OldPrimaryTest {

  private static final JdbcLedgerOptions OPTIONS =
      JdbcLedgerOptions.DEFAULT.withTablePrefix("moved_");

  private static final String MAKE_USER =
      "CREATE ROLE rows LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"
          + " TO rows; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO rows";

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  static Path directory;

  @SuppressWarnings("NullAway.Init") // made before the first test
  private static EmbeddedPostgres old;

  @SuppressWarnings("NullAway.Init") // made before the first test
  private static EmbeddedPostgres promoted;

  private final AtomicBoolean switched = new AtomicBoolean();

  private static EmbeddedPostgres server(String name) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(directory.resolve(name))
        .setCleanDataDirectory(false)
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .start();
  }

  @BeforeAll
  static void failOver() throws IOException, SQLException {
    try (EmbeddedPostgres primary = server("old")) {
      DataSource owner = primary.getPostgresDatabase();
      JdbcLedger.postgres(owner, OPTIONS.withSchema(SchemaRule.APPLY)).close();
      JdbcContent.postgres(owner).close();
      FailoverTest.execute(owner, MAKE_USER);
    }
    copy(directory.resolve("old"), directory.resolve("new"));
    Files.createFile(directory.resolve("new").resolve("standby.signal"));
    old = server("old");
    promoted = server("new");
    FailoverTest.execute(promoted.getPostgresDatabase(), "SELECT pg_promote()");
  }

  @AfterAll
  static void stop() throws IOException {
    promoted.close();
    old.close();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> found = Files.walk(from)) {
      for (Path one : found.toList()) {
        Files.copy(one, to.resolve(from.relativize(one)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static DataSource source(EmbeddedPostgres server) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(server.getJdbcUrl("rows", "postgres"));
    return source;
  }

  private static boolean knows(LedgerStore store, SequenceKey key) {
    return store.ledger().find(List.of(key)).get(0).isPresent();
  }

  private static void assertOutlived(Runnable call) {
    String told = assertThrows(LedgerException.class, call::run).toString();
    assertTrue(told.contains("expected timeline 2 or a later one, found an earlier one"), told);
    assertTrue(told.contains("fence the old primary off"), told);
  }

  private static void assertOldLacks(SequenceKey key) {
    try (JdbcLedger store = JdbcLedger.postgres(source(old), OPTIONS)) {
      assertFalse(knows(store, key));
    }
  }

  @Test
  void onceTheNewOneWasMet_theOldOneIsRefused() {
    DataSource either = FailoverTest.either(source(old), source(promoted), switched);
    try (JdbcLedger store = JdbcLedger.postgres(either, OPTIONS)) {
      Sample.accepted(store, Sample.key(1));
      switched.set(true);
      assertFalse(knows(store, Sample.key(1)), "it was promoted before");
      Sample.accepted(store, Sample.key(2));
      switched.set(false);
      assertOutlived(() -> knows(store, Sample.key(1)));
      assertOutlived(() -> Sample.accepted(store, Sample.key(3)));
      switched.set(true);
      assertTrue(knows(store, Sample.key(2)));
    }
    assertOldLacks(Sample.key(3));
  }

  /** A pool's, which were made and asked when nothing was known of another server. */
  @Test
  void connectionsOfBefore_areRefusedTooAndNotLentAgain() throws SQLException {
    try (HikariDataSource before = FailoverTest.pool(source(old));
        HikariDataSource after = FailoverTest.pool(source(promoted));
        JdbcLedger store =
            JdbcLedger.postgres(FailoverTest.either(before, after, switched), OPTIONS)) {
      Sample.accepted(store, Sample.key(11));
      final int process = FailoverTest.process(before);
      switched.set(true);
      assertFalse(knows(store, Sample.key(11)));
      switched.set(false);
      assertOutlived(() -> Sample.accepted(store, Sample.key(12)));
      assertFalse(process == FailoverTest.process(before), "the name may lead elsewhere by now");
      assertOutlived(() -> Sample.claimOne(store));
    }
    assertOldLacks(Sample.key(12));
  }

  @Test
  void contentOfTheOldOne_isNeitherReadNorWritten() throws Exception {
    DataSource either = FailoverTest.either(source(old), source(promoted), switched);
    try (JdbcContent content = JdbcContent.postgres(either)) {
      Bodies.store(content.access().store(), Bodies.key("a"), new byte[9]);
      switched.set(true);
      assertTrue(content.access().store().stat(Bodies.key("a")).isEmpty());
      switched.set(false);
      assertContentRefused(() -> content.access().store().stat(Bodies.key("a")));
      assertContentRefused(
          () -> Bodies.store(content.access().store(), Bodies.key("b"), new byte[9]));
    }
    try (JdbcContent content = JdbcContent.postgres(source(old))) {
      assertTrue(content.access().store().stat(Bodies.key("b")).isEmpty());
    }
  }

  private static void assertContentRefused(Executable call) {
    ContentException refused = assertThrows(ContentException.class, call);
    assertTrue(refused.toString().contains("an old primary answers beside"), refused::toString);
    assertTrue(refused.toString().contains("fence the old primary off"), refused::toString);
  }

  /** Whatever refused it there would refuse a server that tells nothing any more, too, for good. */
  @Test
  void behindAPooler_theOldOneIsUsedAsBefore() throws SQLException {
    try (Connection before = source(old).getConnection();
        Connection after = source(promoted).getConnection();
        JdbcLedger store =
            JdbcLedger.postgres(
                PooledConnectionsTest.behindAPooler(() -> switched.get() ? after : before),
                OPTIONS)) {
      Sample.accepted(store, Sample.key(21));
      switched.set(true);
      assertFalse(knows(store, Sample.key(21)));
      switched.set(false);
      assertTrue(knows(store, Sample.key(21)));
      Sample.accepted(store, Sample.key(22));
    }
  }

  /** Nothing is known of a server then, and nothing refused. */
  @Test
  void serverThatMayNotTellItsTimeline_isUsedAsBefore() throws SQLException {
    DataSource owner = old.getPostgresDatabase();
    FailoverTest.execute(owner, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    DataSource either = FailoverTest.either(source(old), source(promoted), switched);
    try (JdbcLedger store = JdbcLedger.postgres(either, OPTIONS)) {
      Sample.accepted(store, Sample.key(31));
      switched.set(true);
      assertFalse(knows(store, Sample.key(31)));
      switched.set(false);
      assertTrue(knows(store, Sample.key(31)));
    } finally {
      FailoverTest.execute(owner, "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC");
    }
  }

  @Test
  void timelines_areThoseOfOneClusterThatWasPromoted() throws SQLException {
    assertEquals("1", timeline(old));
    assertEquals("2", timeline(promoted));
  }

  private static String timeline(EmbeddedPostgres server) throws SQLException {
    try (Connection connection = source(server).getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT ltrim(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), '0')")) {
      row.next();
      return row.getString(1);
    }
  }
}
