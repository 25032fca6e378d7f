package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit over files and SQLite, whose bytes and rows were changed by hand. */
class AuditCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private final Map<String, String> receipts = new TreeMap<>();

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    for (int i = 1; i <= 12; i++) {
      Path folder = Files.createDirectories(temp.resolve("f" + i));
      Files.writeString(folder.resolve("a.txt"), "first of " + i);
      Files.writeString(folder.resolve("b.txt"), "second of " + i);
      String id = "s%02d".formatted(i);
      receipts.put(
          id,
          cli.call("submit", "--pipeline", "copy", "--id", id, folder.toString())
              .hasStatus(0)
              .out());
    }
    cli.call("run", "--until-idle").hasStatus(0);
  }

  private Path receiptFile(String text) throws IOException {
    return Files.writeString(temp.resolve("receipts.txt"), text);
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + cli.home().resolve("ledger.db"));
        Statement one = connection.createStatement()) {
      assertEquals(1, one.executeUpdate(statement), statement);
    }
  }

  private List<Path> files(String area, String id) throws IOException {
    String place = SequencePlace.of(SequenceKey.of("local", id)).value();
    return cli.stored(area, file -> file.toString().contains(place)).stream().sorted().toList();
  }

  private static void truncate(Path file) throws IOException {
    assertTrue(file.toFile().setWritable(true));
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(1);
    }
  }

  @Test
  void everythingAsItMustBe_isCleanAndComplete() throws IOException {
    Path known = receiptFile(String.join("\n", receipts.values()));
    Cli.Result people =
        cli.call("audit", "--history", "--bytes", "--receipts", known.toString()).hasStatus(0);
    assertTrue(people.out().contains("audit complete: 0 findings; 12 sequences, 72 stored keys"));
    assertTrue(people.out().contains("and 12 receipts looked at"), people.out());
    Json json = cli.call("audit", "--json").hasStatus(0).json();
    assertEquals(List.of(), json.list("findings"));
    assertEquals("true", json.text("complete"));
  }

  @Test
  void discrepanciesByHand_areAllNamedAndNothingElse() throws IOException, SQLException {
    Path known = receiptFile(String.join("\n", receipts.values()));
    Files.delete(files("raw", "s01").get(0));
    Files.delete(files("run", "s02").get(1));
    truncate(files("raw", "s03").get(1));
    Cli.flip(files("run", "s04").get(0));
    Path stray = files("run", "s05").get(0);
    Files.copy(stray, stray.resolveSibling(stray.getFileName().toString().replace("00", "01")));
    for (Path raw : files("raw", "s06")) {
      Files.delete(raw);
    }
    sql("UPDATE entries SET proven_at = NULL WHERE id = 's07'");
    sql("DELETE FROM history WHERE id = 's08' AND ordinal = 3");
    sql("DELETE FROM entries WHERE id = 's09'");
    sql("UPDATE history SET detail = 'altered' WHERE id = 's10' AND ordinal = 1");

    Cli.Result result =
        cli.call("audit", "--history", "--bytes", "--json", "--receipts", known.toString())
            .hasStatus(1);
    Map<String, String> kinds =
        result.json().list("findings").stream()
            .collect(
                Collectors.toMap(
                    (Function<Json, String>) finding -> finding.text("sequence"),
                    finding -> finding.text("kind"),
                    (one, other) -> one + " and " + other,
                    TreeMap::new));
    Map<String, String> expected = new TreeMap<>();
    expected.put("s01", "RAW_MISSING");
    expected.put("s02", "RESULT_MISSING");
    expected.put("s03", "RAW_DIFFERS");
    expected.put("s04", "RESULT_DIFFERS");
    expected.put("s05", "EXTRA_BYTES");
    expected.put("s06", "DELETED_EARLY");
    expected.put("s07", "UNPROVEN");
    expected.put("s08", "HISTORY_BROKEN");
    expected.put("s09", "ENTRY_MISSING");
    expected.put("s10", "HISTORY_BROKEN");
    assertEquals(expected, kinds, result.out());
    assertEquals("true", result.json().text("complete"));
  }

  @Test
  void brokenHistory_isNamedUnlessHistoriesAreLeftOut() throws SQLException {
    sql("UPDATE history SET actor = 'mallory' WHERE id = 's01' AND ordinal = 3");
    assertTrue(cli.call("audit").hasStatus(1).out().contains("HISTORY_BROKEN local/s01"));
    cli.call("audit", "--history").hasStatus(1);
    cli.call("audit", "--no-history").hasStatus(0);
    String[] repair = {"repair", "--all", "--actor", "carol", "--reason", "told"};
    assertTrue(cli.call(repair).hasStatus(1).out().contains("local/s01"));
    String[] without = {"repair", "--all", "--no-history", "--actor", "carol", "--reason", "told"};
    cli.call(without).hasStatus(0);
    cli.call("repair", "s01", "--no-history", "--actor", "carol", "--reason", "told").hasStatus(2);
  }

  @Test
  void receiptsThatAreNone_areWrongUsage() throws IOException {
    for (String text :
        List.of(
            "", "nothing\n", "receipt local/x\n", "receipt local/x\n  root y\n", "receipt x\n")) {
      Cli.Result refused =
          cli.call("audit", "--receipts", receiptFile(text).toString()).hasStatus(2);
      assertTrue(refused.err().contains("receipts.txt"), refused.err());
    }
    cli.call("audit", "--receipts", temp.resolve("absent").toString()).hasStatus(2);
    cli.call("audit", "--per-second", "0").hasStatus(2);
    cli.call("audit", "--ranges", "0").hasStatus(2);
    cli.call("audit", "--ranges", "17").hasStatus(2);
    cli.call("audit", "--stuck-after", "0s").hasStatus(2);
  }

  @Test
  void receiptThatTheLedgerDoesNotKnow_isNamed() throws IOException {
    Path known = receiptFile(receipts.getOrDefault("s01", "").replace("local/s01", "local/never"));
    Cli.Result result = cli.call("audit", "--receipts", known.toString()).hasStatus(1);
    assertTrue(result.out().contains("ENTRY_MISSING local/never"), result.out());
    assertTrue(result.err().contains("audit complete: 1 ENTRY_MISSING"), result.err());
  }

  @Test
  void severalRangesAtATime_findWhatOneFinds() throws IOException {
    for (int i = 1; i <= 12; i += 2) {
      Files.delete(files("raw", "s%02d".formatted(i)).get(0));
    }
    List<String> alone =
        cli.call("audit", "--ranges", "1").hasStatus(1).out().lines().sorted().toList();
    assertEquals(6, alone.stream().filter(line -> line.startsWith("RAW_MISSING ")).count());
    for (String ranges : List.of("2", "16")) {
      for (String kept : List.of("", "--name=shared" + ranges)) {
        Cli.Result result =
            kept.isEmpty()
                ? cli.call("audit", "--ranges", ranges)
                : cli.call("audit", "--ranges", ranges, kept);
        assertEquals(alone, result.hasStatus(1).out().lines().sorted().toList());
      }
    }
  }
}
