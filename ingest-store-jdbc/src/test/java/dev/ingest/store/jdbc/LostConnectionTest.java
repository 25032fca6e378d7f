package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.CutLine.Cut;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The connection is cut at each statement of each call, before the request has come to the server,
 * and after the server has done it but before its reply has come back. The call says that its
 * effect is unknown; submitted again, it leaves what it leaves where nothing was cut: nothing is
 * lost and nothing is doubled.
 *
 * <p>Statements are counted by what passes: the first call that nothing cuts has been cut at each
 * of its statements before.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Tag("programme")
class LostConnectionTest {

  private static final int MOST_STATEMENTS = 60;

  @SuppressWarnings("NullAway.Init") // made before all tests
  private CutLine line;

  @BeforeAll
  void open() throws IOException, SQLException {
    line = new CutLine();
  }

  @AfterAll
  void close() throws SQLException {
    line.close();
  }

  private Scene scene() throws SQLException {
    return new Scene(line.healthy(), line.source(), line.time());
  }

  /** One call that is made, and cut, and made again. */
  @FunctionalInterface
  private interface Attempt {

    /** Returns whether the connection was cut. */
    boolean at(Cut where, int statement) throws SQLException;
  }

  private static void atEachStatement(Attempt attempt) throws SQLException {
    for (Cut where : Cut.values()) {
      int statement = 1;
      while (attempt.at(where, statement)) {
        statement++;
        assertTrue(statement < MOST_STATEMENTS, "more statements than expected");
      }
      assertTrue(statement > 1, "nothing was cut");
    }
  }

  /** Tells whether outcomes leave nothing open, and that they were not made up. */
  private static boolean isKnown(List<Outcome> outcomes, List<Outcome> undisturbed) {
    boolean known = outcomes.stream().noneMatch(Outcome.Unknown.class::isInstance);
    if (known) {
      assertEquals(reasons(undisturbed), reasons(outcomes));
    }
    return known;
  }

  private static List<Optional<Reason>> reasons(List<Outcome> outcomes) {
    return outcomes.stream()
        .map(
            outcome ->
                outcome instanceof Outcome.NotApplied refused
                    ? Optional.of(refused.reason())
                    : Optional.<Reason>empty())
        .toList();
  }

  @ParameterizedTest
  @EnumSource(CutCall.class)
  void callThatIsCutAndMadeAgain_hasItsEffectOnce(CutCall call) throws SQLException {
    Scene undisturbed = scene();
    List<Outcome> expected = call.prepare(undisturbed).of(undisturbed.store());
    String view = undisturbed.view();
    atEachStatement(
        (where, statement) -> {
          Scene scene = scene();
          RepeatedCall.Prepared prepared = call.prepare(scene);
          List<Outcome> outcomes = new ArrayList<>();
          boolean cut =
              line.cut(where, statement, store -> outcomes.addAll(tried(prepared, store)));
          String at = where + " at statement " + statement;
          if (!outcomes.isEmpty() && isKnown(outcomes, expected)) {
            assertEquals(view, scene.view(), at + " was reported as done");
          } else {
            assertTrue(cut, at);
          }
          List<Outcome> again = prepared.of(line.healthy());
          assertTrue(
              reasons(again).equals(reasons(expected))
                  || reasons(again).stream().allMatch(call.ifDoneBefore()::equals),
              at + ": " + again);
          assertEquals(view, scene.view(), at);
          scene.assertCountsAreExact();
          return cut;
        });
  }

