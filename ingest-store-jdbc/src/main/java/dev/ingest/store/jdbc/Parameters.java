package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Takes the values of a row in order: those of one statement, or of one element of a batch. */
interface Parameters {

  /** Takes text, or null. */
  Parameters text(Optional<String> value) throws SQLException;

  /** Takes a number, or null. */
  Parameters number(Optional<Long> value) throws SQLException;

  /** Takes a digest, or null. */
  Parameters digest(Optional<Digest> value) throws SQLException;

  /** Takes text. */
  default Parameters text(String value) throws SQLException {
    return text(Optional.of(value));
  }

  /** Takes an owner and an id. */
  default Parameters key(SequenceKey key) throws SQLException {
    return text(key.owner().value()).text(key.id().value());
  }

  /** Takes a number. */
  default Parameters number(long value) throws SQLException {
    return number(Optional.of(value));
  }

  /** Takes a flag, as 0 or 1. */
  default Parameters flag(boolean value) throws SQLException {
    return number(value ? 1 : 0);
  }

  /** Takes a time, in milliseconds. */
  default Parameters time(Instant value) throws SQLException {
    return number(Millis.of(value));
  }

  /** Takes a time, or null. */
  default Parameters time(Optional<Instant> value) throws SQLException {
    return number(value.map(Millis::of));
  }

  /** Takes a digest. */
  default Parameters digest(Digest value) throws SQLException {
    return digest(Optional.of(value));
  }
}
