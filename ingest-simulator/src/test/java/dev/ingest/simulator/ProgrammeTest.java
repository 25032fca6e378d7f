package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command that runs the programme: its table, its exit codes, and what it says of itself. */
@Tag("programme")
class ProgrammeTest {

  private static final ProgrammeSize SMALL = new ProgrammeSize(0, 2, 20, 20, 10, Optional.empty());
  private static final Pattern REPLAY = Pattern.compile("--replay '([^']+)'");

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void keptPromises_endWithZeroAndOneTableThatNamesEveryRow() throws Exception {
    assertEquals(0, run(SMALL, Sabotage.NONE, System::nanoTime));
    String table = text();
    for (String row :
        List.of(
            "| T1 exploration | 1 sequence, any number of acts: ",
            "| T1 exploration | 2 sequences, up to 0 acts: ",
            "| T2 simulation, with T9 | 2 seeds from 5, ",
            "| T3 single faults | 20 of ",
            "| T3 pairs of faults | 20 of ",
            "| T3 triples of faults | 10 of ",
            "| formal model | not part of this command: mvn ",
            "| T4 kills | not part of this command: mvn ",
            "| T5 system calls | not part of this command: mvn ",
            "| T6 unsynced bytes | not part of this command: mvn ",
            "| T7 JDBC statements | not part of this command: mvn ",
            "| T8 S3 | not part of this command: mvn ",
            "| T10 paused workers | not part of this command: mvn ",
            "| T10b older ledgers | not part of this command: mvn ",
            "| S11 backfills | not part of this command: mvn ",
            "| T11 shared structures | not part of this command: mvn ",
            "| T14 fuzzing | not part of this command: mvn ",
            "| T13 bug bank | not part of this command: mvn ")) {
      assertTrue(table.contains(row), () -> row + " is not in " + table);
    }
    assertTrue(table.contains("KEPT: 0 violations; seed 5"), table);
    assertTrue(table.contains("crash before "), table);
  }

  @Test
  void brokenPromise_endsWithOneAndSaysWhatRepeatsIt() throws Exception {
    assertEquals(1, run(SMALL, BrokenStores.ALERTS_ARE_LOST, System::nanoTime), this::text);
    String table = text();
    assertTrue(table.contains("NOT KEPT: "), table);
    assertTrue(table.contains("seed 5 with 50 sequences: "), table);
    assertTrue(table.contains("; by seed: 5"), table);
    Matcher replay = REPLAY.matcher(table);
    assertTrue(replay.find(), table);
    printed.reset();
    String[] again = {"--replay", replay.group(1)};
    assertEquals(1, Programme.run(again, BrokenStores.ALERTS_ARE_LOST, out));
    assertEquals(0, Programme.run(again, Sabotage.NONE, out));
  }

  @Test
  void manyBrokenPromises_areAllNamedBySeedAndSomeTold() {
    List<String> told = IntStream.range(0, 50).mapToObj(i -> "told " + i).toList();
    List<Long> seeds = LongStream.range(2_000, 2_000 + ProgrammeRow.MAX_SEEDS).boxed().toList();
    ProgrammeRow row = new ProgrammeRow("T2", "ran", 9_000, Map.of(), told, 1_234, seeds);
    String table = ProgrammeTable.of(List.of(row), 2_000, Duration.ZERO);
    String line = table.lines().filter(one -> one.startsWith("| T2 |")).findFirst().orElseThrow();
    assertTrue(line.contains("| 1234: told 0; "), line);
    assertTrue(line.contains("; told 19; …; by seed: 2000, 2001, "), line);
    assertFalse(line.contains("told 20"), line);
    assertTrue(line.endsWith(", 2198, 2199 and 1,034 more |"), line);
    assertTrue(table.contains("NOT KEPT: 1,234 violations"), table);
  }

