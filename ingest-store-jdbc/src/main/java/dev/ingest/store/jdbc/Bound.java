package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A prepared statement that is being given its parameters, from first to last. */
final class Bound implements Parameters {

  private final String text;
  private final PreparedStatement statement;
  private final boolean second;
  private int last;

  /**
   * Begins with the first parameter.
   *
   * @param text the statement, for messages
   * @param statement the statement
   * @param second whether its own rows come after those of another one
   */
  Bound(String text, PreparedStatement statement, boolean second) {
    this.text = text;
    this.statement = statement;
    this.second = second;
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  interface Mapping<T> {

    T from(Row row) throws SQLException;
  }

  @Override
  public Bound text(String value) throws SQLException {
    statement.setString(++last, value);
    return this;
  }

  @Override
  public Bound text(Optional<String> value) throws SQLException {
    return value.isPresent() ? text(value.get()) : nothing(Types.VARCHAR);
  }

  @Override
  public Bound key(SequenceKey key) throws SQLException {
    return text(key.owner().value()).text(key.id().value());
  }

  @Override
  public Bound number(long value) throws SQLException {
    statement.setLong(++last, value);
    return this;
  }

  @Override
  public Bound number(Optional<Long> value) throws SQLException {
    return value.isPresent() ? number(value.get()) : nothing(Types.BIGINT);
  }

  @Override
  public Bound flag(boolean value) throws SQLException {
    return number(value ? 1 : 0);
  }

  @Override
  public Bound time(Instant value) throws SQLException {
    return number(Millis.of(value));
  }

  @Override
  public Bound time(Optional<Instant> value) throws SQLException {
    return value.isPresent() ? time(value.get()) : nothing(Types.BIGINT);
  }

  @Override
  public Bound digest(Digest value) throws SQLException {
    statement.setBytes(++last, value.toBytes());
    return this;
  }

  @Override
  public Bound digest(Optional<Digest> value) throws SQLException {
    return value.isPresent() ? digest(value.get()) : nothing(Types.BINARY);
  }

  Bound bytes(byte[] value) throws SQLException {
    statement.setBytes(++last, value);
    return this;
  }

  Bound texts(String[] values) throws SQLException {
    return array("text", values);
  }

  Bound numbers(Long[] values) throws SQLException {
    return array("int8", values);
  }

  Bound digests(byte[][] values) throws SQLException {
    return array("bytea", values);
  }

  private Bound array(String type, Object[] values) throws SQLException {
    statement.setArray(++last, statement.getConnection().createArrayOf(type, values));
    return this;
  }

  private Bound nothing(int type) throws SQLException {
    statement.setNull(++last, type);
    return this;
  }

  void run() throws SQLException {
    statement.execute();
  }

  /** Changes rows and returns how many. */
  int change() throws SQLException {
    return statement.executeUpdate();
  }

  /** Changes exactly one row; anything else is an error that undoes the element. */
  void changeOne() throws SQLException {
    int changed = change();
    if (changed != 1) {
      throw new SQLException("expected to change 1 row, changed " + changed + ": " + text);
    }
  }

  /** Looks at a row. */
  @FunctionalInterface
  interface Visit {

    void see(Row row) throws SQLException;
  }

  /** Looks at each row in turn and keeps none; for a statement of its own, not after another. */
  void each(Visit visit) throws SQLException {
    try (ResultSet results = statement.executeQuery()) {
      Row row = new Row(results);
      while (results.next()) {
        visit.see(row.rewound());
      }
    }
  }

  <T> List<T> list(Mapping<T> mapping) throws SQLException {
    if (second) {
      return listsAfterFirst(mapping).get(0);
    }
    try (ResultSet results = statement.executeQuery()) {
      return all(results, mapping);
    }
  }

  /** Runs several statements as one, and maps the rows of each that has some but the first. */
  <T> List<List<T>> listsAfterFirst(Mapping<T> mapping) throws SQLException {
    List<List<T>> lists = new ArrayList<>();
    boolean first = true;
    for (boolean rows = statement.execute();
        rows || statement.getUpdateCount() != -1;
        rows = statement.getMoreResults()) {
      if (rows && !first) {
        try (ResultSet results = statement.getResultSet()) {
          lists.add(all(results, mapping));
        }
      }
      first = false;
    }
    return lists;
  }

  private <T> List<T> all(ResultSet results, Mapping<T> mapping) throws SQLException {
    List<T> values = new ArrayList<>();
    Row row = new Row(results);
    while (results.next()) {
      values.add(map(mapping, row.rewound()));
    }
    return values;
  }

  <T> Optional<T> first(Mapping<T> mapping) throws SQLException {
    if (second) {
      return list(mapping).stream().findFirst();
    }
    try (ResultSet results = statement.executeQuery()) {
      return results.next() ? Optional.of(map(mapping, new Row(results))) : Optional.empty();
    }
  }

  /** Returns the number in the only column of the only row. */
  long number() throws SQLException {
    return first(Row::number)
        .orElseThrow(() -> new SQLException("expected a row, found none: " + text));
  }

  private <T> T map(Mapping<T> mapping, Row row) throws SQLException {
    try {
      return mapping.from(row);
    } catch (RuntimeException e) {
      throw new UnreadableRowException(e);
    }
  }
}
