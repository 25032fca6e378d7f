package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A request is under way for longer than its caller waits, and comes to the server only when the
 * same call was made again: the original lands at last, and changes nothing more. Shares and
 * commands are those of {@link JdbcFaultsTest}: a build takes the calls of its turn, one statement
 * of each.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("programme")
class LateRequestTest {

  private static final int SHARES = 8;
  private static final int MOST_STATEMENTS = 60;

  private final FaultShare share = FaultShare.ofTheBuild();

  @SuppressWarnings("NullAway.Init") // made before all tests
  private CutLine line;

  private int late;

  @BeforeAll
  void open() throws IOException, SQLException {
    line = new CutLine();
  }

  @AfterAll
  @SuppressWarnings("SystemOut") // the figures of a long run
  void close() throws SQLException {
    System.out.println("Requests that came late: " + late);
    line.close();
  }

  private Scene scene() throws SQLException {
    return new Scene(line.healthy(), line.source(), line.time());
  }

  @ParameterizedTest
  @EnumSource(CutCall.class)
  void requestThatComesLate_changesNothingMore(CutCall call) throws SQLException {
    if (!share.isAll() && !share.has(List.of(CutCall.values()).indexOf(call), SHARES)) {
      return;
    }
    Scene undisturbed = scene();
    RepeatedCall.Prepared plain = call.prepare(undisturbed);
    assertKnown(plain.of(line.healthy()));
    String view = undisturbed.view();
    int statement = share.isAll() ? 1 : 1 + new Random(share.turn()).nextInt(2);
    while (isLate(call, statement, view) && share.isAll()) {
      statement++;
      assertTrue(statement < MOST_STATEMENTS, "more statements than expected");
    }
  }

  private static void assertKnown(List<Outcome> outcomes) {
    assertTrue(outcomes.stream().noneMatch(Outcome.Unknown.class::isInstance), outcomes::toString);
  }

  /**
   * Tells whether the call had that many statements, or may have had: on a machine that is busy its
   * caller may have stopped waiting for an earlier one.
   */
  private boolean isLate(CutCall call, int statement, String view) throws SQLException {
    String at = call + ": late at statement " + statement;
    Scene scene = scene();
    RepeatedCall.Prepared prepared = call.prepare(scene);
    List<Outcome> outcomes = new ArrayList<>();
    boolean held = line.hold(statement, store -> outcomes.addAll(tried(prepared, store)));
    boolean known =
        !outcomes.isEmpty() && outcomes.stream().noneMatch(Outcome.Unknown.class::isInstance);
    if (known) {
      assertEquals(view, scene.view(), at + ", but was told as done");
    } else {
      assertKnown(prepared.of(line.healthy()));
      assertEquals(view, scene.view(), at + ", and made again before");
    }
    line.release();
    assertEquals(view, scene.view(), at + ", and landed");
    scene.assertCountsAreExact();
    late += held ? 1 : 0;
    return held || !known;
  }

  private static List<Outcome> tried(RepeatedCall.Prepared call, LedgerStore store) {
    try {
      return call.of(store);
    } catch (LedgerException e) {
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("submit the same again"), message);
      return List.of();
    }
  }
}
