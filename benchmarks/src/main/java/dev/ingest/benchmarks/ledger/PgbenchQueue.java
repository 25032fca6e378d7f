package dev.ingest.benchmarks.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The same shape of statements without Java: pgbench claims a batch from a narrow table with one
 * partial index, and completes it with one statement that also appends narrow history. Nothing is
 * hashed, decided or encoded, so this is what the server gives at best.
 */
final class PgbenchQueue implements Candidate {

  private static final int BATCH = Workers.BATCH;
  private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private static final String SCRIPT =
      """
      WITH c AS MATERIALIZED (SELECT id FROM queue WHERE state = 0 AND visible_at <= now()
        ORDER BY visible_at, id LIMIT %d FOR NO KEY UPDATE SKIP LOCKED),
      u AS (UPDATE queue q SET fence = fence + 1, visible_at = now() + interval '5 minutes'
        FROM c WHERE q.id = c.id RETURNING q.id, q.fence)
      SELECT coalesce(array_agg(id)::text, '{}') AS ids,
        coalesce(array_agg(fence)::text, '{}') AS fences FROM u \\gset
      WITH u AS MATERIALIZED (SELECT * FROM unnest(:ids::bigint[], :fences::bigint[])
        AS x (id, fence)),
      d AS (UPDATE queue q SET state = 1 FROM u WHERE q.id = u.id AND q.fence = u.fence
        RETURNING q.id, q.fence)
      INSERT INTO queue_history SELECT id, fence, now(), 'done' FROM d;
      """
          .formatted(BATCH);

  private final String program;
  private final int clients;

  private PgbenchQueue(String program, int clients) {
    this.program = program;
    this.clients = clients;
  }

  /** Finds the program that was named, or any. */
  static Optional<PgbenchQueue> find(Options options) throws IOException {
    Optional<String> program = options.pgbench();
    if (program.isEmpty()) {
      program = found();
    }
    return program.map(path -> new PgbenchQueue(path, options.threads()));
  }

  private static Optional<String> found() throws IOException {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String folder : path.split(":", -1)) {
      Path candidate = Path.of(folder, "pgbench");
      if (!folder.isEmpty() && Files.isExecutable(candidate)) {
        return Optional.of(candidate.toString());
      }
    }
    if (!Files.isDirectory(DEBIAN)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .map(version -> version.resolve("bin/pgbench"))
          .filter(Files::isExecutable)
          .sorted()
          .map(Path::toString)
          .reduce((older, newer) -> newer);
    }
  }

  @Override
  public String name() {
    return "pgbench, claim " + BATCH + " + complete " + BATCH + ", narrow, " + clients + " clients";
  }

  @Override
  public String lacks() {
    return "everything but the claim, the fence and a narrow history row: no Java, no hash, no entry";
  }

  @Override
  public void prepare(DataSource source, Place place, int count) throws Exception {
    String schema = place.schema();
    place
        .server()
        .run(
            "CREATE TABLE "
                + schema
                + ".queue (id bigint PRIMARY KEY, state smallint NOT NULL, visible_at timestamptz"
                + " NOT NULL, fence bigint NOT NULL, payload text NOT NULL)"
                + " WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02,"
                + " autovacuum_vacuum_cost_delay = 0)",
            "CREATE INDEX ON " + schema + ".queue (visible_at, id) WHERE state = 0",
            "CREATE TABLE "
                + schema
                + ".queue_history (id bigint, fence bigint, at timestamptz, what text,"
                + " PRIMARY KEY (id, fence))",
            "INSERT INTO "
                + schema
                + ".queue SELECT g, 0, now() - interval '1 minute', 0, repeat('x', 100)"
                + " FROM generate_series(1, "
                + count
                + ") AS g");
  }

  @Override
  public Measured run(DataSource source, Place place, int count) throws Exception {
    int rounds = Math.max(1, (count + BATCH * clients - 1) / (BATCH * clients));
    Path script = Files.createTempFile("claim-complete", ".sql");
    try {
      Files.writeString(script, SCRIPT);
      String output = pgbench(place, script, rounds);
      Matcher tps = TPS.matcher(output);
      long open = place.count("queue", "state = 0");
      if (!tps.find() || open != 0) {
        throw new IllegalStateException(
            "expected pgbench to complete all items, found " + open + " open: " + output);
      }
      double transactions = Double.parseDouble(tps.group(1));
      double seconds = (double) rounds * clients / transactions;
      return new Measured(
          count,
          (long) (seconds * 1e9),
          String.format(Locale.ROOT, "%.0f claims and completions/s", transactions));
    } finally {
      Files.delete(script);
    }
  }

  private String pgbench(Place place, Path script, int rounds)
      throws IOException, InterruptedException {
    PGSimpleDataSource target = place.server().admin();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                program,
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + clients,
                "--jobs=" + Math.min(clients, Runtime.getRuntime().availableProcessors()),
                "--transactions=" + rounds,
                "--file=" + script));
    Map<String, String> environment = builder.environment();
    environment.put("PGHOST", target.getServerNames()[0]);
    environment.put("PGPORT", String.valueOf(target.getPortNumbers()[0]));
    environment.put("PGDATABASE", Optional.ofNullable(target.getDatabaseName()).orElse("postgres"));
    environment.put("PGUSER", Optional.ofNullable(target.getUser()).orElse("postgres"));
    environment.put("PGPASSWORD", Optional.ofNullable(target.getPassword()).orElse(""));
    environment.put("PGOPTIONS", "-c search_path=" + place.schema());
    environment.put("PGAPPNAME", Server.APPLICATION);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException(program + " ended with " + code + ": " + output);
    }
    return output;
  }
}
