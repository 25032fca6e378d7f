package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scrub over files and SQLite, whose bytes rotted. */
class ScrubCommandTest {

  @TempDir private static Path once;
  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeAll
  static void prepareOnce() throws IOException {
    Cli cli = new Cli(once.resolve("home"));
    for (int i = 1; i <= 6; i++) {
      Path folder = Files.createDirectories(once.resolve("f" + i));
      Files.writeString(folder.resolve("a.txt"), "first of " + i);
      Files.writeString(folder.resolve("b.txt"), "second of " + i);
      cli.call("submit", "--pipeline", "copy", "--id", "s" + i, folder.toString()).hasStatus(0);
    }
    cli.call("run", "--until-idle").hasStatus(0);
  }

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(once.resolve("home")).copyTo(temp.resolve("home"));
  }

  private Path file(String area, String id) throws IOException {
    String place = SequencePlace.of(SequenceKey.of("local", id)).value();
    return cli.stored(area, file -> file.toString().contains(place)).stream()
        .sorted()
        .toList()
        .get(0);
  }

  private String provenAt(String id) {
    return cli.call("verify", "--json", id).hasStatus(0).json().text("provenAt");
  }

  @Test
  void everythingWhole_isProvenAndDated() {
    String before = provenAt("s1");
    Cli.Result done = cli.call("scrub", "--older-than", "0s").hasStatus(0);
    assertTrue(done.out().contains("scrub complete: 6 proven, 0 damaged, 0 unread, 0 left;"));
    assertTrue(provenAt("s1").compareTo(before) > 0, before);
    String status = cli.call("status", "--id", "s1").hasStatus(0).out();
    assertTrue(status.contains("proven " + provenAt("s1")), status);
    assertTrue(cli.call("history", "s1").hasStatus(0).out().contains("PROOF_RENEWED"));
    Cli.Result nothing = cli.call("scrub", "--json").hasStatus(0);
    assertEquals("0", nothing.json().text("proven"), "nothing is 30 days old");
  }

  @Test
  void reverify_datesTheProofOrRecordsDamageWithWhoAndWhy() throws IOException {
    String[] whole = {"reverify", "s1", "--actor", "carol", "--reason", "a disk was replaced"};
    String before = provenAt("s1");
    assertTrue(cli.call(with(whole, "--dry-run")).hasStatus(0).out().startsWith("would be"));
    assertEquals(before, provenAt("s1"));
    Json proven = cli.call(with(whole, "--json")).hasStatus(0).json();
    assertEquals("PROVEN", proven.text("outcome"));
    assertEquals(provenAt("s1"), proven.text("provenAt"));
    assertTrue(provenAt("s1").compareTo(before) > 0, before);
    assertTrue(cli.call("history", "s1").hasStatus(0).out().contains("a disk was replaced"));

    Cli.flip(file("run", "s2"));
    Cli.Result damaged =
        cli.call("reverify", "s2", "--actor", "carol", "--reason", "as above").hasStatus(1);
    assertTrue(damaged.out().startsWith("local/s2 DAMAGED: FAILED"), damaged.out());
    assertTrue(damaged.out().contains("\nRESULT_DIFFERS local/s2 item"), damaged.out());
  }

  private static String[] with(String[] command, String option) {
    String[] all = Arrays.copyOf(command, command.length + 1);
    all[command.length] = option;
    return all;
  }

  @Test
  void flippedBits_areFoundAndTold() throws IOException {
    Cli.flip(file("run", "s2"));
    Cli.flip(file("raw", "s3"));
    Cli.Result result = cli.call("scrub", "--json", "--older-than", "0s").hasStatus(1);
    List<Json> found = result.json().list("sequences");
    assertEquals(
        List.of("s2 DAMAGED", "s3 DAMAGED"),
        found.stream()
            .map(one -> one.text("sequence") + " " + one.text("outcome"))
            .sorted()
            .toList());
    assertEquals("4", result.json().text("proven"));
    assertEquals("true", result.json().text("complete"));
    String told = cli.call("run", "--until-idle").hasStatus(1).err();
    assertTrue(told.contains("local/s2 FAILED RESULT_DAMAGED"), told);
    String history = cli.call("history", "s3").hasStatus(0).out();
    assertTrue(history.contains("RAW_DAMAGED"), history);
    String failed = cli.call("status", "--id", "s2").out();
    assertTrue(failed.contains("RESULT_DAMAGED"), failed);
    assertTrue(failed.contains("raw       read last, or failed, "), failed);
  }

  @Test
  void whatCannotBeRead_isNamedAndDueStill() throws IOException {
    Path item = file("run", "s4");
    byte[] bytes = Files.readAllBytes(item);
    Files.delete(item);
    Files.createDirectory(item);
    Cli.Result result = cli.call("scrub", "--older-than", "0s").hasStatus(3);
    assertTrue(result.out().contains("UNREAD VERIFIED local/s4"), result.out());
    assertTrue(result.err().contains("5 proven, 0 damaged, 1 unread"), result.err());
    Files.delete(item);
    Files.write(item, bytes);
    Cli.Result again = cli.call("scrub", "--older-than", "0s").hasStatus(0);
    assertTrue(again.out().contains("6 proven"), again.out());
  }

  @Test
  void limit_leavesWhatWasProvenLastToTheNextTime() {
    Cli.Result first = cli.call("scrub", "--older-than", "0s", "--limit", "4").hasStatus(3);
    assertTrue(first.out().contains("INCOMPLETE: 4 proven, 0 damaged, 0 unread, 2 left"));
    Cli.Result second = cli.call("scrub", "--older-than", "0s", "--limit", "2").hasStatus(3);
    assertTrue(second.out().contains("2 proven"), second.out());
    for (int i = 1; i <= 6; i++) {
      String rows = cli.call("history", "s" + i).hasStatus(0).out();
      assertEquals(rows.indexOf("PROOF_RENEWED"), rows.lastIndexOf("PROOF_RENEWED"), rows);
      assertFalse(rows.indexOf("PROOF_RENEWED") < 0, rows);
    }
  }

  @Test
  void wrongNumbers_areWrongUsage() {
    cli.call("scrub", "--limit", "0").hasStatus(2);
    cli.call("scrub", "--bytes-per-second", "1000").hasStatus(2);
    cli.call("scrub", "--older-than", "soon").hasStatus(2);
  }
}