  @Test
  void brokenRunsBeyondThoseThatAreTold_areNamedByTheirSeeds() throws Exception {
    ProgrammeSize size = new ProgrammeSize(0, 3, 0, 0, 0, Optional.empty());
    assertEquals(
        1, run(size, List.of("T2"), BrokenStores.ALERTS_ARE_LOST, System::nanoTime), this::text);
    int broken = text().split("seed [0-9]+ with ", -1).length - 1;
    assertTrue(broken > 1, this::text);
    assertTrue(text().matches("(?s).*; by seed: 5(, [67])* \\|.*"), this::text);
    assertTrue(text().contains("NOT KEPT: " + broken + " violations"), this::text);
  }

  @Test
  void spentBudget_isNoSuccess() throws Exception {
    AtomicLong clock = new AtomicLong();
    ProgrammeSize hurried = new ProgrammeSize(0, 2, 20, 20, 10, Optional.of(Duration.ofSeconds(1)));
    assertEquals(
        1, run(hurried, Sabotage.NONE, () -> clock.addAndGet(Duration.ofSeconds(2).toNanos())));
    assertTrue(text().contains("| T3 pairs of faults | 0 of "), this::text);
    assertTrue(text().contains("| nothing was run |"), this::text);
    assertTrue(text().contains("NOT KEPT: 0 violations"), this::text);
  }

  @Test
  void rowByItself_isRunAlone() throws Exception {
    ProgrammeSize size = new ProgrammeSize(0, 1, 3, 2, 1, Optional.empty());
    for (String row : ProgrammeRows.ALL) {
      printed.reset();
      assertEquals(0, run(size, List.of(row), Sabotage.NONE, System::nanoTime), this::text);
      assertEquals(
          List.of(row),
          text()
              .lines()
              .filter(line -> line.startsWith("| T") && !line.contains("not part of this command"))
              .map(line -> line.substring(2, 4))
              .distinct()
              .toList());
    }
  }

  @Test
  void rowWithABudget_hasAllOfIt() throws Exception {
    AtomicLong clock = new AtomicLong();
    ProgrammeSize size = new ProgrammeSize(0, 2, 0, 0, 0, Optional.of(Duration.ofSeconds(100)));
    LongSupplier halfSpent = () -> clock.getAndSet(Duration.ofSeconds(50).toNanos());
    assertEquals(0, run(size, List.of("T2"), Sabotage.NONE, halfSpent), this::text);
    assertTrue(text().contains("| T2 simulation, with T9 | 2 seeds from 5, "), this::text);
  }

  @Test
  void wrongArguments_endWithTwo() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"--minutes", "0"},
          {"--minutes", "many"},
          {"--minutes"},
          {"--hours", "1"},
          {"--minutes", "9223372036854775807"},
          {"--threads", "0"},
          {"--row", "T4"},
          {"--replay", "WORK"},
          {"--replay", "WORK:LEDGER.commit#1=DELAY+WORK:LEDGER.commit#1=DUPLICATE"},
          {"--replay", "NOWHERE:LEDGER.commit#1=DELAY"}
        }) {
      printed.reset();
      assertEquals(2, Programme.run(wrong, Sabotage.NONE, out), () -> String.join(" ", wrong));
      assertTrue(text().contains("usage: "), this::text);
    }
  }

  @Test
  void longBudget_hasAllActsAndAllPairs() {
    assertEquals(3, ProgrammeSize.within(Duration.ofMinutes(60)).acts());
    assertEquals(2, ProgrammeSize.within(Duration.ofMinutes(5)).acts());
    assertEquals(1_000_000, ProgrammeSize.within(Duration.ofMinutes(5)).triples());
  }

  private int run(ProgrammeSize size, Sabotage sabotage, LongSupplier nanos) throws Exception {
    return run(size, ProgrammeRows.ALL, sabotage, nanos);
  }

  private int run(ProgrammeSize size, List<String> rows, Sabotage sabotage, LongSupplier nanos)
      throws Exception {
    return Programme.run(
        new ProgrammeRows(size, rows, 5, Workers.number(), sabotage, nanos), 5, out);
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
