package dev.ingest.store.jdbc.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingest.testkit.ManualTime;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQLite takes a partial index only where a statement repeats its condition. */
class SqlitePlanTest {

  /** The bodies of one step, and the index of what is to be removed. */
  private static final Pattern FEW =
      Pattern.compile("^SCAN (json_each VIRTUAL|CONSTANT ROW$)|content_loose_doomed");

  @TempDir Path directory;

  private List<String> scans(List<String> statements) {
    List<String> scans = new ArrayList<>();
    Backend.Sqlite backend = new Backend.Sqlite(directory);
    try (JdbcContent content = backend.open();
        SqliteDatabase database =
            SqliteDatabase.open(
                backend.file, new ManualTime(Instant.EPOCH), JdbcContentOptions.DEFAULT)) {
      assertFalse(content.access().store().name().isEmpty());
      for (String text : statements) {
        List<String> plan =
            database.read(
                "explain",
                sql -> sql.list("EXPLAIN QUERY PLAN " + text, row -> row.getString("detail")));
        assertFalse(plan.isEmpty(), text);
        plan.stream()
            .filter(step -> step.startsWith("SCAN ") && !FEW.matcher(step).find())
            .forEach(step -> scans.add(step + " in " + text));
      }
    }
    return scans;
  }

  @Test
  void statementsOfAWriter_scanNoTable() {
    assertEquals(List.of(), scans(Staging.STATEMENTS));
    assertEquals(List.of(), scans(Holder.STATEMENTS));
  }

  @Test
  void statementsOfASweep_scanNoTable() {
    assertEquals(List.of(), scans(Sweep.STATEMENTS));
  }
}
