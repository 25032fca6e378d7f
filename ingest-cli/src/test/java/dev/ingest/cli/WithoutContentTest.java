package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands can do while the content does not open. */
class WithoutContentTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));
  private Path street = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    street = Cli.street(temp.resolve("street"));
  }

  @Test
  void contentThatDoesNotOpen_leavesWhatTheLedgerSaysAndHolds() throws IOException {
    cli.call("submit", street.toString(), "--id", "s1").hasStatus(0);
    Path marker = cli.home().resolve("content").resolve("ingest-content");
    String marked = Files.readString(marker);
    Files.writeString(marker, "ingest-content 2\n");
    for (String command :
        List.of("status", "history s1", "watch --once", "at-risk", "nodes", "alerts")) {
      Cli.Result result = cli.call(command.split(" "));
      assertTrue(result.status() == 3 || result.status() == 1, result::err);
      assertTrue(result.err().contains("the content does not answer: "), result.err());
      assertTrue(result.err().contains("ingest-content 2"), result.err());
    }
    assertTrue(cli.call("status").hasStatus(3).out().contains("ACCEPTED   local/s1"));
    assertTrue(cli.call("history", "s1").out().contains("ACCEPTED"));
    cli.call("hold", "s1", "--actor", "carol", "--reason", "the disk").hasStatus(0);
    assertTrue(cli.call("history", "s1").out().contains("by carol"));
    cli.call("release", "s1", "--actor", "carol", "--reason", "mended").hasStatus(0);
    cli.call("verify", "s1").hasStatus(3);
    cli.call("run", "--until-idle").hasStatus(3);
    Files.writeString(marker, marked);
    cli.call("run", "--until-idle").hasStatus(0);
  }

  @Test
  void contentThatDoesNotOpen_isNotInTheWayOfWhatIsDecidedByTheLedger() throws IOException {
    String[] why = {"--actor", "carol", "--reason", "the disk"};
    cli.submitAndRun(street, "s1");
    cli.call(with(why, "route set --weight photos=9 --weight copy=1")).hasStatus(0);
    cli.call(with(why, "backfill plan march --per-second 1 --owner local")).hasStatus(0);
    Files.writeString(
        cli.home().resolve("content").resolve("ingest-content"), "ingest-content 2\n");
    for (String shown :
        List.of(
            "route",
            "route history",
            "notices",
            "backfill status march",
            "backfill watch march",
            "backfill report march",
            "report")) {
      Cli.Result result = cli.call(shown.split(" "));
      assertTrue(result.status() == 3 || result.status() == 1, shown + result.err());
      assertTrue(result.err().contains("the content does not answer: "), result.err());
      assertFalse(result.out().isEmpty(), shown);
    }
    for (String decided :
        List.of(
            "route rollback --candidate copy",
            "route set --weight photos=1 --weight copy=2",
            "notices --end",
            "backfill start march",
            "backfill cancel march",
            "confirm time",
            "confirm policy --grace 4d")) {
      Cli.Result result = cli.call(with(why, decided)).hasStatus(0);
      assertTrue(result.err().contains("the content does not answer: "), result.err());
    }
    cli.call(with(why, "confirm ledger")).hasStatus(3);
    cli.call(with(why, "reverify s1")).hasStatus(3);
  }

  private static String[] with(String[] more, String command) {
    return Stream.concat(Stream.of(command.split(" ")), Stream.of(more)).toArray(String[]::new);
  }
}
