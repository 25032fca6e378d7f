package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.store.jdbc.url.SchemaText;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The versioned schema, made by steps. All methods work inside the transaction that the caller has
 * begun, so that a step is there whole or not at all.
 */
final class Schema {

  /** Stands between the name and the definition of a table or an index. */
  static final String AS = " as ";

  private static final int NAMED = 10;
  private static final String COLUMN = "column ";
  private static final String TABLE = "table ";
  private static final String INDEX = "index ";
  private static final Pattern ON = Pattern.compile(" ON (\\w+)");
  private static final String META = "table @meta";
  private static final String VERSION_NAME = "schema_version";
  private static final String INCARNATION_NAME = "incarnation";
  private static final String READ_META = "SELECT value FROM @meta WHERE name = ?";
  private static final String INSERT_META = "INSERT INTO @meta (name, value) VALUES (?, ?)";
  private static final String UPDATE_META = "UPDATE @meta SET value = ? WHERE name = ?";

  private final Dialect dialect;
  private final SchemaStep.Conversion before;

  Schema(Dialect dialect) {
    this(dialect, db -> {});
  }

  /**
   * Creates a schema.
   *
   * @param dialect of which database
   * @param before what goes ahead of each statement of a step that comes upon tables
   */
  Schema(Dialect dialect, SchemaStep.Conversion before) {
    this.dialect = dialect;
    this.before = before;
  }

  private int latest() {
    List<SchemaStep> steps = dialect.schemaSteps();
    return steps.get(steps.size() - 1).version();
  }

  /** Makes what is missing of the latest schema, and checks that all of it is there. */
  void applyOrCheck(Statements db) throws SQLException {
    Set<String> present = dialect.presentSchema(db);
    int version = present.isEmpty() ? 0 : version(db, present);
    if (version < latest()) {
      apply(db, version);
    }
    check(db);
  }

  /** Tells whether the latest schema was made, whole or not. */
  boolean isLatest(Statements db) throws SQLException {
    Set<String> present = dialect.presentSchema(db);
    return !present.isEmpty() && version(db, present) == latest();
  }

  /** Checks that the latest schema is there, all of it, and changes nothing. */
  void check(Statements db) throws SQLException {
    Set<String> present = dialect.presentSchema(db);
    int version = present.isEmpty() ? 0 : version(db, present);
    if (version < latest()) {
      throw refused(
          "its schema has version " + version + " and lacks the steps " + resourcesAfter(version),
          "apply the schema, or run these resources of this module in order and set "
              + VERSION_NAME);
    }
    Set<String> missing = new TreeSet<>(dialect.expectedSchema());
    missing.removeAll(present);
    Set<String> absent = Set.copyOf(missing);
    missing.removeIf(name -> isPartOf(absent, name));
    if (!missing.isEmpty()) {
      throw refused(
          "its schema lacks " + some(missing),
          missing.stream().allMatch(name -> name.startsWith(INDEX))
              ? "build them anew: drop one that has another form, and run its CREATE INDEX of "
                  + resourcesAfter(0)
              : "a step of "
                  + resourcesAfter(0)
                  + " did not run whole; complete it or restore a backup");
    }
    incarnation(db);
  }

  /** Refuses a database that is neither empty nor a ledger, before anything about it is changed. */
  static void requireOurs(Dialect dialect, Set<String> present) {
    String meta = dialect.named(META);
    if (!present.isEmpty() && !present.contains(meta)) {
      throw refused(
          dialect,
          "it has no " + meta + " but " + some(named(present)),
          "it belongs to something else, or lost that table; name an empty database or restore");
    }
  }

  private int version(Statements db, Set<String> present) throws SQLException {
    requireOurs(dialect, present);
    String found = read(db, VERSION_NAME).orElse("none");
    for (SchemaStep step : dialect.schemaSteps()) {
      if (found.equals(Integer.toString(step.version()))) {
        return step.version();
      }
    }
    throw refused(
        "expected schema version " + latest() + " or an earlier one, found " + found,
        "use the release of Ingest that wrote it, or a newer one");
  }

  private List<String> resourcesAfter(int version) {
    return dialect.schemaSteps().stream()
        .filter(step -> step.version() > version)
        .map(SchemaStep::resource)
        .toList();
  }

  /** Runs the steps after a version; 0 for all. */
  void apply(Statements db, int version) throws SQLException {
    for (SchemaStep step : dialect.schemaSteps()) {
      if (step.version() > version) {
        for (String statement : SchemaText.statements(Schema.class, step.resource())) {
          if (version > 0) {
            before.of(db);
          }
          db.runOnce(statement);
        }
        step.after().of(db);
      }
    }
    String reached = Integer.toString(latest());
    if (version == 0) {
      SecureRandom random = new SecureRandom();
      IncarnationId incarnation = IncarnationId.ofBits(random.nextLong(), random.nextLong());
      db.sql(INSERT_META).text(VERSION_NAME).text(reached).changeOne();
      db.sql(INSERT_META).text(INCARNATION_NAME).text(incarnation.value()).changeOne();
    } else {
      db.sql(UPDATE_META).text(reached).text(VERSION_NAME).changeOne();
    }
  }

  /** A missing table is named without its columns and indices, an index without its definition. */
  private static boolean isPartOf(Set<String> missing, String name) {
    if (name.startsWith(COLUMN)) {
      return missing.contains(TABLE + name.substring(COLUMN.length(), name.indexOf('.')));
    }
    int definition = name.indexOf(AS);
    if (definition >= 0) {
      return missing.contains(name.substring(0, definition));
    }
    return missing.stream()
        .filter(other -> other.startsWith(name + AS))
        .map(ON::matcher)
        .anyMatch(on -> on.find() && missing.contains(TABLE + on.group(1)));
  }

  private static Set<String> named(Set<String> all) {
    Set<String> named = new TreeSet<>(all);
    named.removeIf(name -> name.contains(AS));
    return named;
  }

  private static String shown(String name) {
    int definition = name.indexOf(AS);
    return definition < 0 ? name : name.substring(0, definition) + " in the expected form";
  }

  /** Reads the id of this life of the ledger. */
  IncarnationId incarnation(Statements db) throws SQLException {
    return read(db, INCARNATION_NAME)
        .map(IncarnationId::new)
        .orElseThrow(
            () ->
                refused("its table of metadata lacks the incarnation", "restore it from a backup"));
  }

  private static Optional<String> read(Statements db, String name) throws SQLException {
    return db.sql(READ_META).text(name).first(Row::text);
  }

  private LedgerException refused(String found, String advice) {
    return refused(dialect, found, advice);
  }

  private static LedgerException refused(Dialect dialect, String found, String advice) {
    return new LedgerException(dialect.name() + " could not be opened: " + found + "; " + advice);
  }

  private static String some(Set<String> names) {
    List<String> all =
        names.stream()
            .sorted(Comparator.comparing((String name) -> !name.startsWith(TABLE)))
            .map(Schema::shown)
            .toList();
    return all.size() <= NAMED
        ? String.join(", ", all)
        : String.join(", ", all.subList(0, NAMED)) + " and " + (all.size() - NAMED) + " more";
  }
}
