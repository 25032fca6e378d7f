package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.LedgerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The versioned schema. An empty database gets it whole, in one transaction; any other must have
 * all of it, in the version that this code knows.
 */
final class Schema {

  static final int VERSION = 1;

  /** Stands between the name and the definition of a table or an index. */
  static final String AS = " as ";

  private static final int NAMED = 10;
  private static final String COLUMN = "column ";
  private static final String META = "table ingest_meta";
  private static final String READ_META = "SELECT value FROM ingest_meta WHERE name = ?";
  private static final String WRITE_META = "INSERT INTO ingest_meta (name, value) VALUES (?, ?)";

  private final Dialect dialect;

  Schema(Dialect dialect) {
    this.dialect = dialect;
  }

  void createOrCheck(Statements db) throws SQLException {
    dialect.begin(db, () -> true);
    try {
      Set<String> present = dialect.presentSchema(db);
      if (present.isEmpty()) {
        create(db);
      } else {
        check(db, present);
      }
      db.run("COMMIT");
    } catch (SQLException | RuntimeException e) {
      rollBack(db, e);
      throw e;
    }
  }

  /** Refuses a database that is neither empty nor a ledger, before anything about it is changed. */
  static void requireOurs(Dialect dialect, Set<String> present) {
    if (!present.isEmpty() && !present.contains(META)) {
      throw refused(
          dialect,
          "it has no " + META + " but " + some(named(present)),
          "it belongs to something else, or lost that table; name an empty database or restore");
    }
  }

  private void create(Statements db) throws SQLException {
    for (String statement : statements(dialect.schemaResource())) {
      db.run(statement);
    }
    SecureRandom random = new SecureRandom();
    IncarnationId incarnation = IncarnationId.ofBits(random.nextLong(), random.nextLong());
    db.sql(WRITE_META).text("schema_version").text(Integer.toString(VERSION)).changeOne();
    db.sql(WRITE_META).text("incarnation").text(incarnation.value()).changeOne();
  }

  private void check(Statements db, Set<String> present) throws SQLException {
    requireOurs(dialect, present);
    String version = read(db, "schema_version").orElse("none");
    if (!version.equals(Integer.toString(VERSION))) {
      throw refused(
          "expected schema version " + VERSION + ", found " + version,
          "use the release of Ingest that wrote it, or a newer one");
    }
    Set<String> missing = new TreeSet<>(dialect.expectedSchema());
    missing.removeAll(present);
    Set<String> absent = Set.copyOf(missing);
    missing.removeIf(name -> isPartOf(absent, name));
    if (!missing.isEmpty()) {
      throw refused("its schema lacks " + some(missing), "restore it from a backup");
    }
    incarnation(db);
  }

  /** A missing table or index is named without its columns and its definition. */
  private static boolean isPartOf(Set<String> missing, String name) {
    if (name.startsWith(COLUMN)) {
      return missing.contains("table " + name.substring(COLUMN.length(), name.indexOf('.')));
    }
    int definition = name.indexOf(AS);
    return definition >= 0 && missing.contains(name.substring(0, definition));
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
    return read(db, "incarnation")
        .map(IncarnationId::new)
        .orElseThrow(
            () -> refused("ingest_meta lacks the incarnation", "restore it from a backup"));
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
    List<String> all = names.stream().map(Schema::shown).toList();
    return all.size() <= NAMED
        ? String.join(", ", all)
        : String.join(", ", all.subList(0, NAMED)) + " and " + (all.size() - NAMED) + " more";
  }

  private static void rollBack(Statements db, Exception cause) {
    try {
      db.run("ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** Splits a schema resource into its statements; comments take whole lines. */
  static List<String> statements(String resource) {
    List<String> statements = new ArrayList<>();
    for (String statement : text(resource).replaceAll("(?m)^\\s*--.*$", "").split(";", -1)) {
      if (!statement.isBlank()) {
        statements.add(statement.strip());
      }
    }
    return statements;
  }

  private static String text(String resource) {
    try (InputStream in = Schema.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the module lacks its resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
