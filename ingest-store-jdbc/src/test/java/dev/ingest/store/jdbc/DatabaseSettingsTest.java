package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.content.JdbcContent;
import dev.ingest.store.jdbc.content.JdbcContentProvider;
import java.net.URI;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Databases, connections and indices that are set otherwise than usual. */
class DatabaseSettingsTest {

  private static final JdbcLedgerOptions VERIFY = JdbcLedgerOptions.DEFAULT;
  private static final JdbcLedgerOptions APPLY = VERIFY.withSchema(SchemaRule.APPLY);
  private static final String NOTE = "\u5199\u771f";

  private interface Use {
    void of(PGSimpleDataSource source) throws SQLException;
  }

  private static PGSimpleDataSource source(String url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  private static void withDatabaseOf(String encoding, Use use) throws SQLException {
    String name = "d" + ProcessHandle.current().pid() + "_" + encoding.toLowerCase(Locale.ROOT);
    Filling server = new Filling(PostgresServer.source());
    server.run(
        "CREATE DATABASE "
            + name
            + " ENCODING '"
            + encoding
            + "' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    try {
      PGSimpleDataSource source = source(PostgresServer.url());
      source.setDatabaseName(name);
      use.of(source);
    } finally {
      server.run("DROP DATABASE " + name + " WITH (FORCE)");
    }
  }

  private static Transition noted(Transition plain) {
    HistoryRow row = plain.row();
    HistoryRow.Note note = new HistoryRow.Note("node-1", NOTE);
    return new Transition(
        plain.guard(),
        plain.after(),
        plain.lease(),
        new HistoryRow(row.key(), row.step(), row.from(), row.to(), note, row.link()),
        plain.alerts());
  }

  private static void assertSays(String expected, Throwable error) {
    assertTrue(String.valueOf(error.getMessage()).contains(expected), error::toString);
  }

  @Test
  void databaseOfAnotherEncoding_isRefusedUnlessAcceptedByName() throws SQLException {
    withDatabaseOf(
        "LATIN1",
        source -> {
          LedgerException refused =
              assertThrows(
                  LedgerConfigurationException.class,
                  () -> JdbcLedger.postgres(source, APPLY).close());
          assertSays("server_encoding other than UTF8", refused);
          assertSays("CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0", refused);
          assertSays("accept [OTHER_ENCODING] by name", refused);
          JdbcContent.postgres(source).close();
          try (JdbcLedger store =
              JdbcLedger.postgres(source, APPLY.withAccepted(Set.of(ServerRisk.OTHER_ENCODING)))) {
            assertRefusedForGood(store);
          }
        });
  }

  @Test
  void databaseOfAnotherEncoding_isOpenedByAUriThatAcceptsIt() throws SQLException {
    withDatabaseOf(
        "LATIN1",
        source -> {
          String url =
              PostgresServer.url().replaceFirst("/[^/?]*[?]", "/" + source.getDatabaseName() + "?")
                  + "&";
          JdbcLedgerProvider provider = new JdbcLedgerProvider();
          LedgerException refused =
              assertThrows(
                  LedgerConfigurationException.class,
                  () -> provider.open(URI.create(url + "x=y"), Sample.time()).close());
          assertSays("in a URI by ingestAccept=OTHER_ENCODING", refused);
          URI accepting = URI.create(url + "ingestAccept=fsync_off,OTHER_ENCODING");
          try (LedgerStore store = provider.open(accepting, Sample.time())) {
            assertRefusedForGood(store);
          }
          new JdbcContentProvider().open(accepting, Sample.time()).close();
        });
  }

  /** What the database cannot hold is refused as what is malformed is, and nothing beside it. */
  private static void assertRefusedForGood(LedgerStore store) {
    Transition unheld = noted(Sample.openAndPrepare(store, Sample.key(1)));
    Transition plain = Sample.openAndPrepare(store, Sample.key(2));
    List<Outcome> outcomes = store.ledger().commit(List.of(unheld, plain));
    assertEquals(Outcome.APPLIED, outcomes.get(1));
    Outcome.Unknown unknown = assertInstanceOf(Outcome.Unknown.class, outcomes.get(0));
    assertInstanceOf(InvalidValueException.class, unknown.cause());
    assertSays("which is to have the encoding UTF8", unknown.cause());
    assertEquals(1, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
  }

  @Test
  void databaseWithoutAnEncoding_keepsWhatItIsGiven() throws SQLException {
    withDatabaseOf(
        "SQL_ASCII",
        source -> {
          try (JdbcLedger store = JdbcLedger.postgres(source, APPLY)) {
            Sample.commit(store, noted(Sample.openAndPrepare(store, Sample.key(1))));
            assertEquals(NOTE, store.ledger().history(Sample.key(1), 0, 10).get(0).note().detail());
          }
        });
  }

  @ParameterizedTest
  @EnumSource(SchemaRule.class)
  void connectionsThatSendNoTypes_areRefusedByName(SchemaRule rule) throws SQLException {
    String url = PostgresServer.urlOfEmptySchema();
    LedgerException refused =
        assertThrows(
            LedgerConfigurationException.class,
            () ->
                JdbcLedger.postgres(
                        source(url + "&preferQueryMode=simple"), VERIFY.withSchema(rule))
                    .close());
    assertSays("preferQueryMode=simple", refused);
    JdbcLedger.postgres(source(url + "&preferQueryMode=extendedForPrepared"), APPLY).close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SET (fillfactor = 70)", "SET (fillfactor = 70, deduplicate_items = off)"})
  void indexThatIsStoredOtherwise_isTheSame(String change) throws SQLException {
    PGSimpleDataSource source = source(PostgresServer.urlOfEmptySchema());
    JdbcLedger.postgres(source, APPLY).close();
    new Filling(source)
        .run(
            "ALTER INDEX ingest_work_due " + change,
            "ALTER INDEX ingest_digests_unsent " + change,
            "ALTER INDEX ingest_entries_pkey " + change);
    for (SchemaRule rule : SchemaRule.values()) {
      JdbcLedger.postgres(source, VERIFY.withSchema(rule)).close();
    }
  }

  @Test
  void indexThatIsMissingOrAnother_isToBeBuiltAnew() throws SQLException {
    PGSimpleDataSource source = source(PostgresServer.urlOfEmptySchema());
    JdbcLedger.postgres(source, APPLY).close();
    new Filling(source)
        .run(
            "DROP INDEX ingest_work_due",
            "DROP INDEX ingest_digests_unsent",
            "CREATE INDEX ingest_digests_unsent ON ingest_digests (ordinal) WITH (fillfactor = 70)");
    LedgerException refused =
        assertThrows(LedgerException.class, () -> JdbcLedger.postgres(source, VERIFY).close());
    assertSays("index ingest_work_due", refused);
    assertSays("index ingest_digests_unsent in the expected form", refused);
    assertSays("build them anew", refused);
    assertEquals(-1, String.valueOf(refused.getMessage()).indexOf("backup"));
  }
}
