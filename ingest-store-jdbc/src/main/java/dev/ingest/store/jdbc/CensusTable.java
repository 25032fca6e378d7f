package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Entry;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Counts per hour of acceptance, pipeline and owner, kept in the transaction that changes what they
 * count, and the same counted from the entries.
 *
 * <p>Where a dialect appends tallies, the increments of an owner's tallies are those of the census
 * too: each counts entries of one cell. Whoever adds them up adds them to both tables, and a reader
 * adds what is left. Claims and completed stages change no cell, since a cell has one count for all
 * that is in flight.
 */
final class CensusTable {

  private static final String KEY = "hour, pipeline, owner";

  /** The columns of the counts, in the order of {@link CensusCount}. */
  static final List<String> COLUMNS =
      Arrays.stream(CensusCount.values())
          .map(count -> count.name().toLowerCase(Locale.ROOT))
          .toList();

  /** Adds a row to its cell. */
  static final String ON_CONFLICT =
      " ON CONFLICT ("
          + KEY
          + ") DO UPDATE SET "
          + COLUMNS.stream()
              .map(column -> column + " = c." + column + " + excluded." + column)
              .collect(Collectors.joining(", "));

  private static final String INSERT =
      "INSERT INTO @census AS c (" + KEY + ", " + String.join(", ", COLUMNS) + ")";
  private static final String ADD =
      INSERT
          + " VALUES ("
          + String.join(", ", Collections.nCopies(COLUMNS.size() + 3, "?"))
          + ")"
          + ON_CONFLICT;

  private static final String PIPELINES =
      "SELECT pipeline FROM @census WHERE hour = ? AND pipeline > ? AND accepted > 0"
          + " ORDER BY pipeline LIMIT 1";
  private static final String APPENDED_PIPELINES =
      "SELECT DISTINCT pipeline FROM @tally_increments WHERE hour = ? AND entered > 0";

  private CensusTable() {}

  /** The hour of acceptance of an entry, as its index has it. */
  static String hourOf(String alias) {
    return "(%1$s.accepted_at / 3600000 - CASE WHEN %1$s.accepted_at %% 3600000 < 0 THEN 1 ELSE 0 END)"
        .formatted(alias);
  }

  /** Adds rows of increments, named {@code source}, to their cells. */
  static String fold(String source) {
    return INSERT
        + " SELECT "
        + KEY
        + ", "
        + ofIncrements().stream().map(term -> "SUM(" + term + ")").collect(Collectors.joining(", "))
        + " FROM "
        + source
        + " WHERE hour IS NOT NULL GROUP BY "
        + KEY
        + " ORDER BY "
        + KEY
        + ON_CONFLICT;
  }

  /** What a row of increments adds to each count. */
  private static List<String> ofIncrements() {
    return Arrays.stream(CensusCount.values())
        .map(
            count ->
                switch (count) {
                  case ACCEPTED -> "entered";
                  case FAILED_PUBLISHED -> published("FAILED");
                  case LOST_PUBLISHED -> published("LOST");
                  case IN_FLIGHT,
                      VERIFIED,
                      EXPIRING,
                      EXPIRED,
                      FAILED,
                      DISCARDING,
                      DISCARDED,
                      LOST ->
                      "CASE WHEN kind = '" + count.name() + "' THEN amount ELSE 0 END";
                })
        .toList();
  }

  private static String published(String kind) {
    return "CASE WHEN kind = '" + kind + "' THEN published ELSE 0 END";
  }

  /** Counts an entry as it is, and no longer as it was, where cells are changed at once. */
  static void move(Statements db, Optional<Entry> before, Entry after) throws SQLException {
    NavigableMap<CensusKey, CensusCounts> changes = new TreeMap<>();
    changes.put(CensusKey.of(after), CensusCounts.of(after));
    if (before.isPresent()) {
      changes.merge(
          CensusKey.of(before.get()),
          CensusCounts.NONE.minus(CensusCounts.of(before.get())),
          CensusCounts::plus);
    }
    for (Map.Entry<CensusKey, CensusCounts> change : changes.entrySet()) {
      if (!change.getValue().equals(CensusCounts.NONE)) {
        add(db, change.getKey(), change.getValue());
      }
    }
  }