  /** Returns the outcomes, or none if the effect of all is unknown. */
  private static List<Outcome> tried(RepeatedCall.Prepared call, LedgerStore store) {
    try {
      return call.of(store);
    } catch (LedgerException e) {
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("submit the same again"), message);
      return List.of();
    }
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void claimThatIsCut_leavesWorkFreeOrLeasedUntilTheLeaseEnds(Cut where) throws SQLException {
    int statement = 1;
    boolean cut = true;
    boolean unheardOf = false;
    while (cut) {
      Scene scene = scene();
      scene.accepted();
      cut =
          line.cut(
              where,
              statement,
              store ->
                  attempt(
                      () -> store.work().claim(Sample.claim("node-1", Scene.COUNT, scene.work()))));
      List<Entry> left =
          line.healthy().ledger().find(scene.keys()).stream().map(Optional::orElseThrow).toList();
      long leased = left.stream().filter(one -> one.state() == State.PROCESSING).count();
      assertTrue(leased == 0 ? cut : leased == Scene.COUNT, "leased " + leased);
      unheardOf |= cut && leased > 0;
      line.time().advance(Scene.LEASE);
      List<Entry> claimed = scene.claimed(scene.work());
      for (Entry one : claimed) {
        long claims = leased > 0 ? 2 : 1;
        assertEquals(claims, one.position().fence());
        assertEquals(claims, one.run().attempts());
        assertEquals(1 + claims, one.version());
        Sample.commit(line.healthy(), Sample.processed(one));
      }
      scene.assertCountsAreExact();
      statement++;
    }
    assertEquals(where != Cut.REQUEST_LOST, unheardOf, "leases that the claimer never heard of");
    assertTrue(statement > 2, "nothing was cut");
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void resumeThatIsCut_beginsAPartOrNoneAndTheNextOneFencesIt(Cut where) throws SQLException {
    int statement = 1;
    boolean cut = true;
    while (cut) {
      SessionId id = scene().opened();
      cut = line.cut(where, statement, store -> attempt(() -> store.sessions().resume(id)));
      int parts = parts(id);
      assertTrue(parts == 1 ? cut : parts == 2, "parts " + parts);
      assertEquals(Outcome.APPLIED, line.healthy().sessions().resume(id));
      assertEquals(parts + 1, parts(id));
      statement++;
    }
    assertTrue(statement > 2, "nothing was cut");
  }

  private int parts(SessionId id) {
    return line.healthy().sessions().find(id).orElseThrow().raw().partStarts().size();
  }

  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (LedgerException e) {
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("submit the same again"), message);
    }
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void alertsWhoseCallIsCut_areAllThereOrNone(Cut where) throws SQLException {
    int statement = 1;
    boolean cut = true;
    while (cut) {
      Scene scene = scene();
      List<AlertRow> rows = scene.keys().stream().map(key -> Sample.alert("RAISED", key)).toList();
      cut = line.cut(where, statement, store -> attempt(() -> store.alerts().raise(rows)));
      int written =
          scene.texts("SELECT id FROM ingest_alerts WHERE owner = ? AND code = 'RAISED'").size();
      assertTrue(written == 0 ? cut : written == rows.size(), "written " + written);
      statement++;
    }
    assertTrue(statement > 2, "nothing was cut");
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void digestWhoseSealingIsCut_holdsEachAlertOnceAndLeavesNoGap(Cut where) throws SQLException {
    acknowledgeAll();
    int statement = 1;
    boolean cut = true;
    while (cut) {
      long before = line.healthy().alerts().seal().ordinal();
      Scene scene = scene();
      line.healthy()
          .alerts()
          .raise(scene.keys().stream().map(key -> Sample.alert("SEALED", key)).toList());
      cut = line.cut(where, statement, store -> attempt(() -> store.alerts().seal()));
      long last = line.healthy().alerts().seal().ordinal();
      List<AlertDigest> digests = line.healthy().alerts().unsent(10);
      assertEquals(
          IntStream.rangeClosed(0, (int) (last - before)).mapToObj(i -> before + i).toList(),
          digests.stream().map(AlertDigest::ordinal).toList());
      assertEquals(
          Scene.COUNT,
          digests.stream()
              .flatMap(digest -> digest.lines().stream())
              .mapToLong(AlertDigest.Line::count)
              .sum());
      assertEquals(0, line.healthy().alerts().pending());
      acknowledgeAll();
      statement++;
    }
    assertTrue(statement > 2, "nothing was cut");
  }

  private void acknowledgeAll() {
    line.healthy().alerts().seal();
    for (AlertDigest digest : line.healthy().alerts().unsent(100)) {
      line.healthy().alerts().acknowledge(digest.ordinal());
    }
  }
}
