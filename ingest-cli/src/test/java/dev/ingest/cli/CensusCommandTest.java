package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The census over files and SQLite, of which one count was changed by hand. */
class CensusCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    for (int i = 1; i <= 3; i++) {
      Path folder = Files.createDirectories(temp.resolve("f" + i));
      Files.writeString(folder.resolve("a.txt"), "text " + i);
      cli.call("submit", "--pipeline", "copy", "--id", "s" + i, folder.toString()).hasStatus(0);
    }
    cli.call("run", "--until-idle").hasStatus(0);
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + cli.home().resolve("ledger.db"));
        Statement one = connection.createStatement()) {
      assertTrue(one.executeUpdate(statement) > 0, statement);
    }
  }

  @Test
  void rightCounts_areStatusZero() {
    String table = cli.call("census").hasStatus(0).out();
    assertTrue(table.lines().findFirst().orElseThrow().startsWith("hour"), table);
    assertTrue(table.contains("copy"), table);
    Json json = cli.call("census", "--json").hasStatus(0).json();
    assertEquals("true", json.text("consistent"));
    assertEquals(3, json.object("totals").number("accepted"));
    assertEquals(3, json.object("totals").number("verified"));
    assertEquals(0, cli.call("census", "--recount").hasStatus(0).err().length());
    assertEquals(
        0,
        cli.call("census", "--json", "--owner", "nobody").hasStatus(0).json().number("cellCount"));
    assertEquals(
        0,
        cli.call("census", "--json", "--to", "2020-01-01T00:00:00Z")
            .hasStatus(0)
            .json()
            .number("cellCount"));
  }

  @Test
  void wrongCounts_areNamedAndCorrected() throws SQLException {
    sql("UPDATE census SET accepted = accepted + 1 WHERE owner = 'local'");
    String out = cli.call("census").hasStatus(1).out();
    assertTrue(out.contains("DIFFERS") && out.contains("copy local"), out);
    List<Json> cells = cli.call("census", "--recount", "--json").hasStatus(1).json().list("cells");
    assertTrue(cells.stream().anyMatch(cell -> cell.text("consistent").equals("false")));
    cli.call("census", "--recount", "--correct").hasStatus(2);
    cli.call("census", "--recount", "--correct", "--actor", "ann", "--reason", "changed by hand")
        .hasStatus(0);
    cli.call("census", "--recount").hasStatus(0);
    cli.call("census").hasStatus(0);
    String kept = cli.call("confirmations").hasStatus(0).out();
    assertTrue(kept.contains("ann") && kept.contains("changed by hand"), kept);
  }

  @Test
  void badTime_isWrongUsage() {
    cli.call("census", "--from", "yesterday").hasStatus(2);
  }
}
