package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ServiceLoader;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("programme")
class JdbcLedgerProviderTest {

  @TempDir Path directory;

  /** The first use starts it, which no limit of a test's time is meant for. */
  @BeforeAll
  static void startServer() {
    assertFalse(PostgresServer.url().isEmpty());
  }

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

  /** As behind an address that is forwarded to nothing, or with a process that stands still. */
  @Test
  @Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void serverThatTakesConnectionsAndSaysNothing_isGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      URI uri =
          URI.create("jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/db?user=nobody");
      LedgerException error =
          assertThrows(LedgerException.class, () -> provider().open(uri, Sample.time()));
      assertFalse(error instanceof LedgerConfigurationException, "it may answer later");
      assertTrue(String.valueOf(error.getMessage()).contains("check that the server is up"));
    }
  }

  /** The driver tells what the last one said, also while the first one restarts. */
  @Test
  void severalServersOfWhichTheLastRefuses_mayTakeItLater() throws IOException {
    try (RefusingServer standby = new RefusingServer()) {
      URI uri = URI.create(standby.afterOneThatIsDown());
      String message = mayTakeItLater(() -> provider().open(uri, Sample.time()));
      assertTrue(message.contains("(SQLState 28000); see whether the other servers"), message);
    }
  }

  private static String mayTakeItLater(Executable opening) {
    LedgerException error = assertThrows(LedgerException.class, opening);
    assertFalse(error instanceof LedgerConfigurationException, error::toString);
    return String.valueOf(error.getMessage());
  }

  @Test
  void severalServersOfAPoolThatWasMadeFromAUrl_mayTakeItLater() throws IOException {
    try (RefusingServer standby = new RefusingServer();
        HikariDataSource pool = poolOf(standby.afterOneThatIsDown())) {
      String message = mayTakeItLater(() -> JdbcLedger.postgres(pool, JdbcLedgerOptions.DEFAULT));
      assertTrue(message.contains("(SQLState 28000); see whether the other servers"), message);
    }
  }

  /** It may have several servers, of which one is only away for the moment. */
  @Test
  void sourceThatDoesNotTellItsServers_mayTakeItLater() {
    try (HikariDataSource pool = poolOf(urlOfNobody())) {
      DataSource hidden =
          (DataSource)
              Proxy.newProxyInstance(
                  JdbcLedgerProviderTest.class.getClassLoader(),
                  new Class<?>[] {DataSource.class},
                  (self, method, arguments) ->
                      method.getName().equals("isWrapperFor") ? false : pool.getConnection());
      String message = mayTakeItLater(() -> JdbcLedger.postgres(hidden, JdbcLedgerOptions.DEFAULT));
      assertTrue(message.contains("(SQLState 28000); name a user"), message);
    }
  }

  private static String urlOfNobody() {
    return PostgresServer.url().replaceFirst("\\?.*", "?user=nobody");
  }

  private static HikariDataSource poolOf(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(1_000);
    return new HikariDataSource(config);
  }

  @Test
  @Timeout(9)
  void serverThatRefuses_isToldWithItsReasonBeforeThePoolGivesUp() throws Exception {
    try (PostgresServer.UserWithPassword user =
        PostgresServer.userWithPassword("asked_for_ledger", "right")) {
      String asked = user.url();
      String place = asked.replaceFirst("\\?.*", "");
      assertRefused(asked + "&password=planted", "28P01", "correct the user or the password");
      assertRefused(asked + "&passfile=/none", "08004", "give what the server asks for");
      assertRefused(place + "?user=nobody&password=planted", "28000", "name a user");
      assertRefused(
          place.replaceFirst("/[^/]*$", "/missing") + "?user=postgres", "3D000", "name a database");
    }
  }

  private static void assertRefused(String uri, String state, String advice) {
    LedgerException error =
        assertThrows(
            LedgerConfigurationException.class,
            () -> provider().open(URI.create(uri), Sample.time()));
    String shown = uri.replaceFirst("\\?.*", "?... could not be opened: ");
    String message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith(shown), message);
    assertTrue(message.contains("(SQLState " + state + "); " + advice), message);
    assertFalse(message.contains("planted"), message);
  }

  @Test
  void sourceWhosePoolGaveUp_isToldWithTheReasonOfTheServer() {
    try (HikariDataSource pool = poolOf(urlOfNobody())) {
      LedgerException error =
          assertThrows(
              LedgerConfigurationException.class,
              () -> JdbcLedger.postgres(pool, JdbcLedgerOptions.DEFAULT));
      String message = String.valueOf(error.getMessage());
      assertTrue(message.contains("\"nobody\""), message);
      assertTrue(message.contains("(SQLState 28000); name a user"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://127.0.0.1:x/db",
        "jdbc:postgresql://127.0.0.1:99999/db",
        "jdbc:postgresql:/127.0.0.1/a/b",
        "jdbc:postgresql://127.0.0.1:1/db?ingestSchema=maybe",
        "jdbc:postgresql://127.0.0.1:1/db?ingestAccept=fsync",
        "jdbc:postgresql://127.0.0.1:1/db?ingestAccept=",
        "jdbc:postgresql://127.0.0.1:1/db?ingestAccept=fsync_off&ingestAccept=read_replica",
        "jdbc:sqlite:ledger.db"
      })
  void malformedUri_isRefusedAlsoWhereNothingIsOpened(String uri) {
    assertThrows(LedgerConfigurationException.class, () -> provider().check(URI.create(uri)));
    assertThrows(
        LedgerConfigurationException.class, () -> provider().open(URI.create(uri), Sample.time()));
  }

  @Test
  void wellFormedUri_isNotLookedUp() {
    provider().check(URI.create("jdbc:postgresql://127.0.0.1:1/db?user=x"));
    provider().check(URI.create("jdbc:sqlite:" + directory.resolve("none/ledger.db")));
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
        "jdbc:postgresql://127.0.0.1:1/db?password=secret&ingestAccept=secret",
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
