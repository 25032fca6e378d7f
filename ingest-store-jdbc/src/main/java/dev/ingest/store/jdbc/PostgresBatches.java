package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Batches in one round trip.
 *
 * <p>The common transitions ({@link PostgresShape}) of a batch become one statement each, sent
 * together and committed together. A statement judges the guards of all its elements in the rows
 * themselves, changes those that hold, and tells which these were. Whatever it does not name (a
 * refusal, which needs a reason; a repetition, which is to be recognised; a transition without a
 * shape) is then judged row by row. So the statements only ever decide what is certain, and every
 * other answer comes from the one place that all dialects share.
 *
 * <p>Elements go in order of their keys, and joins are kept to nested loops, so that batches lock
 * rows in one order. Should two of them get in each other's way all the same, the server undoes
 * one, and that one goes row by row too, where it is begun anew. And should somebody keep a lock
 * for longer than 4 s, each goes by itself, and those whose rows are locked are unknown.
 */
final class PostgresBatches implements Batches {

  static final String FIND =
      "SELECT u.place, "
          + EntryColumns.MERGED
          + " FROM "
          + ColumnBatch.table("u", List.of("owner", "id"))
          + " JOIN @entries e ON e.owner = u.owner AND e.id = u.id"
          + " LEFT JOIN @work w ON w.owner = u.owner AND w.id = u.id";

  private final ServerDatabase database;
  private final Life life;
  private final RowBatches rows;
  private final PostgresUpkeep upkeep;

  PostgresBatches(ServerDatabase database, Life life, PostgresUpkeep upkeep) {
    this.database = database;
    this.life = life;
    this.upkeep = upkeep;
    rows = new RowBatches(database, life);
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    if (transitions.isEmpty()) {
      return database.query("commit nothing", db -> List.of());
    }
    Map<PostgresShape, List<Integer>> shaped = new EnumMap<>(PostgresShape.class);
    List<Integer> order = new ArrayList<>(transitions.size());
    for (int i = 0; i < transitions.size(); i++) {
      order.add(i);
    }
    order.sort((a, b) -> transitions.get(a).key().compareTo(transitions.get(b).key()));
    for (int i : order) {
      PostgresShape.of(transitions.get(i), life.latest())
          .ifPresent(shape -> shaped.computeIfAbsent(shape, s -> new ArrayList<>()).add(i));
    }
    List<Optional<Outcome>> outcomes =
        new ArrayList<>(Collections.nCopies(transitions.size(), Optional.empty()));
    boolean isLocked = false;
    if (!shaped.isEmpty()) {
      Applied applied = applied(shaped, transitions);
      applied.places().forEach(place -> outcomes.set(place, Optional.of(Outcome.APPLIED)));
      isLocked = applied.isLocked();
    }
    order.removeIf(i -> outcomes.get(i).isPresent());
    if (!order.isEmpty()) {
      List<Outcome> judged =
          judged(
              order.stream().map(transitions::get).toList(),
              order.size() == transitions.size(),
              isLocked);
      for (int i = 0; i < order.size(); i++) {
        outcomes.set(order.get(i), Optional.of(judged.get(i)));
      }
    }
    upkeep.afterCall();
    return outcomes.stream().map(Optional::orElseThrow).toList();
  }

  /** What the statements have applied is told as applied, whatever becomes of the others. */
  private List<Outcome> judged(List<Transition> others, boolean areAll, boolean isLocked) {
    try {
      return isLocked
          ? database.outcomesPastLocks(
              "commit " + others.size() + " transitions", rows.changes(others))
          : rows.commit(others);
    } catch (LedgerException e) {
      if (areAll) {
        throw e;
      }
      return Collections.nCopies(others.size(), new Outcome.Unknown(e));
    }
  }

  /** Which elements the statements have applied, and whether a lock kept them from it. */
  private record Applied(List<Integer> places, boolean isLocked) {}

  /** Applies what holds; nothing of it, if one element makes the server refuse the statements. */
  private Applied applied(Map<PostgresShape, List<Integer>> shaped, List<Transition> transitions) {
    String what = "commit " + transitions.size() + " transitions";
    long cells = transitions.stream().map(one -> CensusKey.of(one.after())).distinct().count();
    database.appended(shaped.size() * (2 + 2 * cells));
    StringBuilder text =
        new StringBuilder(
            shaped.keySet().stream().map(PostgresShape::sql).collect(Collectors.joining("; ")));
    if (upkeep.mayNotify(transitions)) {
      text.append("; NOTIFY ").append(PostgresListener.CHANNEL);
    }
    return database.singleOfCommits(
        what,
        db -> {
          try {
            Bound statement = db.sql(text.toString());
            for (Map.Entry<PostgresShape, List<Integer>> shape : shaped.entrySet()) {
              shape
                  .getKey()
                  .bind(
                      statement,
                      database.dialect().givenMillis(),
                      shape.getValue().stream().map(transitions::get).toList());
            }
            return new Applied(places(statement, shaped), false);
          } catch (SQLException e) {
            if (ServerDatabase.isCertain(e)) {
              return new Applied(List.of(), ServerDatabase.isLocked(e));
            }
            throw e;
          } catch (InvalidValueException e) {
            return new Applied(List.of(), false);
          }
        });
  }

  private static List<Integer> places(Bound statement, Map<PostgresShape, List<Integer>> shaped)
      throws SQLException {
    List<List<Long>> results = statement.listsAfterFirst(Row::number);
    List<Integer> applied = new ArrayList<>();
    int result = 0;
    for (List<Integer> elements : shaped.values()) {
      for (long place : results.get(result)) {
        applied.add(elements.get((int) place - 1));
      }
      result++;
    }
    return applied;
  }

  @Override
  public Optional<UploadSession> open(SessionId id, SequenceKey key, Reservation reserve) {
    List<Instant> touched =
        database.single(
            "open session " + id + " of " + key,
            db -> {
              Bound statement = db.sql(SessionTable.OPEN);
              statement
                  .number(database.dialect().givenMillis())
                  .text(id.value())
                  .key(key)
                  .number(reserve.items())
                  .number(reserve.bytes());
              return statement.listsAfterFirst(Row::time).get(0);
            });
    database.appended(2);
    upkeep.afterCall();
    return touched.stream()
        .findFirst()
        .map(
            at ->
                new UploadSession(
                    new RawLocation(id, List.of(0)),
                    key,
                    SessionState.OPEN,
                    reserve,
                    Reservation.NONE,
                    at));
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    if (keys.isEmpty()) {
      return database.query("find 0 entries", db -> List.of());
    }
    return database.query(
        "find " + keys.size() + " entries",
        db -> {
          List<Optional<Entry>> found =
              new ArrayList<>(Collections.nCopies(keys.size(), Optional.empty()));
          ColumnBatch wanted = new ColumnBatch();
          for (SequenceKey key : keys) {
            wanted.row().key(key);
          }
          Bound statement = db.sql(FIND);
          wanted.bind(statement);
          statement.list(row -> found.set(row.integer() - 1, Optional.of(EntryColumns.read(row))));
          return found;
        });
  }
}
