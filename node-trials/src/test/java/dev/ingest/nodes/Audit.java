package dev.ingest.nodes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * What the server itself saw: triggers write down, in the transaction that did it, each change of a
 * row of work but renewals, with the holder and the fence <em>before</em> it. So it can be told
 * afterwards of each commit whether its author held the lease at that moment, whatever the author
 * or the ledger's statements believed.
 */
final class Audit {

  private static final List<String> SETUP =
      List.of(
          "CREATE TABLE audit (owner text COLLATE \"C\", id text COLLATE \"C\", at bigint,"
              + " old_fence bigint, new_fence bigint, holder text COLLATE \"C\","
              + " new_holder text COLLATE \"C\", held_until bigint, old_rows bigint,"
              + " new_rows bigint)",
          """
          CREATE FUNCTION audit_work() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF TG_OP = 'DELETE' THEN
              INSERT INTO audit VALUES (OLD.owner, OLD.id,
                floor(extract(epoch FROM clock_timestamp()) * 1000), OLD.fence, OLD.fence,
                OLD.lease_node, NULL, OLD.lease_until, OLD.chain_length, OLD.chain_length + 1);
            ELSIF NEW.version <> OLD.version OR NEW.fence <> OLD.fence
                OR NEW.chain_length <> OLD.chain_length THEN
              INSERT INTO audit VALUES (OLD.owner, OLD.id,
                floor(extract(epoch FROM clock_timestamp()) * 1000), OLD.fence, NEW.fence,
                OLD.lease_node, NEW.lease_node, OLD.lease_until, OLD.chain_length,
                NEW.chain_length);
            END IF;
            RETURN NULL;
          END $$
          """,
          "CREATE TRIGGER audit_work AFTER UPDATE OR DELETE ON ingest_work"
              + " FOR EACH ROW EXECUTE FUNCTION audit_work()");

  private static final String HISTORY =
      " FROM ingest_history h LEFT JOIN audit a ON a.owner = h.owner AND a.id = h.id"
          + " AND a.old_rows = h.ordinal - 1 AND a.new_rows = h.ordinal WHERE h.ordinal > 1 AND ";

  /** A row by someone who did not hold the lease when it was written. */
  private static final String STALE =
      "SELECT h.owner, h.id, h.ordinal, h.kind, h.actor, a.holder, a.old_fence"
          + HISTORY
          + "h.actor IS DISTINCT FROM a.holder";

  /** An output that was made under another lease than the one it was committed under. */
  private static final String FOREIGN_OUTPUT =
      "SELECT h.owner, h.id, h.ordinal, h.detail, a.old_fence"
          + HISTORY
          + "h.kind = 'STAGE_DONE' AND a.old_fence IS DISTINCT FROM"
          + " CAST(substring(h.detail FROM 'prefix=[^,]*/e[0-9]{6}-([0-9]{12})-') AS bigint)";

  /** A change that is no claim of what is free, no commit under a lease and no hand-back. */
  private static final String IRREGULAR =
      "SELECT * FROM audit WHERE NOT COALESCE("
          + "(new_fence = old_fence + 1 AND new_rows = old_rows AND new_holder IS NOT NULL"
          + " AND (holder IS NULL OR held_until <= at))"
          + " OR (new_fence = old_fence AND new_rows = old_rows + 1 AND holder IS NOT NULL)"
          + " OR (new_fence = old_fence AND new_rows = old_rows AND holder IS NOT NULL"
          + " AND new_holder IS NULL), FALSE)";

  /** A chain that was continued from one place more than once, or without a row. */
  private static final String DOUBLED =
      "SELECT owner, id, old_rows, COUNT(*) FROM audit WHERE new_rows > old_rows"
          + " GROUP BY owner, id, old_rows HAVING COUNT(*) > 1"
          + " UNION ALL SELECT owner, id, ordinal, COUNT(*) FROM ingest_history"
          + " GROUP BY owner, id, ordinal HAVING COUNT(*) > 1"
          + " UNION ALL SELECT a.owner, a.id, a.new_rows, 0 FROM audit a"
          + " WHERE a.new_rows > a.old_rows AND NOT EXISTS (SELECT 1 FROM ingest_history h"
          + " WHERE h.owner = a.owner AND h.id = a.id AND h.ordinal = a.new_rows)";

  private final DataSource source;

  private Audit(DataSource source) {
    this.source = source;
  }

  /** Begins to write down. */
  static Audit of(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : SETUP) {
        statement.execute(sql);
      }
    }
    return new Audit(source);
  }

  /** Counts claims of leases that had run out. */
  long takeovers() throws SQLException {
    return Long.parseLong(
        rows("SELECT COUNT(*) FROM audit WHERE new_fence > old_fence AND holder IS NOT NULL")
            .get(0));
  }

  /** Counts leases that were given back. */
  long handBacks() throws SQLException {
    return Long.parseLong(
        rows("SELECT COUNT(*) FROM audit WHERE new_fence = old_fence AND new_rows = old_rows")
            .get(0));
  }

  /** Names the commits of nodes that did not hold the lease. */
  List<String> staleCommits() throws SQLException {
    List<String> stale = new ArrayList<>(rows(STALE));
    stale.addAll(rows(FOREIGN_OUTPUT));
    return stale;
  }

  /** Names everything else that must not be. */
  List<String> irregularities() throws SQLException {
    List<String> irregular = new ArrayList<>(rows(IRREGULAR));
    irregular.addAll(rows(DOUBLED));
    return irregular;
  }

  private List<String> rows(String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      while (results.next()) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(results.getString(i)));
        }
        found.add(String.join(" ", columns));
      }
    }
    return found;
  }
}
