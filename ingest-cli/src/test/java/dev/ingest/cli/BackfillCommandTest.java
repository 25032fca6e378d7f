package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backfills over files and SQLite. */
class BackfillCommandTest {

  private static final String[] WHY = {"--actor", "carol", "--reason", "ticket 4711"};

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    Path broken = temp.resolve("broken.jpg");
    Files.write(broken, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 4});
    for (String owner : new String[] {"alice", "bob"}) {
      cli.call("submit", "--owner", owner, "--id", "bad", broken.toString()).hasStatus(0);
    }
    cli.call("run", "--until-idle").hasStatus(1);
  }

  private Cli.Result call(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "backfill";
    System.arraycopy(args, 0, all, 1, args.length);
    return cli.call(all);
  }

  private Cli.Result decide(String... args) {
    String[] all = new String[args.length + WHY.length];
    System.arraycopy(args, 0, all, 0, args.length);
    System.arraycopy(WHY, 0, all, args.length, WHY.length);
    return call(all);
  }

  @Test
  void anotherPipeline_makesGoodWhatFailed() {
    Cli.Result dry =
        call("plan", "march", "--state", "FAILED", "--weight", "copy=1", "--dry-run").hasStatus(0);
    assertTrue(dry.out().contains("would run 2 sequences of 2 owners"), dry.out());
    assertTrue(dry.out().contains("  2 on copy"), dry.out());
    assertTrue(
        call("status", "march")
            .hasStatus(2)
            .err()
            .startsWith("ingest backfill status: there is no"));
    decide("plan", "march", "--state", "FAILED", "--weight", "copy=1").hasStatus(0);
    Cli.Result would = decide("start", "march", "--dry-run").hasStatus(0);
    assertTrue(would.out().contains("would be:\nmarch  RUNNING  2 planned"), would.out());
    assertEquals("FROZEN", call("status", "march", "--json").hasStatus(0).json().text("phase"));
    decide("start", "march").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(0);
    Json end = call("watch", "march", "--json").hasStatus(0).json();
    assertEquals("COMPLETE", end.text("phase"));
    assertEquals("2", end.text("done"));
    Cli.Result report = call("report", "march", "--outcome", "DONE").hasStatus(0);
    assertTrue(report.out().contains("DONE:\n  alice/bad  VERIFIED, pipeline copy"), report.out());
    assertTrue(report.out().contains("march COMPLETE: 2 planned, 2 done, 0 failed"), report.out());
    assertEquals(1, call("status", "--json").hasStatus(0).json().list("backfills").size());
    assertTrue(cli.call("confirmations").out().contains("backfill march: START"));
  }

  @Test
  void whatFailsAgain_isIncompleteAndNamed() throws IOException {
    Path ids = Files.writeString(temp.resolve("ids"), "alice/bad\ncarl/never\n");
    decide("plan", "march", "--ids", ids.toString()).hasStatus(1);
    decide("start", "march").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(1);
    Json json = call("report", "march", "--json").hasStatus(1).json();
    assertEquals(2, json.list("sequences").size());
    Path file = temp.resolve("report.csv");
    call("report", "march", "--format", "csv", "--output", file.toString()).hasStatus(1);
    String csv = Files.readString(file);
    assertTrue(csv.contains("\"sequence\",\"alice\",\"bad\",\"FAILED\",\"STAGE_REFUSED\""), csv);
    assertTrue(csv.contains("\"sequence\",\"carl\",\"never\",\"UNRECOVERABLE\",\"\""), csv);
    assertTrue(csv.endsWith("\"end\",\"\",\"\",\"INCOMPLETE\",\"\",\"\",\"\",\"\",\"\"\r\n"), csv);
    Cli.Result text = call("report", "march").hasStatus(1);
    assertTrue(text.out().contains("FAILED STAGE_REFUSED:\n  alice/bad"), text.out());
    assertTrue(text.out().contains("held by backfill/march"), text.out());
    decide("cancel", "march").hasStatus(0);
    cli.call("run", "--until-idle");
    assertEquals("CANCELLED", call("status", "march", "--json").json().text("phase"));
  }

  @Test
  void wrongUsage_isSaid() throws IOException {
    call().hasStatus(2);
    call("plan", "march", "--state", "FAILED").hasStatus(2);
    decide("plan", "March").hasStatus(2);
    decide("plan", "march", "--weight", "copy=0").hasStatus(2);
    decide("plan", "march", "--weight", "typo=1").hasStatus(1);
    Path ids = Files.writeString(temp.resolve("ids"), "no slash\n");
    decide("plan", "march", "--ids", ids.toString()).hasStatus(2);
    decide("start", "never").hasStatus(2);
    call("report", "never").hasStatus(2);
  }
}
