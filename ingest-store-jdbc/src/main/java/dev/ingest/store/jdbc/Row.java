package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row under a cursor, its columns read from first to last. */
final class Row {

  private final ResultSet results;
  private int last;

  Row(ResultSet results) {
    this.results = results;
  }

  Row rewound() {
    last = 0;
    return this;
  }

  String text() throws SQLException {
    return present(results.getString(++last));
  }

  Optional<String> optionalText() throws SQLException {
    return Optional.ofNullable(results.getString(++last));
  }

  SequenceKey key() throws SQLException {
    return SequenceKey.of(text(), text());
  }

  /** Reads an owner and an id, which are both null or neither. */
  Optional<SequenceKey> optionalKey() throws SQLException {
    Optional<String> owner = optionalText();
    Optional<String> id = optionalText();
    return owner.isEmpty()
        ? Optional.empty()
        : Optional.of(SequenceKey.of(owner.get(), id.orElseThrow()));
  }

  long number() throws SQLException {
    long value = results.getLong(++last);
    if (value == 0 && results.wasNull()) {
      throw new SQLException("column " + last + " is null");
    }
    return value;
  }

  int integer() throws SQLException {
    return Math.toIntExact(number());
  }

  Optional<Long> optionalNumber() throws SQLException {
    long value = results.getLong(++last);
    return value == 0 && results.wasNull() ? Optional.empty() : Optional.of(value);
  }

  boolean flag() throws SQLException {
    return number() != 0;
  }

  /** Reads what the database itself judged to be true or false. */
  boolean truth() throws SQLException {
    return results.getBoolean(++last);
  }

  Instant time() throws SQLException {
    return Instant.ofEpochMilli(number());
  }

  Optional<Instant> optionalTime() throws SQLException {
    return optionalNumber().map(Instant::ofEpochMilli);
  }

  Digest digest() throws SQLException {
    return Digest.ofBytes(present(results.getBytes(++last)));
  }

  Optional<Digest> optionalDigest() throws SQLException {
    return Optional.ofNullable(results.getBytes(++last)).map(Digest::ofBytes);
  }

  <E extends Enum<E>> E constant(Class<E> type) throws SQLException {
    return Enum.valueOf(type, text());
  }

  private <T> T present(@Nullable T value) throws SQLException {
    if (value == null) {
      throw new SQLException("column " + last + " is null");
    }
    return value;
  }
}
