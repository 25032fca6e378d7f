package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger under the content of another. */
class BindingCommandTest {

  @TempDir private Path temp;

  @BeforeEach
  void prepare() throws IOException {
    Path file = Files.writeString(temp.resolve("good.txt"), "wet road");
    for (String home : List.of("one", "other")) {
      Cli cli = new Cli(temp.resolve(home));
      cli.call("submit", file.toString(), "--id", "good", "--pipeline", "copy").hasStatus(0);
      cli.call("run", "--until-idle").hasStatus(0);
    }
  }

  /** Calls a command on the ledger of one home and the content of the other. */
  private Cli.Result mixed(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(
        List.of(
            "--ledger",
            "jdbc:sqlite:" + temp.resolve("one").resolve("ledger.db"),
            "--content",
            "file:" + temp.resolve("other").resolve("content")));
    return Cli.callAsIs(all.toArray(String[]::new));
  }

  @Test
  void everyCommand_namesBothAndDoesNothing() {
    for (List<String> command :
        List.of(
            List.of("status"),
            List.of("verify", "good"),
            List.of("run", "--until-idle"),
            List.of("submit", temp.resolve("good.txt").toString()),
            List.of("expire", "--dry-run"))) {
      String told = mixed(command.toArray(String[]::new)).hasStatus(3).err();
      assertTrue(told.contains(temp.resolve("one").resolve("ledger.db").toString()), told);
      assertTrue(told.contains(temp.resolve("other").resolve("content").toString()), told);
    }
    assertEquals(
        "VERIFIED",
        new Cli(temp.resolve("one"))
            .call("status", "--json")
            .hasStatus(0)
            .sequence()
            .text("state"));
  }

  /** Also the commands that need the ledger alone: two URIs may be any two. */
  @Test
  void contentWithoutKeysThatIsNotTheLedgers_isNotTakenForOneThatDoesNotAnswer()
      throws IOException {
    Path keys = temp.resolve("other").resolve("content").resolve("content");
    KillLoopTest.delete(keys.resolve("raw"));
    KillLoopTest.delete(keys.resolve("run"));
    assertTrue(assertNothingIsHeld().contains("belongs to ledger"), "bound to another");
    KillLoopTest.delete(keys.resolve("ledger"));
    assertTrue(assertNothingIsHeld().contains("ledger/binding"), "bound to none");
  }

  @Test
  void contentOfTheLedgerWithoutKeys_isRefusedByItsUri() throws IOException {
    Path own = temp.resolve("one").resolve("content");
    KillLoopTest.delete(own.resolve("content").resolve("raw"));
    KillLoopTest.delete(own.resolve("content").resolve("run"));
    Path other = temp.resolve("other").resolve("content");
    KillLoopTest.delete(other);
    Files.move(own, other);
    assertTrue(assertNothingIsHeld().contains("sequences whose bytes are kept"));
  }

  private String assertNothingIsHeld() {
    String told = "";
    for (String act : List.of("hold", "release")) {
      told = mixed(act, "good", "--actor", "carol", "--reason", "a dispute").hasStatus(3).err();
      assertFalse(told.contains("does not answer"), told);
    }
    mixed("verify", "good").hasStatus(3);
    String history =
        Cli.callAsIs(
                "history",
                "good",
                "--ledger",
                "jdbc:sqlite:" + temp.resolve("one").resolve("ledger.db"),
                "--content",
                "file:" + temp.resolve("none"))
            .out();
    assertTrue(history.contains("ACCEPTED"), history);
    assertFalse(history.contains("carol"), history);
    return told;
  }

  @Test
  void whatIsClaimed_belongsToTheClaimant() {
    mixed("confirm", "content").hasStatus(2);
    mixed("confirm", "content", "--actor", "carol", "--reason", "its own is lost").hasStatus(0);
    mixed("status").hasStatus(0);
    new Cli(temp.resolve("one")).call("status").hasStatus(3);
    new Cli(temp.resolve("other")).call("status").hasStatus(3);
  }
}
