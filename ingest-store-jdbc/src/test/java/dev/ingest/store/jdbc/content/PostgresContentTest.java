package dev.ingest.store.jdbc.content;

import java.sql.SQLException;

class PostgresContentTest extends JdbcContentCases {

  @Override
  Backend backend() throws SQLException {
    return new Backend.Postgres();
  }

  @Override
  String longer() {
    return "bytes || '\\x00'::bytea";
  }
}
