package dev.ingest.benchmarks.ledger;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Prints what was measured, as Markdown. */
final class Report {

  private static final Path LOAD = Path.of("/proc/loadavg");

  private final PrintStream out;

  Report(PrintStream out) {
    this.out = out;
  }

  /** Returns how busy the machine is, where it tells. */
  static String load() throws IOException {
    return Files.isReadable(LOAD) ? Files.readString(LOAD).strip() : "unknown";
  }

  void head(Server server, Options options, String date, String loadAtStart)
      throws IOException, SQLException {
    out.printf(
        "%n%s, %s %s, %d cores, JDK %s, PostgreSQL %s (fsync %s, synchronous_commit %s,"
            + " full_page_writes %s, shared_buffers %s, max_wal_size %s), pools of %d,"
            + " %,d items, %d rounds, load average %s at the start, %s at the end.%n",
        date,
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.runtime.version"),
        server.setting("server_version"),
        server.setting("fsync"),
        server.setting("synchronous_commit"),
        server.setting("full_page_writes"),
        server.setting("shared_buffers"),
        server.setting("max_wal_size"),
        Place.POOL,
        options.items(),
        options.rounds(),
        loadAtStart,
        load());
  }

  /** Prints a table whose ratios are of medians to what is given. */
  void table(String what, String unit, List<Series> series, double reference, String referred) {
    out.printf("%n| %s | %s, median | rounds | ratio to %s |", what, unit, referred);
    out.printf(" sent per item | what it does not do |%n|---|---|---|---|---|---|%n");
    for (Series one : series) {
      out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %s | %s | %s | %s |%n",
          one.name(),
          one.median(),
          one.spread(),
          reference > 0 ? String.format(Locale.ROOT, "%.2f", one.median() / reference) : "",
          one.cost(),
          one.lacks());
    }
    for (Series one : series) {
      if (!one.note().isEmpty()) {
        out.printf("%n%s: %s%n", one.name(), one.note());
      }
    }
  }

  void line(String text) {
    out.println(text);
  }

  void say(String text) {
    out.printf("%n%s%n", text);
  }
}
