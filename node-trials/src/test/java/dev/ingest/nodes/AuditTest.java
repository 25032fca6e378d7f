package dev.ingest.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the audit is there for is planted by hand, and it finds it. */
class AuditTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private Path temp;

  private Cluster cluster;

  @BeforeEach
  void acceptAndClaim() throws Exception {
    cluster = new Cluster(temp);
    cluster.submit(1);
    cluster.awaitReceipts();
    assertEquals(1, claim("holder").size());
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void commitOfTheHolder_isRegular() throws SQLException {
    change("version = version + 1, chain_length = chain_length + 1, lease_node = NULL");
    row("STAGE_DONE", "holder", "output=SealedOutput[prefix=run/o/s/e000001-000000000001-0");
    assertFound(0, 0);
  }

  @Test
  void commitOfAnother_isStale() throws SQLException {
    change("version = version + 1, chain_length = chain_length + 1, lease_node = NULL");
    row("STAGE_DONE", "other", "output=SealedOutput[prefix=run/o/s/e000001-000000000001-0");
    assertFound(1, 0);
  }

  @Test
  void outputOfAnotherLease_isStale() throws SQLException {
    change("version = version + 1, chain_length = chain_length + 1, lease_node = NULL");
    row("STAGE_DONE", "holder", "output=SealedOutput[prefix=run/o/s/e000001-000000000002-0");
    assertFound(1, 0);
  }

  @Test
  void rowThatNobodyCommitted_isStale() throws SQLException {
    row("LEASE_LOST", "holder", "");
    assertFound(1, 0);
  }

  @Test
  void commitWithoutRow_isIrregular() throws SQLException {
    change("version = version + 1, chain_length = chain_length + 1");
    assertFound(0, 1);
  }

  @Test
  void takenRunningLease_isIrregular() throws SQLException {
    assertEquals(List.of(), claim("other"));
    change("version = version + 1, fence = fence + 1, lease_node = 'other'");
    assertFound(0, 1);
  }

  @Test
  void takenLeaseThatRanOut_isRegular() throws SQLException {
    change("lease_until = lease_until - 120000");
    assertEquals(1, claim("other").size());
    assertFound(0, 0);
    assertEquals(1, cluster.audit().takeovers());
  }

  @Test
  void fenceThatFalls_isIrregular() throws SQLException {
    change("fence = fence - 1");
    assertFound(0, 1);
  }

  @Test
  void handBack_isRegular() throws SQLException {
    change("version = version + 1, lease_node = NULL, lease_until = NULL");
    assertFound(0, 0);
    assertEquals(1, cluster.audit().handBacks());
  }

  private List<Claimed> claim(String node) {
    return cluster
        .work()
        .claim(
            new ClaimRequest(
                new NodeId(node),
                "test",
                NodeMain.pipeline(NodeMain::copy).stageWork(),
                10,
                MINUTE));
  }

  private void change(String assignments) throws SQLException {
    run("UPDATE ingest_work SET " + assignments);
  }

  private void row(String kind, String actor, String detail) throws SQLException {
    run(
        "INSERT INTO ingest_history SELECT owner, id, ordinal + 1, transition || 'x', '%s', at,"
                .formatted(kind)
            + " to_state, to_state, '%s', '%s', hash, hash FROM ingest_history"
                .formatted(actor, detail));
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = cluster.source().getConnection();
        Statement statement = connection.createStatement()) {
      assertEquals(1, statement.executeUpdate(sql));
    }
  }

  private void assertFound(int stale, int irregular) throws SQLException {
    assertEquals(stale, cluster.audit().staleCommits().size());
    assertEquals(irregular, cluster.audit().irregularities().size());
  }
}
