package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusQuery;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The cells of a census that a statement is about, as conditions and what is bound to them. One
 * hour is compared by equality, so that what is left of the key is in the order of an index.
 *
 * @param first the first hour, since 1970 in UTC
 * @param end the hour before which the last one lies
 * @param pipeline only this pipeline, or all
 * @param owner only this owner, or all
 * @param after only keys greater than this one, or all
 */
record CensusRange(
    long first,
    long end,
    Optional<String> pipeline,
    Optional<OwnerId> owner,
    Optional<CensusKey> after) {

  static CensusRange of(CensusQuery query) {
    return new CensusRange(
        query.firstHour(), query.endHour(), query.pipeline(), query.owner(), query.after());
  }

  static CensusRange at(CensusKey key) {
    return new CensusRange(
        key.number(),
        key.number() + 1,
        Optional.of(key.pipeline()),
        Optional.of(key.owner()),
        Optional.empty());
  }

  CensusRange within(long hour) {
    return new CensusRange(
        hour, hour + 1, pipeline, owner, after.filter(key -> key.number() == hour));
  }

  CensusRange from(long hour) {
    return new CensusRange(Math.max(first, hour), end, pipeline, owner, Optional.empty());
  }

  private boolean isOneHour() {
    return end == first + 1;
  }

  /**
   * Words the conditions.
   *
   * @param hour the hour of the table
   * @param alias the table
   */
  String conditions(String hour, String alias) {
    StringBuilder text = new StringBuilder();
    text.append(hour).append(isOneHour() ? " = ?" : " >= ? AND " + hour + " < ?");
    if (after.isPresent()) {
      text.append(" AND ")
          .append(
              isOneHour()
                  ? "(%1$s.pipeline, %1$s.owner) > (?, ?)".formatted(alias)
                  : "(%2$s, %1$s.pipeline, %1$s.owner) > (?, ?, ?)".formatted(alias, hour));
    }
    if (pipeline.isPresent()) {
      text.append(" AND ").append(alias).append(".pipeline = ?");
    }
    if (owner.isPresent()) {
      text.append(" AND ").append(alias).append(".owner = ?");
    }
    return text.toString();
  }

  /** Binds what the conditions need, in their order. */
  Bound bind(Bound statement) throws SQLException {
    statement.number(first);
    if (!isOneHour()) {
      statement.number(end);
    }
    if (after.isPresent()) {
      if (!isOneHour()) {
        statement.number(after.get().number());
      }
      statement.text(after.get().pipeline()).text(after.get().owner().value());
    }
    if (pipeline.isPresent()) {
      statement.text(pipeline.get());
    }
    if (owner.isPresent()) {
      statement.text(owner.get().value());
    }
    return statement;
  }
}