  private static void add(Statements db, CensusKey key, CensusCounts counts) throws SQLException {
    Bound row = db.sql(ADD).number(key.number()).text(key.pipeline()).text(key.owner().value());
    for (CensusCount count : CensusCount.values()) {
      row.number(counts.count(count));
    }
    row.changeOne();
  }

  static CensusPage page(Statements db, Dialect dialect, CensusQuery query) throws SQLException {
    List<CensusCell> found = kept(db, dialect, CensusRange.of(query), query.limit() + 1);
    boolean more = found.size() > query.limit();
    return new CensusPage(more ? found.subList(0, query.limit()) : found, more);
  }

  /** A page of one hour; all statements must see one moment. */
  static CensusRecountPage recount(Statements db, Dialect dialect, CensusQuery query)
      throws SQLException {
    Optional<Long> hour = nextHour(db, dialect, query);
    if (hour.isEmpty()) {
      return new CensusRecountPage(List.of(), false);
    }
    int limit = query.limit();
    CensusRange range = CensusRange.of(query).within(hour.get());
    NavigableMap<CensusKey, CensusRecount> all = new TreeMap<>();
    for (CensusCell cell : kept(db, dialect, range, limit + 1)) {
      all.put(cell.key(), new CensusRecount(cell.key(), cell.counts(), CensusCounts.NONE));
    }
    for (CensusCell cell : counted(db, range, limit + 1)) {
      all.merge(
          cell.key(),
          new CensusRecount(cell.key(), CensusCounts.NONE, cell.counts()),
          (kept, counted) -> new CensusRecount(kept.key(), kept.kept(), counted.counted()));
    }
    List<CensusRecount> cells = all.values().stream().limit(limit).toList();
    boolean more =
        all.size() > limit
            || nextHour(db, dialect, query.after(cells.get(cells.size() - 1).key())).isPresent();
    return new CensusRecountPage(cells, more);
  }

  /** Finds the first hour that has a cell or an entry that is asked for. */
  private static Optional<Long> nextHour(Statements db, Dialect dialect, CensusQuery query)
      throws SQLException {
    CensusRange range = CensusRange.of(query);
    Optional<Long> hour =
        kept(db, dialect, range, 1).stream().findFirst().map(cell -> cell.key().number());
    Optional<Long> counted = nextHourOfEntries(db, range);
    return counted.isEmpty() || (hour.isPresent() && hour.get() < counted.get()) ? hour : counted;
  }

  private static Optional<Long> nextHourOfEntries(Statements db, CensusRange range)
      throws SQLException {
    if (range.after().isEmpty()) {
      return firstHourOfEntries(db, range);
    }
    long last = range.after().get().number();
    Optional<Long> same =
        last < range.first() || last >= range.end()
            ? Optional.empty()
            : firstHourOfEntries(db, range.within(last));
    return same.isPresent() ? same : firstHourOfEntries(db, range.from(last + 1));
  }

  private static Optional<Long> firstHourOfEntries(Statements db, CensusRange range)
      throws SQLException {
    return range.bind(db.sql(firstHourSql(range))).first(Row::number);
  }

  static String firstHourSql(CensusRange range) {
    return "SELECT "
        + hourOf("e")
        + " FROM @entries e WHERE "
        + range.conditions(hourOf("e"), "e")
        + " ORDER BY "
        + hourOf("e")
        + " LIMIT 1";
  }

  /**
   * Makes cells what the entries add up to; all statements must see one moment, and a change of a
   * cell beside them must make the transaction fail.
   */
  static List<CensusRecount> correct(Statements db, Dialect dialect, List<CensusKey> keys)
      throws SQLException {
    Map<CensusKey, CensusRecount> corrected = new TreeMap<>();
    for (CensusKey key : new TreeSet<>(keys)) {
      CensusRange range = CensusRange.at(key);
      CensusCounts kept = only(kept(db, dialect, range, 1));
      CensusCounts counted = only(counted(db, range, 1));
      corrected.put(key, new CensusRecount(key, kept, counted));
      CensusCounts missing = counted.minus(kept);
      if (!missing.equals(CensusCounts.NONE)) {
        add(db, key, missing);
      }
    }
    return keys.stream().map(corrected::get).toList();
  }

