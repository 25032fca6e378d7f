package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.Verdict;
import dev.ingest.core.probe.JdbcProbe;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** A stage that writes a row, and whose node dies between the effect and the commit. */
final class IdempotentEffectTest {

  private final Bench bench = new Bench();
  private final SQLiteDataSource orders = new SQLiteDataSource();

  @TempDir private Path home;

  @BeforeEach
  void create() throws SQLException {
    orders.setUrl("jdbc:sqlite:" + home.resolve("orders.db"));
    change("create table orders (key text primary key, sequence text, prints integer)");
  }

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  private void change(String statement, Object... values) throws SQLException {
    try (Connection connection = orders.getConnection();
        PreparedStatement change = connection.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        change.setObject(i + 1, values[i]);
      }
      change.executeUpdate();
    }
  }

  private int count(String query) throws SQLException {
    try (Connection connection = orders.getConnection();
        PreparedStatement statement = connection.prepareStatement(query);
        ResultSet found = statement.executeQuery()) {
      assertTrue(found.next());
      return found.getInt(1);
    }
  }

  /** Orders prints, once for each key, and passes its items on. */
  private final class Ordering implements Stage {

    private int runs;
    private boolean forgets;

    @Override
    public StageRef ref() {
      return new StageRef("order", 1);
    }

    @Override
    public void run(StageContext context) throws Exception {
      runs++;
      if (!forgets) {
        change(
            "insert into orders values (?, ?, 1) on conflict (key) do nothing",
            context.idempotencyKey(),
            context.sequence().toString());
      }
      Iterator<StageItem> items = context.items();
      while (items.hasNext()) {
        StageItem item = items.next();
        context.emit(item.name(), item.open());
      }
    }
  }

  private Pipeline pipeline(Stage stage) {
    JdbcProbe ordered =
        JdbcProbe.of(
                "orders",
                orders,
                "select prints from orders where sequence = ?",
                evidence -> List.of(evidence.sequence().toString()))
            .expecting(
                (evidence, rows) ->
                    rows.size() == 1 && rows.get(0).has("prints", "1")
                        ? Verdict.pass()
                        : Verdict.fail("expected one order of one print, got " + rows.size()));
    return Pipeline.named("test")
        .stage(stage)
        .expect(Expectation.onePerItem())
        .probe(ordered)
        .build();
  }

  @Test
  void nodeThatDiesBetweenEffectAndCommit_leavesOneEffect() throws SQLException {
    Ordering stage = new Ordering();
    Engine dying =
        bench.engine(bench.ledgerThatFails("commit"), bench.watchedContent, pipeline(stage));
    Bench.submit(bench.engine(pipeline(stage)), RIDE, "a", "x");
    assertEquals(1, dying.worker().tick());
    bench.runTasks();
    assertEquals(1, stage.runs);
    assertEquals(1, count("select count(*) from orders"), "the effect is there");
    assertEquals(State.PROCESSING, bench.state(RIDE), "and its commit is not");

    bench.time.advance(Duration.ofSeconds(31));
    Engine next = bench.engine(pipeline(stage));
    bench.run(next);

    assertEquals(2, stage.runs);
    assertEquals(1, count("select sum(prints) from orders"), "one effect of two runs");
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(bench.kinds(RIDE).contains(TransitionKind.LEASE_LOST));
  }

  @Test
  void stageThatReportsSuccessWithoutWriting_publishesNothing() {
    Ordering stage = new Ordering();
    stage.forgets = true;
    Engine engine = bench.engine(pipeline(stage));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    String message = bench.entry(RIDE).standing().failure().orElseThrow().message();
    assertTrue(message.contains("probe orders: no row of alice/ride-1"), message);
    assertTrue(engine.result(RIDE).isEmpty());
    assertEquals(List.of("SEQUENCE_FAILED"), bench.alertCodes());
  }
}
