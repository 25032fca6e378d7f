package dev.ingest.store.jdbc.content;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.contract.ContentPurgerContract;
import java.sql.SQLException;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("programme")
class PostgresContentPurgerContractTest extends ContentPurgerContract {

  private final HikariDataSource source;

  PostgresContentPurgerContractTest() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(PostgresServer.urlOfEmptySchema());
    config.setMinimumIdle(1);
    source = new HikariDataSource(config);
  }

  @AfterEach
  void closePool() {
    source.close();
  }

  @Override
  protected ContentAccess open(InstantSource clock) {
    return JdbcContent.postgres(source).access();
  }
}
