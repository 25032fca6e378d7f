package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequencePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports over files and SQLite. */
class ReportCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    Path good = Files.writeString(temp.resolve("good.txt"), "good");
    Path broken = temp.resolve("broken.jpg");
    Files.write(broken, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 4});
    submit("alice", "good", good);
    submit("alice", "bad", broken);
    submit("bob", "bad", broken);
    cli.call("run", "--until-idle").hasStatus(1);
  }

  private void submit(String owner, String id, Path path) {
    cli.call("submit", "--owner", owner, "--id", id, path.toString()).hasStatus(0);
  }

  @Test
  void failedOnes_areNamedByOwner() {
    Cli.Result people = cli.call("report", "--state", "FAILED").hasStatus(1);
    assertTrue(people.out().contains("alice/bad  FAILED since "), people.out());
    assertTrue(people.out().contains("  alice: 1 affected: FAILED 1\n"), people.out());
    assertTrue(people.out().contains("COMPLETE: 2 affected, of 2 owners"), people.out());
    Json json = cli.call("report", "--state", "failed", "--json").hasStatus(1).json();
    assertEquals("2", json.text("affected"));
    assertEquals("true", json.text("complete"));
    assertEquals(2, json.list("owners").size());
  }

  @Test
  void questionThatNothingAnswers_isStatusZero() {
    cli.call("report", "--state", "LOST").hasStatus(0);
    cli.call("report", "--code", "NEVER").hasStatus(0);
    cli.call("report", "--for-pipeline", "copy").hasStatus(0);
    cli.call("report", "--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z")
        .hasStatus(0);
    cli.call(
            "report", "--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z", "--touched")
        .hasStatus(0);
    cli.call("report", "--node-version", "never").hasStatus(0);
  }

  /** An empty answer about a mistyped owner looks like good news. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "status --json",
        "census",
        "census --json",
        "report",
        "report --json",
        "report --state FAILED",
        "backfill plan march --dry-run --reason r --actor a"
      })
  void ownerOfWhomNothingIsKnown_isNamedOnTheErrorStream(String line) {
    String word = "no sequence of owner \"nobody\" is known to this ledger\n";
    Cli.Result typo = cli.call((line + " --owner nobody").split(" ")).hasStatus(0);
    assertEquals(word, typo.err());
    Cli.Result known = cli.call((line + " --owner alice").split(" "));
    assertFalse(known.err().contains("is known to this ledger"), known.err());
  }

  @Test
  void nodeVersion_isFoundInHistories() {
    String version = EngineCommand.codeVersion();
    Cli.Result all = cli.call("report", "--node-version", version).hasStatus(1);
    assertTrue(all.out().contains("COMPLETE: 3 affected, of 2 owners"), all.out());
  }

  @Test
  void owner_seesOwnSequencesAndNoWordOfAStage() {
    Cli.Result alice = cli.call("report", "--owner", "alice").hasStatus(1);
    assertTrue(alice.out().contains("bad  FAILED since "), alice.out());
    assertTrue(alice.out().contains("good  PUBLISHED since "), alice.out());
    assertTrue(!alice.out().contains("bob") && !alice.out().contains("CORRUPT"), alice.out());
    Json json = cli.call("report", "--owner", "alice", "--json").hasStatus(1).json();
    assertEquals(2, json.list("sequences").size());
    cli.call("report", "--owner", "nobody").hasStatus(0);
  }

  @Test
  void output_isWholeAndReplacesWhatWasThere() throws IOException {
    Path file = Files.writeString(temp.resolve("report.csv"), "before");
    cli.call("report", "--format", "CSV", "--output", file.toString()).hasStatus(1);
    List<String> rows = Files.readAllLines(file);
    assertTrue(rows.get(rows.size() - 1).endsWith("\"3\",\"COMPLETE\""), rows::toString);
    try (Stream<Path> left = Files.list(temp)) {
      assertTrue(left.noneMatch(path -> path.toString().endsWith(".part")));
    }
  }

  @Test
  void findings_areJoinedAndIncompleteOnesSaidSo() throws IOException {
    Path file = temp.resolve("findings.json");
    String raw = finding("RAW_MISSING", "\"bad\"", "\"bob\"");
    String stuck = finding("STUCK", "\"good\"", "\"alice\"");
    Files.writeString(file, "{\"findings\":[" + raw + "," + stuck + "],\"complete\":true}");
    Cli.Result both = cli.call("report", "--findings", file.toString()).hasStatus(1);
    assertTrue(both.out().contains("COMPLETE: 2 affected"), both.out());
    Cli.Result one =
        cli.call("report", "--findings", file.toString(), "--kind", "STUCK").hasStatus(1);
    assertTrue(one.out().contains("COMPLETE: 1 affected"), one.out());
    cli.call("report", "--findings", file.toString(), "--kind", "STUK").hasStatus(2);
    Cli.Result alice =
        cli.call("report", "--owner", "alice", "--findings", file.toString()).hasStatus(1);
    assertTrue(alice.out().contains("COMPLETE: 1 affected"), alice.out());
    assertFalse(alice.out().contains("bob"), alice.out());
    String nameless = finding("EXTRA_BYTES", "null", "null");
    Files.writeString(file, "{\"findings\":[" + nameless + "],\"complete\":false}");
    Cli.Result open = cli.call("report", "--findings", file.toString()).hasStatus(3);
    assertTrue(open.out().contains("INCOMPLETE: 0 affected"), open.out());
    Files.writeString(file, "{\"findings\":[" + raw + "],\"complete\":true}{\"findings\":[");
    cli.call("report", "--findings", file.toString()).hasStatus(2);
    Files.writeString(file, "{\"findings\":[{\"kind\":\"STUCK\"");
    cli.call("report", "--findings", file.toString()).hasStatus(2);
  }

  private static String finding(String kind, String sequence, String owner) {
    return ("{\"kind\":\"%s\",\"sequence\":%s,\"owner\":%s,\"place\":\"%s\",\"later\":[1],"
            + "\"expected\":\"one\",\"actual\":\"other\",\"remedy\":\"RERUN\"}")
        .formatted(kind, sequence, owner, SequencePlace.LAST);
  }

  @Test
  void ledgerWithAPolicyOfItsOwn_isReportedOnByIt() throws IOException {
    cli = new Cli(temp.resolve("other"));
    Path file = Files.writeString(temp.resolve("one.txt"), "one");
    cli.call("submit", "--pipeline", "copy", "--id", "one", file.toString()).hasStatus(0);
    cli.call("report", "--format", "CSV").hasStatus(1);
    cli.call("run", "--until-idle", "--grace", "2d", "--unproven", "DISCARD").hasStatus(0);
    Json json = cli.call("report", "--json").hasStatus(1).json();
    Json one = json.list("owners").get(0).list("sequences").get(0);
    assertEquals(
        Duration.ofDays(2),
        Duration.between(
            Instant.parse(one.text("expiresAt")), Instant.parse(one.text("recoverableUntil"))));
  }

  @Test
  void wrongUsage_isStatusTwo() {
    cli.call("report", "--from", "yesterday", "--to", "today").hasStatus(2);
    cli.call("report", "--from", "2026-01-01T00:00:00Z").hasStatus(2);
    cli.call("report", "--touched").hasStatus(2);
    cli.call("report", "--kind", "STUCK").hasStatus(2);
  }

  @Test
  void noticesWithoutANotifier_areNone() {
    Cli.Result none = cli.call("notices").hasStatus(0);
    assertTrue(none.out().contains("0 notices wait"), none.out());
    assertTrue(none.out().contains("notices are not written"), none.out());
  }

  @Test
  void endOfNotices_needsWhoAndWhyAndIsRecorded() {
    for (String option : List.of("--end", "--send-again")) {
      Cli.Result refused = cli.call("notices", option, "--actor", "carol").hasStatus(2);
      assertTrue(refused.err().contains("0 notices wait"), refused.err());
    }
    assertTrue(!cli.call("confirmations").out().contains("NOTICES"));
    Cli.Result ended =
        cli.call("notices", "--end", "--actor", "carol", "--reason", "no mail").hasStatus(0);
    assertTrue(ended.err().contains("0 that wait are given up"), ended.err());
    String kept = cli.call("confirmations").hasStatus(0).out();
    assertTrue(kept.contains("NOTICES") && kept.contains("carol"), kept);
    assertTrue(kept.contains("no mail"), kept);
  }
}
