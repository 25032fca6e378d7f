package dev.ingest.benchmarks.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.benchmarks.gate.Finding.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {

  private static final GateOptions ALL = GateOptions.parse();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private boolean passes(Map<String, Long> before, Map<String, Long> now) {
    return Gate.report(
        Gate.findings(ALL, before, now), new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private static Verdict verdict(String name, long before, long now) {
    return new Finding(name, before, now).verdict();
  }

  @Test
  void oneRoundTripMore_failsByName() {
    assertFalse(
        passes(
            Map.of("postgresql.claim", 1L, "s3.read", 1L),
            Map.of("postgresql.claim", 2L, "s3.read", 1L)));

    String report = out.toString(StandardCharsets.UTF_8);
    assertTrue(report.contains("| postgresql.claim | 1 | 2 | MORE"), report);
    assertTrue(report.contains("2 counts, 1 of them not as they should be"), report);
  }

  @Test
  void same_passes() {
    assertTrue(passes(Map.of("s3.read", 2L, "s3.stat", 1L), Map.of("s3.read", 2L, "s3.stat", 1L)));
  }

  @Test
  void less_failsUntilItIsWrittenDown_asACounterThatBrokeCountsLess() {
    assertFalse(passes(Map.of("s3.read", 2L), Map.of("s3.read", 1L)));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("LESS: write it down"));
    assertFalse(passes(Map.of("disk.syncs", 80L), Map.of("disk.syncs", 0L)));
  }

  @Test
  void countsThatComeOrGo_fail() {
    assertFalse(passes(Map.of("s3.read", 1L), Map.of()));
    assertFalse(passes(Map.of(), Map.of("s3.read", 1L)));
  }

  @Test
  void whatVariesByItself_hasItsSlackAndNoMore() {
    assertEquals(Verdict.SAME, verdict("disk.syncs", 1_000, 1_005));
    assertEquals(Verdict.MORE, verdict("disk.syncs", 1_000, 1_006));
    assertEquals(Verdict.LESS, verdict("disk.syncs", 1_000, 994));
    assertEquals(Verdict.MORE, verdict("allocation.bytes", 256, 264));
    assertEquals(Verdict.MORE, verdict("s3.requests", 1_000, 1_001));
  }

  @Test
  void oneSyncMoreForEachSequence_isMore() {
    long sequences = 10;
    assertEquals(Verdict.MORE, verdict("disk.syncs", 1_141, 1_141 + sequences));
  }

  @Test
  void onlyWhatIsAsked_isCompared() {
    GateOptions requests = GateOptions.parse("--only", "s3");

    List<Finding> findings =
        Gate.findings(requests, Map.of("s3.read", 1L, "disk.syncs", 9L), Map.of("s3.read", 1L));

    assertEquals(List.of(new Finding("s3.read", 1L, 1L)), findings);
  }

  @Test
  void baseline_isReadAsWritten(@TempDir Path folder) throws IOException {
    Baseline written = new Baseline(new TreeMap<>(Map.of("s3.read", 1L, "disk.syncs", 9L)));
    Path file = folder.resolve("baseline.json");

    written.write(file);

    assertEquals(written, Baseline.read(file));
  }

  @Test
  void eachCounter_ownsItsNamesAlone() {
    for (Counter counter : Counter.values()) {
      assertEquals(counter, Counter.of(counter.prefix() + ".any"));
    }
    assertThrows(IllegalArgumentException.class, () -> Counter.of("s3x.any"));
  }

  @Test
  void whatIsNotUnderstood_isRefusedWithTheList() {
    String told =
        List.of(new String[] {"--only", "s4"}, new String[] {"--baseline"}, new String[] {"-x"})
            .stream()
            .map(
                wrong ->
                    assertThrows(IllegalArgumentException.class, () -> GateOptions.parse(wrong)))
            .map(Throwable::getMessage)
            .collect(Collectors.joining());
    assertEquals(4, told.split("--write", -1).length, told);
  }
}
