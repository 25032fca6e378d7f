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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
