package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that would break the promise, real ones: a server of its own is started without its
 * safeguards, and then again, from the same files, as a standby.
 */
@Tag("programme")
class ServerRiskTest {

  private static final JdbcLedgerOptions APPLY =
      JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY);

  @TempDir Path directory;

  private EmbeddedPostgres server(String... settingsAndValues) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(directory.resolve("data"))
            .setCleanDataDirectory(false)
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on");
    for (int i = 0; i < settingsAndValues.length; i += 2) {
      builder.setServerConfig(settingsAndValues[i], settingsAndValues[i + 1]);
    }
    return builder.start();
  }

  private static String refusal(DataSource source, JdbcLedgerOptions options) {
    return assertThrows(LedgerException.class, () -> JdbcLedger.postgres(source, options).close())
        .toString();
  }

  private static void assertSays(String expected, String text) {
    assertTrue(text.contains(expected), text);
  }

  @Test
  void serversThatBreakThePromise_areRefusedUnlessAcceptedByName() throws IOException {
    try (EmbeddedPostgres careless = server("fsync", "off", "full_page_writes", "off")) {
      assertCarelessIsRefused(careless.getPostgresDatabase());
    }
    Files.createFile(directory.resolve("data").resolve("standby.signal"));
    try (EmbeddedPostgres standby = server()) {
      assertStandbyIsRefused(standby.getPostgresDatabase());
      assertStandbyBehindTheSourceIsRefused(standby.getPostgresDatabase());
    }
  }

  /** A source that comes to a primary when the ledger is opened, and later to a replica. */
  private static void assertStandbyBehindTheSourceIsRefused(DataSource standby) {
    DataSource primary = PostgresServer.source();
    AtomicBoolean switched = new AtomicBoolean();
    DataSource either =
        (DataSource)
            Proxy.newProxyInstance(
                ServerRiskTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (self, method, arguments) ->
                    method.invoke(switched.get() ? standby : primary, arguments));
    JdbcLedgerOptions options = APPLY.withTablePrefix("switched_");
    try (JdbcLedger store = JdbcLedger.postgres(either, options)) {
      assertEquals(List.of(Optional.empty()), store.ledger().find(List.of(Sample.key(1))));
      switched.set(true);
      LedgerException refused =
          assertThrows(
              LedgerException.class, () -> store.ledger().find(List.of(Sample.key(1))), "it lags");
      assertSays("expected the primary, found a read replica", refused.toString());
    }
  }

  private static void assertCarelessIsRefused(DataSource source) {
    String message = refusal(source, APPLY);
    assertSays("fsync = off (", message);
    assertSays("full_page_writes = off (", message);
    assertSays("accept [FSYNC_OFF, FULL_PAGE_WRITES_OFF] by name", message);
    Set<ServerRisk> both = Set.of(ServerRisk.FSYNC_OFF, ServerRisk.FULL_PAGE_WRITES_OFF);
    for (ServerRisk one : both) {
      List<ServerRisk> other = new ArrayList<>(both);
      other.remove(one);
      assertSays("accept " + other, refusal(source, APPLY.withAccepted(Set.of(one))));
    }
    assertSays(
        "accept [FSYNC_OFF, FULL_PAGE_WRITES_OFF] by name",
        refusal(source, APPLY.withAccepted(Set.of(ServerRisk.READ_REPLICA))));
    try (JdbcLedger store = JdbcLedger.postgres(source, APPLY.withAccepted(both))) {
      Sample.accepted(store, Sample.key(1));
    }
  }

  private static void assertStandbyIsRefused(DataSource source) {
    JdbcLedgerOptions verify = JdbcLedgerOptions.DEFAULT;
    String message = refusal(source, verify);
    assertSays("a replica cannot write and lags behind", message);
    assertSays("accept [READ_REPLICA] by name", message);
    JdbcLedgerOptions accepted = verify.withAccepted(Set.of(ServerRisk.READ_REPLICA));
    for (JdbcLedgerOptions options : List.of(accepted, accepted.withSchema(SchemaRule.APPLY))) {
      try (JdbcLedger store = JdbcLedger.postgres(source, options)) {
        assertEquals(State.ACCEPTED, Sample.find(store, Sample.key(1)).state());
        assertEquals(1, store.ledger().census(Optional.empty()).total());
        LedgerException refused =
            assertThrows(LedgerException.class, () -> Sample.claimOne(store), "it cannot write");
        assertSays("connect to the primary; this server only reads", refused.toString());
      }
    }
  }
}
