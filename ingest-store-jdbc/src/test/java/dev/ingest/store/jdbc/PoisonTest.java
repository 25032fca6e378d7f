package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.ManualTime;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Elements that the server itself does not take, and rows that someone has tampered with. */
@Tag("programme")
class PoisonTest {

  private static final int BATCH = 50;

  private final ManualTime time = Sample.time();
  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @SuppressWarnings("NullAway.Init") // made before each test
  private Filling sql;

  @BeforeEach
  void open() throws SQLException {
    store = place.open(time);
    sql = new Filling(place.source());
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  /** The values that the types allow are all ones that a database of UTF-8 takes: not this one. */
  private void refuseTheNote(String note) throws SQLException {
    sql.run("ALTER TABLE ingest_history ADD CONSTRAINT not_here CHECK (detail <> '" + note + "')");
  }

  private static Transition noted(Transition plain, String note) {
    HistoryRow row = plain.row();
    return new Transition(
        plain.guard(),
        plain.after(),
        plain.lease(),
        new HistoryRow(
            row.key(),
            row.step(),
            row.from(),
            row.to(),
            new HistoryRow.Note("node-1", note),
            row.link()),
        plain.alerts());
  }

  private List<Transition> acceptances() {
    List<Transition> batch = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      batch.add(Sample.openAndPrepare(store, Sample.key(i)));
    }
    return batch;
  }

  private List<Transition> stagesDone() {
    acceptances().forEach(one -> Sample.commit(store, one));
    List<Transition> batch = new ArrayList<>();
    for (Claimed one : store.work().claim(Sample.claim("node-1", BATCH, Sample.WORK))) {
      batch.add(Sample.processed(one.entry()));
    }
    assertEquals(BATCH, batch.size());
    Collections.reverse(batch);
    return batch;
  }

  /** Commits, and looks at each element: what is poisoned has had no effect and says why. */
  private void assertOnlyThePoisonedFail(
      List<Transition> batch, Set<Integer> poisoned, String why, int rowsBefore) {
    List<Outcome> outcomes = store.ledger().commit(batch);
    assertEquals(BATCH, outcomes.size());
    for (int i = 0; i < BATCH; i++) {
      Transition one = batch.get(i);
      int rows = store.ledger().history(one.key(), 0, 10).size();
      if (poisoned.contains(i)) {
        Outcome.Unknown unknown = assertInstanceOf(Outcome.Unknown.class, outcomes.get(i));
        String message = String.valueOf(unknown.cause().getMessage());
        assertTrue(message.contains(why), message);
        assertEquals(rowsBefore, rows);
      } else {
        assertEquals(Outcome.APPLIED, outcomes.get(i), "element " + i);
        assertEquals(rowsBefore + 1, rows);
        assertEquals(one.after().chain(), Sample.find(store, one.key()).chain());
      }
    }
    assertEquals(outcomes.size(), store.ledger().commit(batch).size());
    assertEquals(
        BATCH - poisoned.size(),
        batch.stream()
            .filter(one -> store.ledger().history(one.key(), 0, 10).size() == rowsBefore + 1)
            .count(),
        "again, to the same effect");
  }

  @Test
  void acceptanceThatTheServerRefuses_failsAlone() throws SQLException {
    refuseTheNote("poison");
    List<Transition> batch = acceptances();
    Set<Integer> poisoned = Set.of(0, 17, 49);
    poisoned.forEach(i -> batch.set(i, noted(batch.get(i), "poison")));
    assertOnlyThePoisonedFail(batch, poisoned, "not_here", 0);
    assertEquals(47, store.ledger().census(Optional.empty()).count(State.ACCEPTED));
    assertEquals(3, store.ledger().census(Optional.empty()).openSessions());
    assertEquals(47, sql.number("SELECT COUNT(*) FROM ingest_work"));
  }

  @Test
  void workWhoseEntryIsGone_isNotSettledAndNotLost() throws SQLException {
    stagesDone().forEach(one -> Sample.commit(store, one));
    time.advance(Duration.ofHours(1));
    List<Transition> batch =
        store.work().claim(Sample.claim("node-1", BATCH, Sample.VERIFICATION)).stream()
            .map(one -> Sample.verified(one.entry()))
            .toList();
    SequenceKey gone = batch.get(7).key();
    sql.run("DELETE FROM ingest_entries WHERE id = '" + gone.id().value() + "'");

    List<Outcome> outcomes = store.ledger().commit(batch);

    Outcome.NotApplied refused = assertInstanceOf(Outcome.NotApplied.class, outcomes.get(7));
    assertEquals(Outcome.Reason.ABSENT, refused.reason());
    assertEquals(BATCH - 1, outcomes.stream().filter(Outcome::isApplied).count());
    assertEquals(List.of(gone.id().value()), sql.texts("SELECT id FROM ingest_work"));
  }

