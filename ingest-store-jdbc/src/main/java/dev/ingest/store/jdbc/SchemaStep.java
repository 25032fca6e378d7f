package dev.ingest.store.jdbc;

import java.sql.SQLException;

/**
 * A step from one version of the schema to the next.
 *
 * @param version the version that it leads to, 1 or more
 * @param resource the resource with its statements, separated by {@code ;}
 * @param after what SQL cannot do, in the same transaction
 */
record SchemaStep(int version, String resource, Conversion after) {

  /** A step that is SQL alone. */
  SchemaStep(int version, String resource) {
    this(version, resource, db -> {});
  }

  /** What goes with the statements of steps, in their transaction. */
  @FunctionalInterface
  interface Conversion {

    void of(Statements db) throws SQLException;
  }
}
