package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repairs over files and SQLite, whose bytes and rows were changed by hand. */
class RepairCommandTest {

  private static final String[] BY = {"--actor", "carol", "--reason", "ticket 4711"};

  @TempDir private static Path once;
  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeAll
  static void prepareOnce() throws IOException {
    Cli cli = new Cli(once.resolve("home"));
    for (int i = 1; i <= 6; i++) {
      submit(cli, i);
    }
    cli.call("run", "--until-idle").hasStatus(0);
  }

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(once.resolve("home")).copyTo(temp.resolve("home"));
  }

  private static Cli.Result submit(Cli cli, int i) throws IOException {
    Path folder = Files.createDirectories(once.resolve("f" + i));
    Files.writeString(folder.resolve("a.txt"), "first of " + i);
    Files.writeString(folder.resolve("b.txt"), "second of " + i);
    return cli.call("submit", "--pipeline", "copy", "--id", "s" + i, folder.toString());
  }

  private Cli.Result repair(String... args) {
    String[] all = new String[args.length + BY.length + 1];
    all[0] = "repair";
    System.arraycopy(args, 0, all, 1, args.length);
    System.arraycopy(BY, 0, all, args.length + 1, BY.length);
    return cli.call(all);
  }

  private List<Path> files(String area, String id) throws IOException {
    String place = SequencePlace.of(SequenceKey.of("local", id)).value();
    return cli.stored(area, file -> file.toString().contains(place)).stream().sorted().toList();
  }

  private static void flip(Path file) throws IOException {
    assertTrue(file.toFile().setWritable(true));
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      int first = open.read();
      open.seek(0);
      open.write(first ^ 1);
    }
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + cli.home().resolve("ledger.db"));
        Statement one = connection.createStatement()) {
      assertEquals(1, one.executeUpdate(statement), statement);
    }
  }

  private static Path copyAside(Path item, String session) throws IOException {
    Path part = item.resolve("../../../" + session + "/0000").normalize();
    return Files.copy(
        item, Files.createDirectories(part).resolve(String.valueOf(item.getFileName())));
  }

  @Test
  void fileThatIsCutOffBehindAFinding_repairsNothing() throws IOException {
    Files.delete(files("run", "s1").get(0));
    Files.delete(files("run", "s2").get(0));
    String whole = cli.call("audit", "--bytes", "--json").hasStatus(1).out();
    Path file = temp.resolve("cut.json");
    Files.writeString(file, whole.substring(0, whole.lastIndexOf("\"kind\"")));
    assertEquals("", repair("--findings", file.toString(), "--json").hasStatus(2).out());
    String states = cli.call("status").out();
    assertTrue(states.lines().noneMatch(line -> line.contains("FAILED")), states);
  }

  @Test
  void damageByHand_isRepairedByWhatTheAuditPrintedAndCleanAfterwards() throws IOException {
    Files.delete(files("run", "s1").get(0));
    flip(files("run", "s2").get(1));
    Path orphan = copyAside(files("raw", "s3").get(0), "ab".repeat(16));
    Path file = temp.resolve("findings.json");
    Files.writeString(file, cli.call("audit", "--bytes", "--json").hasStatus(1).out());
    Cli.Result dry = repair("--findings", file.toString(), "--dry-run").hasStatus(0);
    assertTrue(dry.out().contains("PLANNED"), dry.out());
    cli.call("audit", "--json", "--bytes").hasStatus(1);
    Json done = repair("--findings", file.toString(), "--json").hasStatus(0).json();
    assertEquals(3, done.list("repairs").size(), done::toString);
    for (Json one : done.list("repairs")) {
      assertEquals("DONE", one.text("outcome"));
    }
    cli.call("run", "--until-idle").hasStatus(0);
    Cli.Result audit = cli.call("audit", "--bytes", "--history").hasStatus(0);
    assertTrue(audit.out().contains("; 1 keys, 10 bytes set aside"), audit.out());
    assertTrue(Files.exists(orphan));
    repair("--findings", file.toString()).hasStatus(0);
  }

  @Test
  void everything_isAuditedAndRepairedInOneCommand() throws IOException {
    Files.delete(files("run", "s1").get(2));
    copyAside(files("raw", "s2").get(0), "cd".repeat(16));
    repair("--all").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(0);
    cli.call("audit", "--bytes").hasStatus(0);
    repair("--all").hasStatus(0);
  }

  @Test
  void rawBytesGoneBehindAResult_needAPersonAndADuplicateChangesNothing() throws IOException {
    Files.delete(files("raw", "s4").get(0));
    Cli.Result needed = repair("s4").hasStatus(1);
    assertTrue(needed.err().contains("local/s4 needs a person"), needed.err());
    submit(cli, 4).hasStatus(0);
    assertFalse(cli.call("history", "s4").out().contains("READMITTED"));
    assertTrue(cli.call("status", "--id", "s4").out().contains("VERIFIED"));
  }

  @Test
  void whatCannotBeRead_isListedAmongTheRepairs() throws IOException {
    Path item = files("raw", "s4").get(0);
    Files.delete(item);
    Files.createDirectories(item.resolve("in the way"));
    Json done = repair("s4", "--json").hasStatus(3).json();
    assertEquals("UNREAD", done.list("repairs").get(0).text("outcome"), done::toString);
    assertTrue(done.list("repairs").get(0).text("what").contains("s4"), done::toString);
  }

  @Test
  void otherBytesOverDamage_areAConflict() throws IOException {
    Files.delete(files("raw", "s4").get(0));
    Path folder = Files.createDirectories(temp.resolve("other"));
    Files.writeString(folder.resolve("a.txt"), "not the same");
    cli.call("submit", "--pipeline", "copy", "--id", "s4", folder.toString()).hasStatus(1);
  }

  @Test
  void aLedgerChangedByHand_needsAPerson() throws SQLException {
    sql("DELETE FROM history WHERE id = 's5' AND ordinal = 2");
    Cli.Result result = repair("s5").hasStatus(1);
    assertTrue(result.out().contains("HISTORY_BROKEN local/s5 (EXAMINE): NEEDS_PERSON"));
  }

  @Test
  void whatIsSetAside_isListedAndTakenBack() throws IOException {
    copyAside(files("raw", "s6").get(0), "ef".repeat(16));
    repair("s6").hasStatus(0);
    Json listed = cli.call("quarantine", "list", "--json").hasStatus(0).json();
    assertEquals(1, listed.list("setAside").size());
    Json one = listed.list("setAside").get(0);
    assertEquals("s6", one.text("sequence"));
    assertEquals("carol", one.text("actor"));
    assertTrue(cli.call("quarantine", "list").out().contains("1 keys, 10 bytes set aside"));
    cli.call("audit").hasStatus(0);
    cli.call("quarantine", "release", "s6").hasStatus(2);
    cli.call("quarantine", "release", "s6", BY[0], BY[1], BY[2], BY[3]).hasStatus(0);
    assertFalse(cli.call("quarantine", "list").out().contains("local/s6"));
    cli.call("audit").hasStatus(1);
  }

  @Test
  void wrongUsage_isToldAndNothingIsDone() throws IOException {
    repair().hasStatus(2);
    repair("s1", "--all").hasStatus(2);
    repair("--bytes", "s1").hasStatus(2);
    repair("nowhere").hasStatus(2);
    repair("--findings", temp.resolve("none").toString()).hasStatus(2);
    Path file = temp.resolve("cut.json");
    Files.writeString(file, "{\"findings\":[{\"kind\":\"STUCK\"");
    repair("--findings", file.toString()).hasStatus(2);
    Files.writeString(file, "{\"findings\":[{\"kind\":\"STUCK\"}],\"complete\":true}");
    assertTrue(repair("--findings", file.toString()).hasStatus(2).err().contains("a field"));
    Files.writeString(file, "{\"findings\":[],\"complete\":false}");
    repair("--findings", file.toString()).hasStatus(3);
    Files.writeString(file, "{\"findings\":[],\"complete\":true}");
    repair("--findings", file.toString()).hasStatus(0);
    cli.call("repair", "s1").hasStatus(2);
  }
}
