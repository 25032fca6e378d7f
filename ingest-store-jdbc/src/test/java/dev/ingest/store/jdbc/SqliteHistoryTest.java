package dev.ingest.store.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Dropping history on SQLite, row by row. */
final class SqliteHistoryTest extends HistoryRetentionCases {

  @TempDir Path directory;

  @Override
  JdbcLedger open() {
    return JdbcLedger.sqlite(directory.resolve("ledger.db"), time);
  }
}
