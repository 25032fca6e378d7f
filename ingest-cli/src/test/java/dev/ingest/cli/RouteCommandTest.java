package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes over files and SQLite. */
class RouteCommandTest {

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    Path folder = Files.createDirectories(temp.resolve("f"));
    Files.writeString(folder.resolve("a.txt"), "text");
    submit("zero");
  }

  private Cli.Result change(String... args) {
    String[] all = new String[args.length + 5];
    all[0] = "route";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--actor";
    all[args.length + 2] = "ann";
    all[args.length + 3] = "--reason";
    all[args.length + 4] = "a new version";
    return cli.call(all);
  }

  private void submit(String id) {
    cli.call("submit", "--id", id, temp.resolve("f").toString()).hasStatus(0);
  }

  @Test
  void aRoute_decidesWhereNewSequencesGo() {
    assertTrue(cli.call("route").hasStatus(0).out().contains("was never set"));
    assertTrue(
        change("set", "--weight", "copy=1", "--dry-run")
            .hasStatus(0)
            .out()
            .startsWith("would be done: change 1 of main"));
    change("set", "--weight", "copy=1").hasStatus(0);
    submit("one");
    cli.call("run", "--until-idle").hasStatus(0);
    assertTrue(cli.call("history", "one").hasStatus(0).out().contains("pipeline=copy"));
    String shown = cli.call("route", "show").hasStatus(0).out();
    assertTrue(shown.contains("copy  weight 1, 100.0 %"), shown);
    Json json = cli.call("route", "--json").hasStatus(0).json().object("route");
    assertEquals("ann", json.text("actor"));
    assertEquals(1, json.number("number"));
  }

  @Test
  void aRampPlan_isBegunPausedAndCancelled_onTheRecord() {
    change("set", "--weight", "photos=1").hasStatus(0);
    change("ramp", "--base", "photos", "--candidate", "copy", "--steps", "5,50").hasStatus(0);
    String shown = cli.call("route").hasStatus(0).out();
    assertTrue(shown.contains("step 1 of 2, 5 %; PT1H and 100 sequences each"), shown);
    change("pause").hasStatus(0);
    change("resume").hasStatus(0);
    change("cancel").hasStatus(0);
    change("policy", "--rollback", "off").hasStatus(0);
    change("rollback", "--candidate", "copy").hasStatus(0);
    String history = cli.call("route", "history").hasStatus(0).out();
    assertEquals(7, history.lines().count(), history);
    assertTrue(history.contains("ROLLED_BACK by ann: a new version; weights {copy=0, photos=95}"));
    assertEquals(
        7, cli.call("route", "history", "--json").hasStatus(0).json().list("changes").size());
  }

  @Test
  void whatAPolicyIsNotTold_staysAndIsShown() {
    change("set", "--weight", "photos=1").hasStatus(0);
    change("policy", "--rollback", "off", "--min-excess", "50").hasStatus(0);
    String told = change("policy", "--min-count", "50").hasStatus(0).out();
    assertTrue(told.contains("; rolled back by people alone"), told);
    String on = change("policy", "--rollback", "on").hasStatus(0).out();
    assertTrue(on.contains("once in 1000 splits, from 50 sequences and 50 thousandths on"), on);
    String history = cli.call("route", "history").hasStatus(0).out();
    assertEquals(2, history.split("people alone", -1).length - 1, history);
    assertTrue(change("policy").hasStatus(2).err().contains("--rollback"));
  }

  @Test
  void whatIsWrong_isNamed() {
    cli.call("route", "set", "--weight", "copy=1").hasStatus(2);
    change("set").hasStatus(2);
    change("ramp", "--base", "photos").hasStatus(2);
    change("policy", "--rollback", "maybe").hasStatus(2);
    change("ramp", "--base", "photos", "--candidate", "copy", "--step-time", "soon").hasStatus(2);
    String unknown = change("set", "--weight", "cpoy=1").err();
    assertTrue(unknown.contains("cpoy") && unknown.contains("knows such a pipeline"), unknown);
    String early = change("pause").err();
    assertTrue(early.contains("was never set"), early);
  }
}
