package dev.ingest.store.jdbc.content;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteContentTest extends JdbcContentCases {

  @TempDir Path directory;

  @Override
  Backend backend() {
    return new Backend.Sqlite(directory);
  }

  @Override
  String longer() {
    return "CAST(bytes || 'x' AS BLOB)";
  }
}
