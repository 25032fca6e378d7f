package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  /** What comes before it opens the connection, and asks for nothing that could land. */
  private static final int FIRST = 2;

  private final FaultShare share = FaultShare.ofTheBuild();

  @SuppressWarnings("NullAway.Init") // made before all tests
  private CutLine line;

  private int cases;
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
    assertTrue(cases == 0 || late > 0, "no request came late");
  }

  private Scene scene() throws SQLException {
    return new Scene(line.healthy(), line.source(), line.time());
  }

  Stream<CutCall> calls() {
    CutCall[] all = CutCall.values();
    return IntStream.range(0, all.length)
        .filter(place -> share.isAll() || share.has(place, SHARES))
        .mapToObj(place -> all[place]);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void requestThatComesLate_changesNothingMore(CutCall call) throws SQLException {
    cases++;
    Scene undisturbed = scene();
    RepeatedCall.Prepared plain = call.prepare(undisturbed);
    int statements = line.count(store -> assertKnown(plain.of(store)));
    String view = undisturbed.view();
    assertTrue(statements >= FIRST && statements <= MOST_STATEMENTS, call + " has " + statements);
    if (share.isAll()) {
      for (int statement = FIRST; statement <= statements; statement++) {
        assertLateChangesNothing(call, statement, view);
      }
    } else {
      Random random = new Random(31 * share.turn() + call.name().hashCode());
      assertLateChangesNothing(call, random.nextInt(FIRST, statements + 1), view);
    }
  }

  /** What holds nothing proves nothing. */
  @Test
  void statementThatIsNotThere_isNoPass() throws SQLException {
    CutCall call = CutCall.CREATE_RECORD;
    Scene undisturbed = scene();
    RepeatedCall.Prepared plain = call.prepare(undisturbed);
    int beyond = 1 + line.count(store -> assertKnown(plain.of(store)));
    String view = undisturbed.view();
    AssertionError failure =
        assertThrows(AssertionError.class, () -> assertLateChangesNothing(call, beyond, view));
    assertTrue(String.valueOf(failure.getMessage()).contains("was sent"), failure::toString);
  }

  private static void assertKnown(List<Outcome> outcomes) {
    assertTrue(outcomes.stream().noneMatch(Outcome.Unknown.class::isInstance), outcomes::toString);
  }

  private void assertLateChangesNothing(CutCall call, int statement, String view)
      throws SQLException {
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
    // On a machine that is busy the caller may have stopped waiting for an earlier one.
    assertTrue(held || !known, at + ", and no such statement was sent");
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
