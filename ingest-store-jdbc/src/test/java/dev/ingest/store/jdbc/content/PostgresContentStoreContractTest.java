package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.sql.SQLException;
import java.time.InstantSource;
import javax.sql.DataSource;

class PostgresContentStoreContractTest extends ContentStoreContract {

  private final DataSource source;

  PostgresContentStoreContractTest() throws SQLException {
    source = PostgresServer.ofEmptySchema();
  }

  @Override
  protected ContentAccess open(InstantSource clock) {
    return JdbcContent.postgres(source).access();
  }
}
