package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators decide: {@code hold}, {@code release}, {@code redrive}, {@code discard}. */
class ActCommandTest {

  private static final List<String> WHO = List.of("--actor", "carol", "--reason", "ticket 4711");

  @TempDir private static Path once;
  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeAll
  static void prepareOnce() throws IOException {
    Cli cli = new Cli(once.resolve("home"));
    Path good = Files.writeString(once.resolve("good.txt"), "wet road");
    Path bad = once.resolve("bad.jpg");
    byte[] photo = Files.readAllBytes(Cli.street(once.resolve("street")).resolve("street-001.jpg"));
    Files.write(bad, java.util.Arrays.copyOf(photo, photo.length / 2));
    cli.call("submit", good.toString(), "--id", "good").hasStatus(0);
    cli.call("submit", bad.toString(), "--id", "bad").hasStatus(0);
    cli.call("run", "--until-idle", "--lease", "2").hasStatus(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(once.resolve("home")).copyTo(temp.resolve("home"));
  }

  private Cli.Result act(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(WHO);
    return cli.call(all.toArray(String[]::new));
  }

  private List<Json> rows(String id) {
    return cli.call("history", id, "--json").hasStatus(0).json().list("rows");
  }

  private Json lastRow(String id) {
    List<Json> rows = rows(id);
    return rows.get(rows.size() - 1);
  }

  private String state(String id) {
    return cli.call("status", "--id", id, "--json").json().list("sequences").get(0).text("state");
  }

  @Test
  void hold_isTakenBackByRelease_andHistoryShowsWhoAndWhy() {
    Cli.Result held = act("hold", "good").hasStatus(0);

    assertTrue(
        held.out().startsWith("local/good VERIFIED, held by carol (ticket 4711), deadline "),
        held.out());
    assertEquals("HELD", lastRow("good").text("kind"));
    assertEquals("carol", lastRow("good").text("actor"));
    assertTrue(lastRow("good").text("detail").contains("ticket 4711"));
    String history = cli.call("history", "good").hasStatus(0).out();
    assertTrue(history.endsWith("by carol  reason=ticket 4711\n"), history);

    Cli.Result released = act("release", "good").hasStatus(0);

    assertTrue(released.out().startsWith("local/good VERIFIED, not held, "), released.out());
    assertEquals("RELEASED", lastRow("good").text("kind"));
  }

  @Test
  void holdAsJson_printsOneObjectWithTheHold() {
    Json json = act("hold", "good", "--json").hasStatus(0).json();

    assertEquals("true", json.text("committed"));
    assertEquals("VERIFIED", json.object("sequence").text("state"));
    assertEquals("carol", json.object("sequence").object("hold").text("actor"));
    assertEquals("ticket 4711", json.object("sequence").object("hold").text("reason"));
    Instant.parse(json.object("sequence").object("hold").text("at"));
    assertEquals(List.of(), json.list("alerts"));
    assertFalse(act("release", "good", "--json").json().object("sequence").has("hold"));
  }

  @Test
  void redrive_choosesNoPipeline() {
    Cli.Result refused = act("redrive", "bad", "--pipeline", "copy").hasStatus(2);

    assertTrue(refused.err().contains("a sequence keeps its pipeline here"), refused.err());
    assertEquals("FAILED", state("bad"));
  }

  @Test
  void reroute_sendsItThroughAnotherPipelineByTheSameDeadline() {
    String deadline = cli.call("status", "--id", "bad", "--json").sequence().text("deadline");
    Cli.Result nowhere = act("reroute", "bad", "--to", "elsewhere").hasStatus(1);
    assertTrue(nowhere.err().contains("neither this engine has nor a route names"), nowhere.err());
    act("reroute", "bad").hasStatus(2);
    act("reroute", "good", "--to", "copy").hasStatus(1);
    act("reroute", "bad", "--to", "copy", "--dry-run").hasStatus(0);
    assertEquals("FAILED", state("bad"));

    Cli.Result rerouted = act("reroute", "bad", "--to", "copy").hasStatus(0);

    assertTrue(rerouted.out().startsWith("local/bad FAILED -> ACCEPTED, not held"), rerouted.out());
    assertEquals("REROUTED", lastRow("bad").text("kind"));
    assertEquals("carol", lastRow("bad").text("actor"));
    Json moved = cli.call("status", "--id", "bad", "--json").sequence();
    assertEquals("copy", moved.text("pipeline"));
    assertEquals(deadline, moved.text("deadline"));
    cli.call("run", "--until-idle").hasStatus(0);
    assertEquals("VERIFIED", state("bad"));
  }

  @Test
  void redrive_sendsItThroughAgainWithTheTargetOfTheCommandLine() {
    Cli.Result redriven = act("redrive", "bad", "--target", "90min").hasStatus(0);

    assertTrue(redriven.out().startsWith("local/bad FAILED -> ACCEPTED, not held"), redriven.out());
    Json status = cli.call("status", "--id", "bad", "--json").hasStatus(0).sequence();
    assertEquals(2, status.number("epoch"));
    Instant deadline = Instant.parse(status.text("deadline"));
    Instant redrivenAt = Instant.parse(lastRow("bad").text("at"));
    assertEquals(90, Duration.between(redrivenAt, deadline.plusSeconds(5)).toMinutes());
    cli.call("run", "--until-idle").hasStatus(1);
    assertEquals("FAILED", state("bad"));
  }

  @Test
  void replace_takesTheResultsPlaceWhenSomethingRuns() {
    Cli.Result begun = act("replace", "good", "--pipeline", "copy").hasStatus(0);

    assertTrue(
        begun
            .out()
            .startsWith("local/good VERIFIED, with a REPLACEMENT run of epoch 2 on copy, due for"),
        begun.out());
    Json beside = cli.call("status", "--id", "good", "--json").sequence().object("beside");
    assertEquals("copy", beside.text("pipeline"));
    assertEquals("copy@1", beside.text("stage"));
    act("replace", "good", "--pipeline", "copy").hasStatus(1);
    cli.call("run", "--until-idle").hasStatus(1);
    Json replaced = cli.call("status", "--id", "good", "--json").sequence();
    assertEquals("VERIFIED", replaced.text("state"));
    assertEquals("copy", replaced.text("pipeline"));
    assertEquals(2, replaced.object("result").number("epoch"));
    assertEquals(1, replaced.object("superseded").number("epoch"));
    assertEquals("REPLACED", lastRow("good").text("kind"));
    assertEquals("wet road", cli.call("cat", "good", "good.txt").hasStatus(0).out());
  }

  @Test
  void shadow_isComparedAndToldByTheHistory() {
    act("shadow", "good", "--pipeline", "copy").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(1);

    assertEquals("COMPARED", lastRow("good").text("kind"));
    assertTrue(lastRow("good").text("detail").contains(" items compared, "));
    assertEquals(1, cli.call("status", "--id", "good", "--json").sequence().number("epoch"));
  }

  @Test
  void cancelledRun_leavesTheResult() {
    act("shadow", "good", "--pipeline", "copy").hasStatus(0);

    Cli.Result cancelled = act("cancel-run", "good").hasStatus(0);

    assertTrue(cancelled.out().startsWith("local/good VERIFIED, not held"), cancelled.out());
    assertEquals("SIDE_RUN_CANCELLED", lastRow("good").text("kind"));
    act("cancel-run", "good").hasStatus(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"replace", "shadow"})
  void runWithoutAPipeline_isWrongUsage(String command) {
    Cli.Result refused = act(command, "good").hasStatus(2);

    assertTrue(refused.err().contains("--pipeline"), refused.err());
  }

  @Test
  void discard_isToldAndItsBytesGoWhenSomethingRuns() {
    Cli.Result discarded = act("discard", "bad").hasStatus(0);

    assertTrue(discarded.out().contains("local/bad FAILED -> DISCARDING"), discarded.out());
    assertTrue(
        discarded.out().contains("\nalert SEQUENCE_DISCARDING: OPERATOR by carol: ticket 4711\n"),
        discarded.out());
    Json prospect =
        cli.call("expire", "--dry-run", "--json").hasStatus(0).json().list("prospects").get(0);
    assertEquals("FINISH", prospect.text("fate"));
    assertEquals("bad", prospect.text("id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hold good", "hold bad", "redrive bad", "discard bad"})
  void dryRun_tellsAndRecordsNothing(String line) {
    String id = line.split(" ", -1)[1];
    int rows = rows(id).size();

    Cli.Result told = act((line + " --dry-run").split(" ")).hasStatus(0);
    Json json = act((line + " --dry-run --json").split(" ")).hasStatus(0).json();

    assertTrue(told.out().startsWith("would be done: local/" + id + " "), told.out());
    assertFalse(told.out().contains("\nalert "), told.out());
    assertEquals("false", json.text("committed"));
    assertEquals(rows, rows(id).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"hold", "release", "redrive", "discard"})
  void unknownId_isWrongUsage(String command) {
    Cli.Result result = act(command, "nope").hasStatus(2);

    assertTrue(result.err().contains("there is no sequence \"nope\""), result.err());
    assertEquals("", result.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"hold good", "release good", "redrive bad", "discard bad"})
  void missingOrUnfitReasonAndActor_areWrongUsageAndNothingIsRecorded(String line) {
    String id = line.split(" ", -1)[1];
    int rows = rows(id).size();
    List<String> command = List.of(line.split(" "));
    for (List<String> unfit :
        List.of(
            List.<String>of(),
            List.of("--actor", "carol"),
            List.of("--reason", "why"),
            List.of("--actor", "", "--reason", "why"),
            List.of("--actor", "carol", "--reason", " "),
            List.of("--actor", "carol", "--reason", "two\nlines"),
            List.of("--actor", "carol", "--reason", "esc\u001b[2J"),
            List.of("--actor", "\u202ecarol", "--reason", "why"),
            List.of("--actor", "carol", "--reason", "x".repeat(501)))) {
      List<String> all = new ArrayList<>(command);
      all.addAll(unfit);
      Cli.Result result = cli.call(all.toArray(String[]::new)).hasStatus(2);
      assertTrue(result.err().lines().count() <= 2, result.err());
      assertFalse(result.err().contains("\u001b") || result.err().contains("\u202e"));
      assertEquals("", result.out());
    }
    assertEquals(rows, rows(id).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "release good,is VERIFIED; no hold is placed",
        "redrive good,is VERIFIED; REDRIVEN does not apply",
        "discard good,is VERIFIED; an operator discards what is FAILED or LOST",
        "release bad,is FAILED; no hold is placed"
      })
  void actThatDoesNotApply_needsAPersonAndNamesTheState(String line) {
    String[] parts = line.split(",", -1);
    String id = parts[0].split(" ", -1)[1];
    int rows = rows(id).size();

    Cli.Result result = act(parts[0].split(" ")).hasStatus(1);

    assertTrue(result.err().contains("local/" + id + " " + parts[1]), result.err());
    assertEquals("", result.out());
    assertEquals(rows, rows(id).size());
  }

  @Test
  void confirm_tellsWhatIsBelievedAndNeedsWhoAndWhy() {
    assertTrue(act("confirm", "time", "--dry-run").hasStatus(0).out().startsWith("would be "));
    assertTrue(act("confirm", "time").hasStatus(0).out().startsWith("confirmed: it is 20"));
    Json json = act("confirm", "ledger", "--json").hasStatus(0).json();
    assertTrue(json.text("confirmed").matches("[0-9a-f]{32}"), json.text("confirmed"));
    assertEquals("true", json.text("committed"));
    assertEquals("false", act("confirm", "ledger", "--json", "--dry-run").json().text("committed"));
    cli.call("confirm", "time").hasStatus(2);
    act("confirm", "weather").hasStatus(2);
    act("confirm").hasStatus(2);
  }
}
