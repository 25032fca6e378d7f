package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ingest.core.lifecycle.EventKind;
import dev.ingest.simulator.FormalModel.Row;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.turn.Turn;
import edu.mit.csail.sdg.ast.Command;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bounded formal model of {@code docs/model}: its checks have no counterexample, each guard
 * that is removed on purpose gives one, its stories are possible, and its table is that of the
 * code.
 *
 * <p>The rows that each story reaches are written down in {@code rows.txt}. They are compared with
 * the code in every build; that the model has them, and that its checks hold, is tried for a
 * twelfth of its commands by the day, since nothing but the model itself changes that. Of which
 * model all commands have passed is in {@code tried.txt}: of any other, a build runs all of them
 * and fails, until {@code "-Dingest.test.args=-Dingest.model.commands=all
 * -Dingest.docs.write=true"} has run all of them and written it.
 *
 * <p>{@code -Dingest.model.commands=all} runs all commands, {@code -Dingest.model.turn=N} those of
 * another day, {@code -Dingest.model.steps=N} sets how long the traces of the liveness checks are,
 * {@code -Dingest.model.fences=N} how many fences there are in all checks.
 */
@Tag("programme")
class FormalModelTest {

  private static final int LEAST_STEPS = 4;
  private static final int LEAST_FENCES = 3;
  private static final int STEPS = Integer.getInteger("ingest.model.steps", LEAST_STEPS);
  private static final int FENCES = Integer.getInteger("ingest.model.fences", LEAST_FENCES);
  private static final boolean IS_WHOLE =
      System.getProperty("ingest.model.commands", "").equals("all");
  private static final boolean IS_WRITTEN = IS_WHOLE && Boolean.getBoolean("ingest.docs.write");
  private static final int TURNS = 12;
  private static final String CHECKS = "checks.als";
  private static final String STORIES = "stories.als";
  private static final String ROWS = "rows.txt";

  /** The commands that have passed. */
  private static final Set<String> PASSED = new ConcurrentSkipListSet<>();

  /** Events of the lifecycle, which the ledger records. */
  private static final Set<String> KINDS =
      Arrays.stream(EventKind.values()).map(EventKind::name).collect(Collectors.toSet());

  static List<Arguments> commands() throws IOException {
    return ofThisTurn(FormalModel.parse(CHECKS, checks()));
  }

  static List<Arguments> stories() throws IOException {
    return ofThisTurn(FormalModel.parse(STORIES, FormalModel.text(STORIES)));
  }

  /** Each turn takes every twelfth command, so that the long ones, which are neighbours, spread. */
  private static List<Arguments> ofThisTurn(FormalModel model) throws IOException {
    List<Command> all = model.commands();
    assertTrue(all.size() >= TURNS, "a turn without a command would fail for the date alone");
    IntStream chosen = IntStream.range(0, all.size());
    if (!IS_WHOLE && FormalModel.digests().equals(FormalModel.tried())) {
      int share =
          Turn.of(InstantSource.system(), "ingest.model.turn", "Commands of the model", TURNS);
      chosen = chosen.filter(index -> index % TURNS == share);
    }
    return chosen.mapToObj(index -> Arguments.of(all.get(index).label, model)).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void aCheckHolds_andWithoutAGuardItDoesNot(String label, FormalModel model) {
    Command command = model.command(label);
    assertEquals(!command.check, model.execute(command).satisfiable(), label);
    PASSED.add(label);
  }

  @Test
  void modelAsItIs_hasPassedWhole() throws IOException {
    assumeFalse(IS_WRITTEN, "written when all commands have passed");
    assertEquals(
        FormalModel.tried(),
        FormalModel.digests(),
        "the model has changed; once all its commands pass, tried.txt is written with"
            + " -Dingest.model.commands=all -Dingest.docs.write=true");
  }

  @AfterAll
  static void writeWhatHasPassed() throws IOException {
    if (IS_WRITTEN) {
      assertTrue(STEPS >= LEAST_STEPS && FENCES >= LEAST_FENCES, "smaller than in a build");
      List<Command> all = new ArrayList<>(FormalModel.parse(CHECKS, checks()).commands());
      all.addAll(FormalModel.parse(STORIES, FormalModel.text(STORIES)).commands());
      List<String> labels = all.stream().map(command -> command.label).sorted().toList();
      assertEquals(labels, List.copyOf(PASSED), "not all commands have passed");
      FormalModel.writeTried();
    }
  }

  @Test
  void everyGuard_isRemovedInSomeCommand() throws IOException {
    String text = checks();
    String sequence = FormalModel.text("sequence.als");
    int begin = sequence.indexOf("one sig ", sequence.indexOf("abstract sig Guard")) + 8;
    String names = sequence.substring(begin, sequence.indexOf(" extends Guard"));
    for (String guard : names.split(",", -1)) {
      assertTrue(text.contains("Removed = " + guard.strip() + " "), guard.strip());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("stories")
  void aStory_isPossibleAndHasTheRowsThatAreWrittenDown(String label, FormalModel model)
      throws IOException {
    var trace = model.execute(model.command(label));
    assertTrue(trace.satisfiable(), label);
    List<String> rows =
        model.rows(trace).stream().map(FormalModelTest::text).distinct().sorted().toList();
    assertEquals(written().getOrDefault(label, List.of()), rows);
    PASSED.add(label);
  }

  @Test
  void theStoriesTogether_reachEveryRowOfTheCode() throws IOException {
    Map<String, List<String>> written = written();
    FormalModel model = FormalModel.parse(STORIES, FormalModel.text(STORIES));
    assertEquals(
        model.commands().stream().map(command -> command.label).sorted().toList(),
        List.copyOf(written.keySet()));
    Set<String> reached = new TreeSet<>();
    Set<String> events = new TreeSet<>();
    for (String row : written.values().stream().flatMap(List::stream).toList()) {
      String event = row.substring(0, row.indexOf(' '));
      events.add(event);
      if (KINDS.contains(event)) {
        reached.add(row);
      }
    }
    assertEquals(decided(), reached);
    assertEquals(eventsOfTheModel(), events);
  }

  /** The rows of each story as they are written down. */
  private static Map<String, List<String>> written() throws IOException {
    return FormalModel.text(ROWS)
        .lines()
        .collect(
            Collectors.groupingBy(
                line -> line.substring(0, line.indexOf(' ')),
                TreeMap::new,
                Collectors.mapping(
                    line -> line.substring(line.indexOf(' ') + 1), Collectors.toList())));
  }

  @Test
  void theModel_hasNoRowThatTheCodeHasNot() throws IOException {
    Map<String, List<String>> rows =
        decided().stream()
            .collect(Collectors.groupingBy(row -> row.substring(0, row.indexOf(' '))));
    String table =
        rows.entrySet().stream()
            .map(of -> "Step.event = " + of.getKey() + " => " + inModel(of.getValue()))
            .collect(Collectors.joining("\n"));
    String check =
        """
        check table { no Removed and inv and goesOn => all s: Sequence {
          %s
          Step.event = ACCEPT => s.state -> s.state' in Absent -> Accepted
          Step.event = CLAIM => s.state -> s.state' in Accepted -> Processing or s.state' = s.state
          Step.event = HAND_BACK => s.state -> s.state' in Processing -> Accepted or s.state' = s.state
          Step.event = RESTORE => s.state' = Accepted
          Step.event not in ACCEPT + CLAIM + HAND_BACK + RESTORE + %s => s.state' = s.state
        } }
          %s
        """
            .formatted(table, String.join(" + ", KINDS), scope());
    FormalModel model = FormalModel.parse(CHECKS, checks() + check);
    assertFalse(model.execute(model.command("table")).satisfiable());
  }

  private static String checks() throws IOException {
    return FormalModel.text(CHECKS)
        .replace(", 4 steps", ", " + STEPS + " steps")
        .replace(
            "4 Fence, exactly 8 Token, 10 Key",
            "%d Fence, exactly %d Token, %d Key".formatted(FENCES, 2 * FENCES, 2 * FENCES + 2));
  }

  /** The scope of the checks of one step. */
  private static String scope() throws IOException {
    return checks()
        .lines()
        .filter(line -> line.startsWith("  for ") && line.endsWith(", 2 steps"))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> eventsOfTheModel() throws IOException {
    return FormalModel.text("lifecycle.als")
        .lines()
        .filter(line -> line.startsWith("pred is") && line.contains("{ Step.event = "))
        .map(line -> line.replaceAll(".*\\{ Step\\.event = (\\w+).*", "$1"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Every row that the real lifecycle decides, whatever workers and people do with a sequence. */
  private static Set<String> decided() {
    LifecycleModel model = new LifecycleModel();
    model.start();
    for (int entry = 0; entry < model.size(); entry++) {
      model.steps(entry);
      if (model.entry(entry).isQueued()) {
        model.handedBack(model.claimed(entry));
      }
    }
    Set<String> table =
        Stream.of(EventKind.values())
            .flatMap(
                kind ->
                    kind.edges().stream()
                        .flatMap(
                            edge ->
                                edge.to().stream()
                                    .map(to -> kind + " " + edge.from() + " -> " + to)))
            .collect(Collectors.toSet());
    assertEquals(table, model.edges());
    return new TreeSet<>(model.edges());
  }

  private static String text(Row row) {
    return "%s %s -> %s"
        .formatted(
            row.event(), row.from().toUpperCase(Locale.ROOT), row.to().toUpperCase(Locale.ROOT));
  }

  private static String inModel(List<String> rows) {
    return rows.stream()
        .map(row -> row.split(" -> | ", -1))
        .map(parts -> inModel(State.valueOf(parts[1])) + " -> " + inModel(State.valueOf(parts[2])))
        .collect(Collectors.joining(" + ", "s.state -> s.state' in ", ""));
  }

  private static String inModel(State state) {
    return state.name().charAt(0) + state.name().substring(1).toLowerCase(Locale.ROOT);
  }
}