  @Test
  void workThatTheServerRefuses_failsAlone() throws SQLException {
    List<Transition> batch = stagesDone();
    refuseTheNote("poison");
    Set<Integer> poisoned = Set.of(25);
    batch.set(25, noted(batch.get(25), "poison"));
    assertOnlyThePoisonedFail(batch, poisoned, "not_here", 1);
    assertEquals(State.PROCESSING, Sample.find(store, batch.get(25).key()).state());
    assertEquals(49, store.ledger().census(Optional.empty()).count(State.PROCESSED));
    assertEquals(1, store.ledger().census(Optional.empty()).count(State.PROCESSING));
  }

  @Test
  void timeThatNoLedgerKeeps_failsAlone() {
    List<Transition> batch = stagesDone();
    Transition plain = batch.get(3);
    Position position = plain.after().position();
    Entry never =
        plain
            .after()
            .withPosition(
                new Position(
                    position.state(),
                    position.version(),
                    Instant.MAX,
                    position.fence(),
                    position.lease()));
    batch.set(3, new Transition(plain.guard(), never, plain.lease(), plain.row(), plain.alerts()));
    assertOnlyThePoisonedFail(batch, Set.of(3), "keeps times within", 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chain_head = sha256('broken')", "chain_length = chain_length + 1"})
  void chainOfWorkBrokenByHand_refusesTheNextCommitAndStaysBroken(String broken)
      throws SQLException {
    List<Transition> batch = stagesDone();
    SequenceKey victim = batch.get(11).key();
    sql.run("UPDATE ingest_work SET " + broken + " WHERE id = '" + victim.id() + "'");
    Entry found = Sample.find(store, victim);
    for (int attempt = 0; attempt < 2; attempt++) {
      List<Outcome> outcomes = store.ledger().commit(batch);
      for (int i = 0; i < BATCH; i++) {
        if (i == 11) {
          Outcome.NotApplied refused = assertInstanceOf(Outcome.NotApplied.class, outcomes.get(i));
          assertEquals(Reason.STALE_VERSION, refused.reason());
          assertTrue(refused.detail().contains("history rows up to"), refused.detail());
        } else {
          assertEquals(Outcome.APPLIED, outcomes.get(i));
        }
      }
      assertEquals(found, Sample.find(store, victim), "left as it was found");
      assertEquals(1, store.ledger().history(victim, 0, 10).size());
    }
  }

  @Test
  void chainAtRestBrokenByHand_refusesTheNextCommitAndStaysBroken() throws SQLException {
    SequenceKey key = Sample.key(1);
    Sample.accepted(store, key);
    Sample.commit(store, Scene.failed(Sample.claimOne(store)));
    Transition next = Sample.overdue(Sample.find(store, key));
    sql.run("UPDATE ingest_entries SET chain_head = sha256('broken')");
    Entry found = Sample.find(store, key);
    Outcome outcome = store.ledger().commit(List.of(next)).get(0);
    assertEquals(
        Reason.STALE_VERSION, assertInstanceOf(Outcome.NotApplied.class, outcome).reason());
    assertEquals(found, Sample.find(store, key));
    assertEquals(1, store.alerts().pending(), "no alert of what was refused");
  }

  @Test
  void historyChangedByHand_isNeverMadeToFit() throws SQLException {
    SequenceKey key = Sample.key(1);
    Sample.accepted(store, key);
    sql.run("UPDATE ingest_history SET hash = sha256('broken'), detail = 'nothing happened'");
    Sample.commit(store, Sample.processed(Sample.claimOne(store)));
    List<HistoryRow> rows = store.ledger().history(key, 0, 10);
    assertEquals(2, rows.size());
    assertNotEquals(rows.get(0).link().hash(), rows.get(1).link().previous(), "the break shows");
    assertEquals(rows.get(1).link().hash(), Sample.find(store, key).chain().head());
  }

  @Test
  void historyCutByHand_showsAtItsEnd() throws SQLException {
    SequenceKey key = Sample.key(1);
    Sample.accepted(store, key);
    Sample.commit(store, Sample.processed(Sample.claimOne(store)));
    sql.run("DELETE FROM ingest_history WHERE ordinal = 2");
    List<HistoryRow> rows = store.ledger().history(key, 0, 10);
    assertEquals(1, rows.size());
    assertEquals(2, Sample.find(store, key).chain().length());
    Sample.commit(store, Sample.overdue(Sample.find(store, key)));
    rows = store.ledger().history(key, 0, 10);
    assertEquals(3, rows.get(1).link().ordinal(), "the gap stays");
  }
}
