package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.store.file.FileContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A home goes to PostgreSQL and S3 by the code of the page about moving, and an audit proves it.
 */
@Tag("programme")
@Timeout(120)
final class MoveTest {

  private static final Path SOURCE = Path.of("src/test/java/dev/ingest/cli/Move.java");
  private static final Path PAGE = Path.of("../docs/moving.md");

  @TempDir private Path temp;
  private final Backend.S3 servers;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Cli home;

  MoveTest() throws IOException, SQLException {
    this.servers = Backend.S3.start();
  }

  @BeforeEach
  void fill() throws IOException {
    home = new Cli(temp.resolve("home"));
    Path street = Cli.street(temp.resolve("street"));
    home.submitAndRun(street, "done");
    home.call("submit", street.toString(), "--id", "waiting").hasStatus(0);
    home.call("hold", "done", "--reason", "ticket", "--actor", "carol").hasStatus(0);
  }

  @AfterEach
  void close() throws SQLException {
    servers.close();
  }

  private String sqlite() {
    return "jdbc:sqlite:" + home.home().resolve("ledger.db");
  }

  @Test
  void ledgerAndContent_areTheSameThereAndWorkGoesOn() throws Exception {
    String history = home.call("history", "done", "--json").hasStatus(0).out();
    String before = home.call("status").hasStatus(0).out();
    try (Place.Stores to = servers.place().create(InstantSource.system());
        FileContent from =
            new FileContent(home.home().resolve("content"), InstantSource.system())) {
      Move.content(from.access().store(), to.content().store());
      Move.content(from.access().store(), to.content().store());
    }
    try (Connection from = DriverManager.getConnection(sqlite());
        Connection to = DriverManager.getConnection(servers.ledger())) {
      Move.ledger(from, to);
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> Move.ledger(from, to));
      assertEquals("the ledger on PostgreSQL is not empty", refused.getMessage());
    }
    assertTrue(
        servers.call("audit", "--bytes").hasStatus(0).out().contains("audit complete: 0 findings"));
    servers.call("census", "--recount").hasStatus(0);
    servers.call("confirm", "content", "--reason", "moved", "--actor", "carol").hasStatus(0);
    for (List<String> crossed :
        List.of(
            List.of(sqlite(), servers.content()),
            List.of(servers.ledger(), home.home().resolve("content").toUri().toString()))) {
      Cli.Result refused =
          Cli.callAsIs("status", "--ledger", crossed.get(0), "--content", crossed.get(1))
              .hasStatus(3);
      assertTrue(refused.err().contains("do not belong together"), refused.err());
    }
    assertEquals(history, servers.call("history", "done", "--json").hasStatus(0).out());
    assertEquals(before, servers.call("status").hasStatus(0).out());
    servers.call("run", "--until-idle").hasStatus(0);
    assertTrue(
        servers.call("verify", "waiting").hasStatus(0).out().startsWith("VERIFIED local/waiting"));
    servers.call("audit", "--bytes").hasStatus(0);
  }

  @Test
  void everyTable_isMoved() throws SQLException {
    Set<String> tables = new TreeSet<>();
    try (Connection from = DriverManager.getConnection(sqlite());
        Statement statement = from.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE"
                    + " 'sqlite_%'")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    Set<String> moved = new TreeSet<>(Move.TABLES);
    moved.add("ingest_meta");
    assertEquals(tables, moved);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ledger", "content"})
  void page_hasTheCodeAsItIsHere(String marks) throws IOException {
    String source = Files.readString(SOURCE);
    String first = "  // " + marks + " begins\n";
    int from = source.indexOf(first) + first.length();
    String shown = source.substring(from, source.indexOf("  // " + marks + " ends\n"));
    List<String> lines =
        shown
            .strip()
            .lines()
            .map(line -> line.isBlank() ? "" : line.replaceFirst("^ {2}", ""))
            .toList();
    assertTrue(
        Files.readString(PAGE).contains("```java\n" + String.join("\n", lines).strip() + "\n```"),
        "the page shows other code between the marks of " + marks);
  }
}
