package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.store.jdbc.url.Acquaintance;
import dev.ingest.store.jdbc.url.SchemaText;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** PostgreSQL 14 or newer, or what speaks as it does. */
final class PostgresDialect implements Dialect {

  private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,20}");
  private static final int MAX_BATCH = 1_000;

  /** The server's time at the beginning of the statement, in milliseconds, as one expression. */
  private static final String SERVER_MILLIS =
      "CAST(floor(extract(epoch FROM statement_timestamp()) * 1000) AS bigint)";

  /** The ledger's time: a parameter, which is null in production, or the server's. */
  static final String NOW = "COALESCE(CAST(? AS bigint), " + SERVER_MILLIS + ")";

  /**
   * Keeps the transaction that it begins to plans that look rows up by their keys or walk an index
   * in order, whatever the statistics say just now: those of a table that fills and empties within
   * seconds are always old. And it waits for nobody's locks longer than for those of a node that
   * has stopped within a transaction, which the server then ends.
   */
  static final String PLAN = plan("8s");

  /** Has the commit wait for the log where a role, a database or a pool has turned that off. */
  private static final String WAITS_FOR_LOG =
      ", set_config('synchronous_commit',"
          + " CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
          + " ELSE current_setting('synchronous_commit') END, true)";

  private static final String ASK = "SELECT " + SERVER_MILLIS;

  /** By its name as it is, which to a regnamespace would be one to be parsed. */
  private static final String FIRST_SCHEMA =
      "(SELECT s.oid FROM pg_namespace s WHERE s.nspname = current_schema())";

  /** Leaves out what a concurrent build that failed has left, which answers nothing. */
  private static final String VALID_INDICES =
      " FROM pg_class c JOIN pg_index x ON x.indexrelid = c.oid"
          + " WHERE c.relnamespace = "
          + FIRST_SCHEMA
          + " AND x.indisvalid";

  private static final String INVENTORY =
      "SELECT 'table ' || relname FROM pg_class WHERE relnamespace = "
          + FIRST_SCHEMA
          + " AND relkind IN ('r', 'p') UNION ALL"
          + " SELECT 'column ' || c.relname || '.' || a.attname || ' '"
          + " || format_type(a.atttypid, a.atttypmod)"
          + " || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END"
          + " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
          + " WHERE c.relnamespace = "
          + FIRST_SCHEMA
          + " AND c.relkind IN ('r', 'p')"
          + " AND a.attnum > 0 AND NOT a.attisdropped UNION ALL"
          + " SELECT 'index ' || c.relname"
          + VALID_INDICES
          + " UNION ALL SELECT 'index ' || c.relname || '"
          + Schema.AS
          + "' || replace(pg_get_indexdef(c.oid, 0, true), 'ONLY ', '')"
          + VALID_INDICES;

  /** What of the definition of an index says how it is stored, which is the operator's. */
  private static final Pattern STORED_ELSEWISE =
      Pattern.compile(" WITH \\([^()]*\\)| TABLESPACE \\S+");

  private final String name;
  private final String prefix;
  private final Optional<InstantSource> clock;

  /**
   * Creates the dialect of one ledger.
   *
   * @param name the ledger's name for messages
   * @param prefix what the names of its tables begin with
   * @param clock the ledger's time instead of the server's; for tests
   */
  PostgresDialect(String name, String prefix, Optional<InstantSource> clock) {
    checkPrefix(prefix);
    this.name = name;
    this.prefix = prefix;
    this.clock = clock;
  }

  /**
   * Makes the statement at the head of each transaction that changes what may not be lost.
   *
   * @param accepted what the operator puts up with
   * @param lockWait how long it waits for somebody's lock
   */
  static String headOfChanges(Set<ServerRisk> accepted, String lockWait) {
    String plan = plan(lockWait);
    return accepted.contains(ServerRisk.SYNCHRONOUS_COMMIT_OFF) ? plan : plan + WAITS_FOR_LOG;
  }

  private static String plan(String lockWait) {
    return "SELECT set_config('enable_seqscan', 'off', true),"
        + " set_config('enable_bitmapscan', 'off', true),"
        + " set_config('enable_hashjoin', 'off', true),"
        + " set_config('enable_mergejoin', 'off', true),"
        + " set_config('lock_timeout', '"
        + lockWait
        + "', true)";
  }

  /** Refuses what is no prefix of a table's name, before anything is asked of a server. */
  static void checkPrefix(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, prefix, "a table prefix matches " + PREFIX.pattern());
    }
  }

  @Override
  public String name() {
    return name;
  }

  String prefix() {
    return prefix;
  }

  @Override
  public String named(String text) {
    return text.indexOf('@') < 0 ? text : text.replace("@", prefix);
  }

  @Override
  public int maxBatch() {
    return MAX_BATCH;
  }

  @Override
  public String forUpdate() {
    return " FOR NO KEY UPDATE";
  }

  @Override
  public boolean inProcess() {
    return false;
  }

  @Override
  public boolean appendsTallies() {
    return true;
  }

  @Override
  public String placeOf(String alias) {
    return "(substr(sha256(decode(%1$s.owner, 'escape')), 1, 8)".formatted(alias)
        + " || substr(sha256(decode(%1$s.owner || chr(10) || %1$s.id, 'escape')), 1, 16))"
            .formatted(alias);
  }

  @Override
  public boolean storesPlaces() {
    return false;
  }

  @Override
  public void lockUsage(Statements db, String owner) throws SQLException {
    db.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
        .text(prefix + "usage " + owner)
        .list(row -> owner);
  }

  /** The ledger's time as the parameter of {@link #NOW}. */
  Optional<Long> givenMillis() {
    return clock.map(InstantSource::millis);
  }

  @Override
  public long nowMillis(Statements db) throws SQLException {
    Optional<Long> given = givenMillis();
    return given.isPresent() ? given.get() : db.sql(ASK).number();
  }

  @Override
  public List<SchemaStep> schemaSteps() {
    return List.of(
        new SchemaStep(1, "postgres-1.sql"),
        new SchemaStep(2, "postgres-2.sql"),
        new SchemaStep(3, "postgres-3.sql"),
        new SchemaStep(4, "postgres-4.sql"),
        new SchemaStep(5, "postgres-5.sql"),
        new SchemaStep(6, "postgres-6.sql"),
        new SchemaStep(7, "postgres-7.sql"));
  }

  @Override
  public Set<String> expectedSchema() {
    Set<String> expected = new TreeSet<>();
    SchemaText.of(PostgresDialect.class, "postgres.inventory")
        .lines()
        .map(this::named)
        .forEach(expected::add);
    return expected;
  }

  @Override
  public Set<String> presentSchema(Statements db) throws SQLException {
    Set<String> names =
        expectedSchema().stream().map(PostgresDialect::objectOf).collect(Collectors.toSet());
    Set<String> ours = new TreeSet<>();
    for (String one : db.sql(INVENTORY).list(Row::text)) {
      ours.add(STORED_ELSEWISE.matcher(one.replaceAll("\\s+", " ")).replaceAll(""));
    }
    ours.removeIf(one -> !names.contains(objectOf(one)));
    return ours;
  }

  /** Names the table or index that a line of the inventory is about. */
  private static String objectOf(String line) {
    return line.split("[ .]", 3)[1];
  }

  @Override
  public String advice(SQLException error) {
    String state = String.valueOf(error.getSQLState());
    if (state.startsWith("08") || state.startsWith("57P")) {
      return "the connection is gone; submit the same again, and check that the server is up";
    }
    if (state.startsWith("28")) {
      return "give the source of connections the user and password that the server takes by now";
    }
    if (error instanceof SQLTransientConnectionException && error.getSQLState() == null) {
      return "let the pool have more connections, or see who keeps those that it has";
    }
    return switch (state) {
      case Acquaintance.OUTLIVED_STATE -> Acquaintance.OUTLIVED_ADVICE;
      case SchemaPlace.MOVED_STATE -> SchemaPlace.MOVED_ADVICE;
      case "40001", "40P01" -> "another transaction was in the way; submit the same again";
      case "42501" -> "grant this user the rights on the ledger's tables";
      case "25006" -> "connect to the primary; this server only reads, as some do with a full disk";
      case "26000", "42P05" ->
          "a pooler gave the transaction another session; set prepareThreshold=0 for its connections";
      case "53100" -> "free space on the disk of the server and submit the same again";
      case "53300" -> "let the pool open fewer connections, or the server more";
      case "55P03" ->
          "somebody keeps a lock; look for long transactions in pg_stat_activity, and submit the"
              + " same again";
      case "57014" ->
          "the statement took too long; look for locks in pg_stat_activity, and submit the same"
              + " again";
      default -> "submit the same again, and report it if it lasts";
    };
  }
}
