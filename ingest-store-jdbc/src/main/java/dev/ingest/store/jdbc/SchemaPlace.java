package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerConfigurationException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The schema that a ledger's tables were found in when it was opened. Their names have no schema,
 * so a schema that comes earlier in {@code search_path}, as one that is named like the user does by
 * default, takes them over as soon as it has such tables: a second ledger, which knows nothing of
 * what the first one has accepted. So none is made while the names lead to another one, and each
 * transaction of an open ledger asks the server whether they still lead where they did, ahead of
 * its first statement and in the same round trip.
 */
final class SchemaPlace {

  /** The state, of those for errors of our own, of names that lead to another schema. */
  static final String MOVED_STATE = "25I02";

  /** What to do about them. */
  static final String MOVED_ADVICE =
      "let search_path begin with the schema of this ledger (ALTER ROLE ... SET search_path, or"
          + " currentSchema in the URI), or drop the tables that another one has by these names";

  /** What a value that is no boolean has in it, by which the server's refusal is known again. */
  private static final String MARK = "ingest: names lead to schema ";

  private static final String FOUND_STATE = "22P02";

  private static final String FIND =
      "SELECT COALESCE(current_schema(), ''), n.nspname,"
          + " quote_literal(quote_ident(n.nspname) || '.@meta')"
          + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.oid = to_regclass('@meta')";

  private final String schema;
  private final String literal;

  private SchemaPlace(String schema, String literal) {
    this.schema = schema;
    this.literal = literal;
  }

  private record Found(String first, SchemaPlace place) {}

  /**
   * Finds where the tables lie, if they are anywhere.
   *
   * @throws LedgerConfigurationException if tables that are missing would be made elsewhere
   */
  static Optional<SchemaPlace> of(Statements db, Dialect dialect) throws SQLException {
    Optional<Found> found =
        db.sql(FIND).first(row -> new Found(row.text(), new SchemaPlace(row.text(), row.text())));
    if (found.isPresent() && !found.get().first().equals(found.get().place().schema)) {
      String first = found.get().first();
      String schema = found.get().place().schema;
      throw new LedgerConfigurationException(
          dialect.name()
              + " could not be opened: its tables lie in schema "
              + schema
              + ", but search_path begins with schema "
              + first
              + ", where new ones would be made; let search_path begin with "
              + schema
              + " (ALTER ROLE ... SET search_path, or currentSchema in the URI), or drop "
              + first
              + " if it is not needed; to begin another ledger there, name "
              + first
              + " alone for its first opening");
    }
    return found.map(Found::place);
  }

  /**
   * One more value for the statement at the head of a transaction, which the server cannot make
   * where the names lead elsewhere.
   */
  String check(Dialect dialect) {
    if (literal.indexOf('@') >= 0) {
      return "";
    }
    return dialect.named(
        ", CASE WHEN to_regclass("
            + literal
            + ") = to_regclass('@meta') THEN '' ELSE CAST(CAST('"
            + MARK
            + "' || COALESCE((pg_identify_object('pg_class'::regclass, to_regclass('@meta'),"
            + " 0)).schema, 'none') AS boolean) AS text) END");
  }

  /** Says of a refusal by the check what it means; any other error stays as it is. */
  SQLException told(SQLException error) {
    String message = String.valueOf(error.getMessage());
    int mark = message.indexOf(MARK);
    if (mark < 0 || !FOUND_STATE.equals(error.getSQLState())) {
      return error;
    }
    String found = message.substring(mark + MARK.length());
    int end = found.indexOf('"');
    return new SQLException(
        "expected its tables in schema "
            + schema
            + ", where they were when it was opened, but by search_path their names lead to schema "
            + (end < 0 ? found : found.substring(0, end)),
        MOVED_STATE,
        error);
  }
}
