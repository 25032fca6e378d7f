package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a batch turned into columns, each of which goes to the server as one array: a
 * statement then has as many parameters as a row has values, however many rows there are, and one
 * prepared text serves every size of batch.
 */
final class ColumnBatch implements Parameters {

  private enum Type {
    TEXT,
    NUMBER,
    DIGEST
  }

  private record Column(Type type, List<@Nullable Object> values) {}

  private final List<Column> columns = new ArrayList<>();
  private int rows;
  private int next;

  /** Begins another row. */
  ColumnBatch row() {
    if (rows > 0 && next != columns.size()) {
      throw new IllegalStateException("a row has " + next + " values, not " + columns.size());
    }
    rows++;
    next = 0;
    return this;
  }

  @Override
  public ColumnBatch text(Optional<String> value) {
    return add(Type.TEXT, value.orElse(null));
  }

  @Override
  public ColumnBatch number(Optional<Long> value) {
    return add(Type.NUMBER, value.orElse(null));
  }

  @Override
  public ColumnBatch digest(Optional<Digest> value) {
    return add(Type.DIGEST, value.map(Digest::toBytes).orElse(null));
  }

  private ColumnBatch add(Type type, @Nullable Object value) {
    if (rows == 1) {
      columns.add(new Column(type, new ArrayList<>()));
    }
    Column column = columns.get(next++);
    if (column.type() != type) {
      throw new IllegalStateException("value " + next + " is " + type + ", not " + column.type());
    }
    column.values().add(value);
    return this;
  }

  /** Binds one array per column. */
  void bind(Bound statement) throws SQLException {
    for (Column column : columns) {
      switch (column.type()) {
        case TEXT -> statement.texts(column.values().toArray(new String[0]));
        case NUMBER -> statement.numbers(column.values().toArray(new Long[0]));
        case DIGEST -> statement.digests(column.values().toArray(new byte[0][]));
      }
    }
  }

  /** Returns the table that the arrays of so many columns make, its last column the row's place. */
  static String table(String alias, List<String> columns) {
    return "unnest("
        + String.join(", ", Collections.nCopies(columns.size(), "?"))
        + ") WITH ORDINALITY AS "
        + alias
        + " ("
        + String.join(", ", columns)
        + ", place)";
  }
}
