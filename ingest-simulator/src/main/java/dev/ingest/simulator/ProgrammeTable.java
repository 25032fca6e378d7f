package dev.ingest.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The one table that the programme prints, with the rows that are run elsewhere by name. */
final class ProgrammeTable {

  private static final int MAX_SHOWN = 20;
  private static final int MAX_WORDS = 500;

  /** A row that needs real servers, processes or another checker, and what runs it. */
  private record Elsewhere(String name, String module, String tests, String arguments) {}

  private static final List<Elsewhere> ELSEWHERE =
      List.of(
          new Elsewhere(
              "formal model",
              "ingest-simulator",
              "FormalModelTest",
              "-Dingest.model.commands=all -Dingest.model.steps=8 -Dingest.model.fences=6"),
          new Elsewhere("T4 kills", "ingest-cli", "KillLoopTest", "-Dingest.kill.kills=1000"),
          new Elsewhere(
              "T5 system calls", "ingest-cli", "SyscallFaultsTest", "-Dingest.syscalls.runs=all"),
          new Elsewhere(
              "T6 unsynced bytes",
              "ingest-store-file",
              "PowerLossTest",
              "-Dingest.power.cases=1000000"),
          new Elsewhere(
              "T7 JDBC statements",
              "ingest-store-jdbc",
              "LostConnectionTest,CutDroppingTest,DeadlockTest,PoisonTest,"
                  + "JdbcFaultsTest,StruckOpeningTest,SqliteFaultsTest,LateRequestTest",
              "-Dingest.jdbc.faults=all"),
          new Elsewhere("T8 S3", "ingest-store-s3", "S3FaultsTest", "-Dingest.s3.runs=10000"),
          new Elsewhere(
              "T10 paused workers", "node-trials", "NodesTest", "-Dingest.nodes.sequences=20000"),
          new Elsewhere("T10b older ledgers", "ingest-core", "RestorationTest,AdoptionTest", ""),
          new Elsewhere(
              "S11 backfills",
              "node-trials",
              "BackfillNodesTest",
              "-Dingest.backfill.sequences=100000"),
          new Elsewhere(
              "T11 shared structures",
              "ingest-store-s3,ingest-store-jdbc,ingest-core",
              "SharedStructuresTest",
              "-Dingest.schedules.times=20"),
          new Elsewhere("T13 bug bank", "bug-bank", "BugBankTest", "-Dingest.bugs=all"),
          new Elsewhere("T14 fuzzing", "ingest-cli", "*ParsersTest", "-Dingest.fuzz.seconds=600"));

  private ProgrammeTable() {}

  static String of(List<ProgrammeRow> rows, long seed, Duration took) {
    StringBuilder table = new StringBuilder();
    table.append("| row | ran | faults that struck | violations |%n".formatted());
    table.append("|---|---|---|---|%n".formatted());
    for (ProgrammeRow row : rows) {
      table.append(
          "| %s | %s | %s | %s |%n"
              .formatted(row.name(), row.ran(), faults(row.faults()), violations(row)));
    }
    for (Elsewhere row : ELSEWHERE) {
      table.append(
          "| %s | not part of this command: %s | | |%n".formatted(row.name(), command(row)));
    }
    long broken = rows.stream().mapToLong(ProgrammeRow::broken).sum();
    table.append(
        "%n%s: %,d violations; seed %d, %,d s%n"
            .formatted(
                rows.stream().allMatch(ProgrammeRow::isKept) ? "KEPT" : "NOT KEPT",
                broken,
                seed,
                took.toSeconds()));
    return table.toString();
  }

  private static String faults(Map<String, Long> faults) {
    long all = faults.values().stream().mapToLong(Long::longValue).sum();
    if (all == 0) {
      return "none";
    }
    return faults.entrySet().stream()
        .map(kind -> "%s %,d".formatted(kind.getKey(), kind.getValue()))
        .collect(Collectors.joining(", ", "%,d of %d kinds: ".formatted(all, faults.size()), ""));
  }

  private static String violations(ProgrammeRow row) {
    if (row.runs() == 0) {
      return "nothing was run";
    }
    long count = row.broken();
    return count == 0
        ? "0"
        : row.violations().stream()
            .limit(MAX_SHOWN)
            .map(ProgrammeTable::words)
            .collect(
                Collectors.joining(
                    "; ", count + ": ", (count > MAX_SHOWN ? "; …" : "") + seeds(row)));
  }

  /** Names all in one line, also those of which there is no room to tell. */
  private static String seeds(ProgrammeRow row) {
    long more = row.broken() - row.seeds().size();
    return row.seeds().isEmpty()
        ? ""
        : row.seeds().stream()
            .map(String::valueOf)
            .collect(
                Collectors.joining(
                    ", ", "; by seed: ", more == 0 ? "" : " and %,d more".formatted(more)));
  }

  private static String words(String violation) {
    String line = violation.replaceAll("\\s+", " ").replace("|", "\\|");
    return line.length() <= MAX_WORDS ? line : line.substring(0, MAX_WORDS) + "…";
  }

  private static String command(Elsewhere row) {
    String arguments =
        row.arguments().isEmpty() ? "" : " \"-Dingest.test.args=%s\"".formatted(row.arguments());
    return "mvn -pl %s -am '-Dtest=%s' -Dsurefire.failIfNoSpecifiedTests=false%s test"
        .formatted(row.module(), row.tests(), arguments);
  }
}
