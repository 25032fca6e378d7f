package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A row of work that a claim on PostgreSQL has leased, as it was before.
 *
 * <p>The statement that leases is committed before its rows are read. So if one of them cannot be
 * read, as where a newer release has written it, all that was leased with it is given back as it
 * was, but for versions and fences, which only grow: nobody would work on it, and each claim of it
 * would spend an attempt, until what is sound is FAILED.
 *
 * @param owner the sequence's owner
 * @param id the sequence's id
 * @param fence the fence that was granted
 * @param state what it was in
 * @param lease the lease that had run out, column by column
 * @param problem why it cannot be read
 */
record TakenWork(
    String owner,
    String id,
    long fence,
    String state,
    Lease lease,
    Optional<SQLException> problem) {

  /** What {@link #read} reads first, of the rows of a claim. */
  static final String COLUMNS =
      "w.owner, w.id, w.fence, w.old_state, w.old_lease_until, w.old_lease_incarnation,"
          + " w.old_lease_node, w.old_lease_node_version, ";

  private static final String GIVE_BACK =
      "WITH u AS MATERIALIZED (SELECT * FROM "
          + ColumnBatch.table(
              "x",
              List.of(
                  "owner",
                  "id",
                  "fence",
                  "state",
                  "lease_until",
                  "lease_incarnation",
                  "lease_node",
                  "lease_node_version"))
          + "), done AS (UPDATE @work w SET state = u.state, version = w.version + 1,"
          + " attempts = GREATEST(w.attempts - 1, 0), lease_until = u.lease_until,"
          + " lease_incarnation = u.lease_incarnation, lease_node = u.lease_node,"
          + " lease_node_version = u.lease_node_version FROM u WHERE w.owner = u.owner"
          + " AND w.id = u.id AND w.fence = u.fence AND w.lease_incarnation = ? RETURNING u.state),"
          + " counted AS (INSERT INTO @tally_increments (owner, kind, amount, bytes)"
          + " SELECT '', kind, sign * amount, 0 FROM (SELECT COUNT(*) AS amount FROM done"
          + " WHERE state = 'ACCEPTED') AS moved CROSS JOIN"
          + " (VALUES ('PROCESSING', -1), ('ACCEPTED', 1)) AS kinds (kind, sign)"
          + " WHERE amount > 0) SELECT COUNT(*) FROM done";

  /** The columns of a lease. */
  record Lease(
      Optional<Long> until,
      Optional<String> incarnation,
      Optional<String> node,
      Optional<String> nodeVersion) {}

  /** Reads what was taken, and then what it is, which goes to {@code found} if it can be read. */
  static TakenWork read(Row row, Bound.Visit found) throws SQLException {
    TakenWork taken =
        new TakenWork(
            row.text(),
            row.text(),
            row.number(),
            row.text(),
            new Lease(
                row.optionalNumber(), row.optionalText(), row.optionalText(), row.optionalText()),
            Optional.empty());
    try {
      found.see(row);
      return taken;
    } catch (SQLException e) {
      return taken.withProblem(e);
    } catch (RuntimeException e) {
      return taken.withProblem(new UnreadableRowException(e));
    }
  }

  private TakenWork withProblem(SQLException found) {
    return new TakenWork(owner, id, fence, state, lease, Optional.of(found));
  }

  /** Gives back what nobody else has taken meanwhile. */
  static long giveBack(Statements db, List<TakenWork> taken, String incarnation)
      throws SQLException {
    ColumnBatch batch = new ColumnBatch();
    taken.stream()
        .sorted(Comparator.comparing(TakenWork::owner).thenComparing(TakenWork::id))
        .forEachOrdered(
            one ->
                batch
                    .row()
                    .text(Optional.of(one.owner))
                    .text(Optional.of(one.id))
                    .number(Optional.of(one.fence))
                    .text(Optional.of(one.state))
                    .number(one.lease.until)
                    .text(one.lease.incarnation)
                    .text(one.lease.node)
                    .text(one.lease.nodeVersion));
    Bound statement = db.sql(GIVE_BACK);
    batch.bind(statement);
    return statement.text(incarnation).number();
  }
}
