package dev.ingest.store.jdbc.url;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

/** Passwords that are changed while a pool lives, and how long it is waited for. */
class ServerPoolTest {

  private static final String FILE = "org.postgresql.pgpassfile";
  private static final String SERVICES = "org.postgresql.pgservicefile";
  private static final String SERVICE = "jdbc:postgresql:///?service=here";
  private static final String PLACE = "jdbc:postgresql://localhost:5/ledger?user=ingest";

  @TempDir Path directory;

  private void isSaid(String password) throws IOException {
    Path file = directory.resolve("pgpass");
    Files.writeString(file, "localhost:5:ledger:ingest:" + password + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    System.setProperty(FILE, file.toString());
  }

  @BeforeEach
  void begin() throws IOException {
    isSaid("first");
  }

  @AfterEach
  void end() {
    System.clearProperty(FILE);
    System.clearProperty(SERVICES);
  }

  /** What the driver does for each connection. */
  private static String forAConnection(PGSimpleDataSource source) {
    Properties given = new Properties();
    given.setProperty("user", String.valueOf(source.getUser()));
    if (source.getPassword() != null) {
      given.setProperty("password", source.getPassword());
    }
    Properties parsed = Driver.parseURL(source.getUrl(), given);
    return parsed == null ? "no password" : String.valueOf(parsed.getProperty("password"));
  }

  private static int answerSeconds(String more) {
    try (HikariDataSource pool = ServerPool.of(URI.create(PLACE + more), "asked")) {
      return ((PGSimpleDataSource) pool.getDataSource()).getSocketTimeout();
    }
  }

  @Test
  void serverThatSaysNothing_isWaitedForAsTheUriSays() {
    assertEquals(ServerPool.ANSWER_SECONDS, answerSeconds(""));
    assertEquals(ServerPool.ANSWER_SECONDS, answerSeconds("&loginTimeout=5"));
    assertEquals(90, answerSeconds("&socketTimeout=90"));
    assertEquals(0, answerSeconds("&socketTimeout=0"));
  }

  /** Whoever asks for a connection goes away after 10 s; who connects for him would stay. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void serverThatTakesConnectionsAndSaysNothing_isLeft() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      URI uri =
          URI.create(
              "jdbc:postgresql://127.0.0.1:%d/ledger?user=ingest&sslmode=disable"
                  .formatted(silent.getLocalPort()));
      try (HikariDataSource pool = ServerPool.of(uri, "silent", 1)) {
        Thread caller = new Thread(() -> assertThrows(SQLException.class, pool::getConnection));
        caller.setDaemon(true);
        caller.start();
        try (Socket first = silent.accept()) {
          first.setSoTimeout(20_000);
          assertTrue(first.getInputStream().readAllBytes().length > 0, "the end of its greeting");
        }
      }
    }
  }

  @Test
  void passwordOfTheFile_isLookedUpForEachConnection() throws IOException {
    PGSimpleDataSource source = ServerPool.source(URI.create(PLACE));
    assertNull(source.getPassword());
    assertEquals("first", forAConnection(source));
    isSaid("second");
    assertEquals("second", forAConnection(source));
  }

  @Test
  void passwordOfTheUri_stays() throws IOException {
    PGSimpleDataSource source = ServerPool.source(URI.create(PLACE + "&password=given"));
    isSaid("second");
    assertEquals("given", forAConnection(source));
  }

  private void isServed(String more) throws IOException {
    Path file = directory.resolve("pg_service.conf");
    Files.writeString(file, "[here]\nhost=localhost\nport=5\ndbname=ledger\nuser=ingest\n" + more);
    System.setProperty(SERVICES, file.toString());
  }

  @Test
  void passwordOfTheService_stays() throws IOException {
    isServed("password=served\n");
    PGSimpleDataSource source = ServerPool.source(URI.create(SERVICE));
    assertEquals("served", forAConnection(source));
  }

  @Test
  void passwordOfTheFileForAService_isLookedUpForEachConnection() throws IOException {
    isServed("");
    PGSimpleDataSource source = ServerPool.source(URI.create(SERVICE));
    assertEquals("first", forAConnection(source));
    isSaid("second");
    assertEquals("second", forAConnection(source));
  }
}