  private static CensusCounts only(List<CensusCell> cells) {
    return cells.isEmpty() ? CensusCounts.NONE : cells.get(0).counts();
  }

  /** Steps from one pipeline to the next, so that owners cost nothing. */
  static Set<String> acceptingPipelines(Statements db, Dialect dialect, Instant hour)
      throws SQLException {
    long number = Math.floorDiv(hour.getEpochSecond(), 3_600);
    Set<String> names = new TreeSet<>();
    Optional<String> next = db.sql(PIPELINES).number(number).text("").first(Row::text);
    while (next.isPresent()) {
      names.add(next.get());
      next = db.sql(PIPELINES).number(number).text(next.get()).first(Row::text);
    }
    if (dialect.appendsTallies()) {
      names.addAll(db.sql(APPENDED_PIPELINES).number(number).list(Row::text));
    }
    return names;
  }

  private static List<CensusCell> kept(Statements db, Dialect dialect, CensusRange range, int limit)
      throws SQLException {
    Bound statement = db.sql(keptSql(dialect, range));
    range.bind(statement).number(limit);
    if (dialect.appendsTallies()) {
      range.bind(statement).number(limit);
    }
    return statement.list(CensusTable::read);
  }

  /** The first cells of a table and of increments are among the first of each. */
  static String keptSql(Dialect dialect, CensusRange range) {
    String cells =
        "SELECT "
            + KEY
            + ", "
            + String.join(", ", COLUMNS)
            + " FROM @census c WHERE "
            + range.conditions("c.hour", "c")
            + " ORDER BY "
            + KEY
            + " LIMIT ?";
    if (!dialect.appendsTallies()) {
      return cells;
    }
    List<String> sums = COLUMNS.stream().map(column -> "SUM(" + column + ")").toList();
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      terms.add(ofIncrements().get(i) + " AS " + COLUMNS.get(i));
    }
    return "SELECT "
        + KEY
        + ", "
        + String.join(", ", sums)
        + " FROM (("
        + cells
        + ") UNION ALL SELECT "
        + KEY
        + ", "
        + String.join(", ", terms)
        + " FROM @tally_increments i WHERE i.hour IS NOT NULL AND "
        + range.conditions("i.hour", "i")
        + ") AS known GROUP BY "
        + KEY
        + " ORDER BY "
        + KEY
        + " LIMIT ?";
  }

  private static List<CensusCell> counted(Statements db, CensusRange range, int limit)
      throws SQLException {
    return range.bind(db.sql(countedSql(range))).number(limit).list(CensusTable::read);
  }

  static String countedSql(CensusRange range) {
    return "SELECT "
        + hourOf("e")
        + " AS hour, e.pipeline, e.owner, "
        + Arrays.stream(CensusCount.values())
            .map(CensusTable::ofEntries)
            .collect(Collectors.joining(", "))
        + " FROM @entries e WHERE "
        + range.conditions(hourOf("e"), "e")
        + " GROUP BY "
        + hourOf("e")
        + ", e.pipeline, e.owner ORDER BY "
        + hourOf("e")
        + ", e.pipeline, e.owner LIMIT ?";
  }

  private static String ofEntries(CensusCount count) {
    return switch (count) {
      case ACCEPTED -> "COUNT(*)";
      case IN_FLIGHT -> where("e.state IS NULL");
      case FAILED_PUBLISHED -> where("e.state = 'FAILED' AND e.published_prefix IS NOT NULL");
      case LOST_PUBLISHED -> where("e.state = 'LOST' AND e.published_prefix IS NOT NULL");
      case VERIFIED, EXPIRING, EXPIRED, FAILED, DISCARDING, DISCARDED, LOST ->
          where("e.state = '" + count.name() + "'");
    };
  }

  private static String where(String condition) {
    return "COUNT(*) FILTER (WHERE " + condition + ")";
  }

  private static CensusCell read(Row row) throws SQLException {
    CensusKey key = CensusKey.ofHour(row.number(), row.text(), new OwnerId(row.text()));
    Map<CensusCount, Long> counts = new EnumMap<>(CensusCount.class);
    for (CensusCount count : CensusCount.values()) {
      counts.put(count, row.number());
    }
    return new CensusCell(key, new CensusCounts(counts));
  }
}
