package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.store.jdbc.RefusingServer;
import dev.ingest.testkit.ManualTime;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("programme")
class JdbcContentProviderTest {

  @TempDir Path directory;

  /** The first use starts it, which no limit of a test's time is meant for. */
  @BeforeAll
  static void startServer() {
    assertFalse(PostgresServer.url().isEmpty());
  }

  private final ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));

  private static ContentProvider provider() {
    return ServiceLoader.load(ContentProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(JdbcContentProvider.class::isInstance)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sqliteUri_opensThatFile() throws Exception {
    URI uri = URI.create("jdbc:sqlite:" + directory.resolve("content.db"));
    assertTrue(provider().accepts(uri));
    try (ContentAccess access = provider().open(uri, time)) {
      assertEquals(uri.toString(), access.store().name());
      store(access.store(), key("a"), bytes(10, 1));
    }
    try (ContentAccess access = provider().open(uri, time)) {
      assertArrayEquals(bytes(10, 1), read(access.store(), key("a")));
    }
  }

  @Test
  void postgresUri_opensThatDatabaseAndIsNamedWithoutItsOptions() throws Exception {
    URI uri = URI.create(PostgresServer.urlOfEmptySchema());
    assertTrue(provider().accepts(uri));
    try (ContentAccess access = provider().open(uri, time)) {
      assertTrue(uri.toString().startsWith(access.store().name() + "?"), access.store().name());
      store(access.store(), key("a"), bytes(10, 1));
      assertArrayEquals(bytes(10, 1), read(access.store(), key("a")));
    }
  }

  @Test
  void serverThatIsNotThere_isNamedWithoutThePassword() {
    URI uri = URI.create("jdbc:postgresql://localhost:1/db?user=me&password=secret");
    ContentException error = assertThrows(ContentException.class, () -> provider().open(uri, time));
    assertTrue(error.toString().contains("could not be opened"), error::toString);
    assertFalse(error.toString().contains("secret"), error::toString);
  }

  /** The driver tells what the last one said, also while the first one restarts. */
  @Test
  void severalServersOfWhichTheLastRefuses_mayTakeItLater() throws Exception {
    try (RefusingServer standby = new RefusingServer()) {
      URI uri = URI.create(standby.afterOneThatIsDown());
      ContentException error =
          assertThrows(ContentException.class, () -> provider().open(uri, time));
      assertFalse(error instanceof ContentConfigurationException, error::toString);
      String message = String.valueOf(error.getMessage());
      assertTrue(message.contains("(SQLState 28000); see whether the other servers"), message);
    }
  }

  @Test
  @Timeout(9)
  void serverThatRefuses_isToldWithItsReasonBeforeThePoolGivesUp() throws Exception {
    try (PostgresServer.UserWithPassword user =
        PostgresServer.userWithPassword("asked_for_content", "right")) {
      URI uri = URI.create(user.url() + "&password=planted");
      ContentException error =
          assertThrows(ContentConfigurationException.class, () -> provider().open(uri, time));
      String message = String.valueOf(error.getMessage());
      String shown = user.url().replaceFirst("\\?.*", "?... could not be opened: ");
      assertTrue(message.startsWith(shown), message);
      assertTrue(message.contains("(SQLState 28P01); correct the user or the password"), message);
      assertFalse(message.contains("planted"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:postgresql://127.0.0.1:x/db", "jdbc:sqlite:content.db"})
  void malformedUri_isRefusedAlsoWhereNothingIsOpened(String uri) {
    assertThrows(ContentConfigurationException.class, () -> provider().check(URI.create(uri)));
    assertThrows(ContentConfigurationException.class, () -> provider().open(URI.create(uri), time));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:/var/content.db", "jdbc:mysql://host/db", "s3://bucket", "x"})
  void otherUri_isNotAccepted(String uri) {
    assertFalse(provider().accepts(URI.create(uri)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:sqlite::memory:",
        "jdbc:sqlite:content.db",
        "jdbc:sqlite:/",
        "jdbc:sqlite:/tmp/content.db?synchronous=OFF",
        "jdbc:sqlite:/tmp/content.db#x"
      })
  void uriWithoutAnAbsolutePathOrWithOptions_isRefused(String uri) {
    ContentException error =
        assertThrows(ContentException.class, () -> provider().open(URI.create(uri), time));
    assertTrue(error.toString().contains("write jdbc:sqlite:/path/to/content.db"));
  }
}
