package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("programme")
class JdbcLedgerProviderTest {

  @TempDir Path directory;

  private static LedgerProvider provider() {
    return ServiceLoader.load(LedgerProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(JdbcLedgerProvider.class::isInstance)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sqliteUri_opensThatFile() {
    URI uri = URI.create("jdbc:sqlite:" + directory.resolve("ledger.db"));
    assertTrue(provider().accepts(uri));
    try (LedgerStore store = provider().open(uri, Sample.time())) {
      assertEquals(uri.toString(), store.name());
      assertEquals(Sample.START, store.ledger().now());
      assertTrue(store.capabilities().durable());
      assertTrue(store.capabilities().shared());
    }
  }

  @Test
  void postgresUri_opensThatDatabaseByTheServersClock() throws SQLException {
    URI uri = URI.create(PostgresServer.urlOfEmptySchema());
    assertTrue(provider().accepts(uri));
    try (LedgerStore store = provider().open(uri, Sample.time())) {
      assertFalse(store.name().contains("user="), store.name());
      assertTrue(store.ledger().now().isAfter(Sample.START));
      Sample.accepted(store, Sample.key(1));
    }
    try (LedgerStore store = provider().open(uri, Sample.time())) {
      assertEquals(1, Sample.find(store, Sample.key(1)).version());
    }
  }

  @Test
  void postgresUriWithoutAServer_isRefusedWithAdvice() {
    URI uri = URI.create("jdbc:postgresql://127.0.0.1:1/nobody?user=x&connectTimeout=1");
    LedgerException error =
        assertThrows(LedgerException.class, () -> provider().open(uri, Sample.time()));
    assertTrue(String.valueOf(error.getMessage()).contains("check that the server is up"));
  }

  @Test
  void postgresUriThatVerifies_makesNoTables() throws SQLException {
    String url = PostgresServer.urlOfEmptySchema();
    URI verifying = URI.create(url + "&ingestSchema=verify");

    for (int i = 0; i < 2; i++) {
      LedgerException error =
          assertThrows(LedgerException.class, () -> provider().open(verifying, Sample.time()));
      assertTrue(String.valueOf(error.getMessage()).contains("lacks the steps"), error::toString);
    }
    provider().open(URI.create(url + "&ingestSchema=apply"), Sample.time()).close();
    provider().open(verifying, Sample.time()).close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://ann:secret@127.0.0.1:1/db",
        "jdbc:postgresql://127.0.0.1:1/db?password=secret&ingestSchema=maybe",
        "jdbc:postgresql://127.0.0.1:1/db?ingestSchema=verify&ingestSchema=secret",
        "jdbc:sqlite:/tmp/ledger.db?password=secret"
      })
  void refusedUri_isShownWithoutWhatMayBeAPassword(String uri) {
    LedgerException error =
        assertThrows(LedgerException.class, () -> provider().open(URI.create(uri), Sample.time()));
    assertFalse(error.toString().contains("secret"), error::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:/var/ledger.db", "jdbc:mysql://host/db", "s3://bucket", "x"})
  void otherUri_isNotAccepted(String uri) {
    assertFalse(provider().accepts(URI.create(uri)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:sqlite::memory:",
        "jdbc:sqlite:ledger.db",
        "jdbc:sqlite:/",
        "jdbc:sqlite:/tmp/ledger.db?synchronous=OFF",
        "jdbc:sqlite:/tmp/ledger.db#x"
      })
  void uriWithoutAnAbsolutePathOrWithOptions_isRefused(String uri) {
    LedgerException error =
        assertThrows(LedgerException.class, () -> provider().open(URI.create(uri), Sample.time()));
    assertTrue(String.valueOf(error.getMessage()).contains("write jdbc:sqlite:/path/to/ledger.db"));
  }
}
