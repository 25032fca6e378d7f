package dev.ingest.benchmarks.ledger;

import dev.ingest.benchmarks.ledger.Options.Part;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the ledger on PostgreSQL with schedulers and with bare statements, on one server, in one
 * run.
 *
 * <p>All get the same number of items without work, the same server with commits as durable as in
 * production, pools of the same size, and turns one after the other. A peer's time begins when its
 * handler sees the first item, so that its start is not held against it; ours begins before the
 * first claim.
 */
public final class LedgerComparison {

  private static final int OPENED_PART = 5;

  private final Options options;
  private final Server server;
  private final Bout bout;
  private final Report report;

  private LedgerComparison(Options options, Server server, PrintStream out) {
    this.options = options;
    this.server = server;
    bout = new Bout(server, System.err);
    report = new Report(out);
  }

  /**
   * Runs the comparison and prints a report.
   *
   * @param arguments the options, which an unknown one lists
   * @throws Exception if a candidate fails or does not finish what it was given
   */
  public static void main(String[] arguments) throws Exception {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    String today = LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC).toString();
    run(options, options.date().orElse(today), System.out);
  }

  static void run(Options options, String date, PrintStream out) throws Exception {
    String load = Report.load();
    try (Server server = Server.start(options)) {
      if (options.profile()) {
        server.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
      }
      LedgerComparison comparison = new LedgerComparison(options, server, out);
      comparison.queues();
      if (options.has(Part.LIFECYCLE)) {
        comparison.lifecycles();
      }
      if (options.has(Part.GROWTH) && options.rows() > 0) {
        comparison.growth();
      }
      if (options.has(Part.NODES)) {
        comparison.nodes();
      }
      if (options.has(Part.DUE) && options.rows() > 0) {
        comparison.report.say("Pages of 200 of what is due, among entries that wait:\n");
        new DuePages(server, comparison.report).measure(options.rows());
      }
      if (options.has(Part.EXPIRY) && options.rows() > 0) {
        comparison.report.say("Expiry of the half of what is pending, due at once:\n");
        new Expiries(server, comparison.report).measure(options.rows());
        comparison.profile();
      }
      comparison.report.head(server, options, date, load);
    }
  }

  private void queues() throws Exception {
    List<Candidate> candidates = new ArrayList<>();
    if (options.has(Part.INGEST)) {
      for (Writer.Kind kind : Writer.Kind.values()) {
        candidates.add(new LedgerQueue(options.threads(), kind));
      }
    }
    if (options.has(Part.DB_SCHEDULER)) {
      candidates.add(new DbSchedulerQueue(true));
      candidates.add(new DbSchedulerQueue(false));
    }
    if (options.has(Part.JOBRUNR)) {
      candidates.add(new JobRunrQueue());
    }
    if (options.has(Part.DBOS)) {
      candidates.add(new DbosQueue(false));
    }
    if (options.has(Part.PGBENCH)) {
      addPgbench(candidates);
    }
    if (candidates.isEmpty()) {
      return;
    }
    report.say("Claim and complete, each item once:");
    List<Series> series = bout.measure(candidates, options.items(), options.rounds());
    double reference =
        series.stream()
            .filter(one -> one.name().startsWith("db-scheduler"))
            .mapToDouble(Series::best)
            .max()
            .orElse(0);
    report.table("candidate", "items/s", series, reference, "db-scheduler's best round");
    profile();
  }

  private void addPgbench(List<Candidate> candidates) throws IOException {
    Optional<PgbenchQueue> pgbench = PgbenchQueue.find(options);
    if (pgbench.isPresent()) {
      candidates.add(pgbench.get());
    } else {
      report.say("SKIPPED: pgbench was not found; --pgbench names it.");
    }
  }

  private void lifecycles() throws Exception {
    List<Candidate> ways = new ArrayList<>();
    for (Writer.Kind kind : Writer.Kind.values()) {
      ways.add(new LedgerLifecycle(options.threads(), kind, false));
    }
    List<Series> accepted = bout.measure(ways, options.items(), options.rounds());
    List<Candidate> fromNothing = new ArrayList<>();
    fromNothing.add(new LedgerLifecycle(options.threads(), Writer.Kind.OWN_BATCHES, true));
    if (options.has(Part.DBOS)) {
      fromNothing.add(new DbosQueue(true));
    }
    List<Series> opened =
        bout.measure(fromNothing, Math.max(1, options.items() / OPENED_PART), options.rounds());
    List<Series> both = new ArrayList<>(accepted);
    both.addAll(opened);
    report.say("Whole lifecycle in the ledger:");
    report.table("path", "sequences/s", both, accepted.get(0).median(), "the first");
    profile();
  }

  private void nodes() throws Exception {
    List<Candidate> counts = new ArrayList<>();
    for (int count : NodeGrowth.COUNTS) {
      counts.add(new NodeGrowth(count));
    }
    List<Series> series = bout.measure(counts, options.items(), options.rounds());
    report.say("Claim and complete by ever more nodes, one thread each:");
    report.table("nodes", "items/s", series, series.get(0).median(), "one node");
  }

  private void growth() throws Exception {
    List<Series> series =
        new Growth(server, bout, options.threads())
            .measure(options.rows(), options.items(), options.rounds());
    report.say("Claim and complete in a ledger that has grown:");
    report.table("rows", "items/s", series, series.get(0).median(), "the first");
  }

  private void profile() throws Exception {
    if (options.profile()) {
      report.say("The server's time by statement (ms in all, calls, rows):");
      for (String line :
          server.column(
              "SELECT format('%s ms, %s calls, %s rows, plan %s ms, wal %s: %s',"
                  + " total_exec_time::int, calls, rows, total_plan_time::int,"
                  + " pg_size_pretty(wal_bytes), left(regexp_replace(query, '\\s+', ' ', 'g'), 90))"
                  + " FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 15")) {
        report.say("    " + line);
      }
      server.run("SELECT pg_stat_statements_reset()");
    }
  }
}
