package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.testkit.ManualTime;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a node asks for again and again is found by an index: on tables of tens of thousands of
 * rows, and on new ones of which the server knows nothing yet, or that they were empty, where a
 * plan may stay while they grow. The plans are those by which the calls really ran.
 *
 * <p>Exempt are the tables that do not grow with what is done: {@code tally_increments}, which is
 * added up and emptied all the time, {@code alerts}, which each digest empties, and {@code meta}.
 */
@Tag("programme")
class PostgresPlanTest {

  private static final Set<String> BOUNDED =
      Set.of("ingest_tally_increments", "ingest_alerts", "ingest_meta");
  private static final int ROWS = 50_000;

  /** Runs beside a result: a backfill has no more than a thousand at a time. */
  private static final int BESIDE = 500;

  /** The most that a call may read of one table, for what it asks for here. */
  private static final int MOST_READ = 1_000;

  private static final OwnerId OWNER = OwnerId.of("many7");
  private static final SequenceKey KEY = new SequenceKey(OWNER, SequenceId.of("x7"));

  /** The calls that only read, and the claim. */
  enum Reading {
    FIND((store, at) -> store.ledger().find(List.of(KEY, Sample.key(1), Sample.key(2)))),
    HISTORY((store, at) -> store.ledger().history(KEY, 0, 100)),
    CHECKPOINT((store, at) -> store.ledger().checkpoint(KEY)),
    SCAN_ALL((store, at) -> store.ledger().scan(ScanQuery.all(100))),
    SCAN_AFTER((store, at) -> store.ledger().scan(ScanQuery.all(100).after(KEY))),
    SCAN_OWNER((store, at) -> store.ledger().scan(query(Optional.of(OWNER)))),
    SCAN_OWNER_AFTER((store, at) -> store.ledger().scan(query(Optional.of(OWNER)).after(KEY))),
    SCAN_ID(
        (store, at) ->
            store
                .ledger()
                .scan(
                    new ScanQuery(
                        Optional.empty(), Optional.of(KEY.id()), Set.of(), Optional.empty(), 9))),
    SCAN_STOPPED((store, at) -> store.ledger().scan(query(Optional.empty(), State.FAILED))),
    SCAN_STOPPED_OF_OWNER(
        (store, at) -> store.ledger().scan(query(Optional.of(OWNER), State.FAILED, State.LOST))),
    SCAN_IN_FLIGHT((store, at) -> store.ledger().scan(query(Optional.empty(), State.ACCEPTED))),
    SCAN_IN_FLIGHT_OF_OWNER(
        (store, at) -> store.ledger().scan(query(Optional.of(OWNER), State.ACCEPTED).after(KEY))),
    AUDIT((store, at) -> store.ledger().holdings().audit(audit(Optional.empty()))),
    AUDIT_AFTER(
        (store, at) -> store.ledger().holdings().audit(audit(Optional.of(SequencePlace.of(KEY))))),
    CENSUS((store, at) -> store.ledger().census(Optional.empty())),
    CENSUS_OF_OWNER((store, at) -> store.ledger().census(Optional.of(OWNER))),
    USAGE((store, at) -> store.ledger().holdings().usage(OWNER)),
    CLAIM((store, at) -> store.work().claim(Sample.claim("node-1", 50, Sample.WORK))),
    FIND_SESSION((store, at) -> store.sessions().find(at)),
    ITEMS((store, at) -> store.sessions().items(at, 100, 50)),
    UNTOUCHED(
        (store, at) ->
            store
                .sessions()
                .untouched(SessionState.OPEN, Duration.ofDays(1), Optional.empty(), 50)),
    UNTOUCHED_CLOSED(
        (store, at) ->
            store
                .sessions()
                .untouched(SessionState.ACCEPTED, Duration.ofDays(1), Optional.empty(), 50)),
    UNSENT((store, at) -> store.alerts().unsent(10)),
    LATEST((store, at) -> store.alerts().latest(10)),
    ANY_ALERTS((store, at) -> store.alerts().hasPending()),
    PRUNE((store, at) -> store.alerts().prune(10, 100)),
    SEAL((store, at) -> store.alerts().seal()),
    NOTICES_UNTRIED((store, at) -> store.alerts().notices().untried(Optional.empty(), 100)),
    NOTICES_UNTRIED_AFTER(
        (store, at) -> store.alerts().notices().untried(Optional.of(notice(false)), 100)),
    NOTICES_RETRIES((store, at) -> store.alerts().notices().retries(Optional.empty(), 100)),
    NOTICES_RETRIES_AFTER(
        (store, at) -> store.alerts().notices().retries(Optional.of(notice(true)), 100)),
    NOTICES_AHEAD((store, at) -> store.alerts().notices().ahead(100)),
    NOTICES_ASIDE((store, at) -> store.alerts().notices().aside(Optional.empty(), 100)),
    NOTICES_ASIDE_AFTER(
        (store, at) -> store.alerts().notices().aside(Optional.of(notice(false).notice()), 100)),
    NOTICES_ACKNOWLEDGED(
        (store, at) -> store.alerts().notices().acknowledge(List.of(notice(false).notice()))),
    NOTICES_POSTPONED((store, at) -> store.alerts().notices().postpone(List.of(notice(true)))),
    READ_RECORD((store, at) -> store.controls().read(new ControlRecord.Key("kind", "x7"))),
    LIST_RECORDS((store, at) -> store.controls().list("kind", "x7", 50)),
    MEMBERS(
        (store, at) ->
            store.controls().members(new ControlRecord.Key("set", "many"), Optional.empty(), 50)),
    MEMBERS_AFTER(
        (store, at) ->
            store.controls().members(new ControlRecord.Key("set", "many"), Optional.of(KEY), 50));

    @SuppressWarnings("ImmutableEnumChecker") // none of them keeps anything
    private final BiConsumer<LedgerStore, SessionId> call;

    Reading(BiConsumer<LedgerStore, SessionId> call) {
      this.call = call;
    }

    /** One that is not there, amid those that are. */
    private static WaitingNotice notice(boolean tried) {
      OwnerNotice notice =
          new OwnerNotice(
              new OwnerNotice.Cause(
                  TransitionId.ofBits(1, 1), 1, Sample.time().instant().plusMillis(2)),
              NoticeKind.ACCEPTED,
              KEY,
              Digest.of(new byte[32]),
              "text");
      return tried
          ? new WaitingNotice(
              notice,
              new WaitingNotice.Tries(1, 0, Optional.of(Instant.ofEpochMilli(2)), "no"),
              Instant.ofEpochMilli(2),
              false)
          : WaitingNotice.untried(notice);
    }

    private static AuditQuery audit(Optional<SequencePlace> after) {
      return new AuditQuery(after, SequencePlace.LAST, 100);
    }

    private static ScanQuery query(Optional<OwnerId> owner, State... states) {
      return new ScanQuery(owner, Optional.empty(), Set.of(states), Optional.empty(), 100);
    }
  }

  /** A ledger whose calls are explained. */
  @TestInstance(Lifecycle.PER_CLASS)
  abstract static class Plans {

    private final ManualTime time = Sample.time();
    private final PostgresPlace place = new PostgresPlace();

    @SuppressWarnings("NullAway.Init") // made before all tests
    LedgerStore store;

    @SuppressWarnings("NullAway.Init") // made before all tests
    Explained explained;

    @SuppressWarnings("NullAway.Init") // made before all tests
    LedgerStore asked;

    SessionId session = Sample.session();
    private List<String> opening = List.of();

    @BeforeAll
    void open() throws SQLException {
      store = place.open(time);
      session = new Scene(store, place.source(), time).opened();
      prepare(store, new Filling(place.source()), session);
      explained = new Explained(place.source().getJdbcUrl(), "force_generic_plan");
      asked = JdbcLedger.postgres(explained.source(), PostgresPlace.OPTIONS.withClock(time));
      opening = explained.plans();
    }

    @AfterAll
    void close() throws SQLException {
      asked.close();
      explained.close();
      store.close();
      place.source().close();
    }

    abstract void prepare(LedgerStore store, Filling filling, SessionId session)
        throws SQLException;

    @Test
    void whatIsReadAtOpening_isFoundByAnIndex() {
      assertPlans("opening", opening);
    }

    @BeforeEach
    void forgetPlans() {
      explained.plans();
    }

    @ParameterizedTest
    @EnumSource(CutCall.class)
    void whatIsChanged_isFoundByAnIndex(CutCall call) throws SQLException {
      RepeatedCall.Prepared prepared = call.prepare(new Scene(store, place.source(), time));
      explained.plans();
      prepared.of(asked);
      prepared.of(asked);
      assertPlans(call.name(), explained.plans());
    }

    void assertPlans(String what, List<String> plans) {
      assertFalse(plans.isEmpty(), "no plan of " + what);
      for (String plan : plans) {
        for (Explained.Scan scan : Explained.scans(plan)) {
          if (scan.table().startsWith("ingest_") && !BOUNDED.contains(scan.table())) {
            assertFalse(scan.how().equals("Seq Scan"), what + " reads all rows:\n" + plan);
            assertTrue(scan.read() <= MOST_READ, what + " reads too many rows:\n" + plan);
          }
        }
      }
    }
  }

  /** A ledger whose reading calls are explained too. */
  abstract static class PlansOfAll extends Plans {

    @ParameterizedTest
    @EnumSource(Reading.class)
    void whatIsRead_isFoundByAnIndex(Reading reading) {
      reading.call.accept(asked, session);
      assertPlans(reading.name(), explained.plans());
    }

    @ParameterizedTest
    @EnumSource(DueQuery.Kind.class)
    void whatIsDue_isReadInTheOrderOfItsIndex(DueQuery.Kind kind) {
      DueQuery query = DueQuery.of(kind, Duration.ofDays(7), 50);
      List<Entry> page = asked.ledger().due(query);
      assertDuePlan(kind, explained.plans());
      if (!page.isEmpty()) {
        asked.ledger().due(query.after(page.get(page.size() - 1)));
        assertDuePlan(kind, explained.plans());
      }
    }

    @Test
    void whatWasToldAtALevel_isReadInTheOrderOfItsIndex() {
      asked.ledger().due(DueQuery.risk(2, Duration.ofDays(7), 50));
      assertDuePlan(DueQuery.Kind.RISK, explained.plans());
    }

    /** The page itself and nothing else is read, from the kind's index, and nothing is sorted. */
    private void assertDuePlan(DueQuery.Kind kind, List<String> plans) {
      String index = "ingest_entries_due_" + kind.name().toLowerCase(Locale.ROOT);
      assertPlans(kind.name(), plans);
      for (String plan : plans) {
        assertFalse(plan.contains("Sort"), plan);
        for (Explained.Scan scan : Explained.scans(plan)) {
          if (scan.table().equals("ingest_entries")) {
            assertEquals(index, scan.index(), plan);
            assertTrue(scan.read() <= 50, plan);
          }
        }
      }
    }
  }

  /** Tables just made, of which the server has no statistics. */
  @Nested
  class OnNewTables extends PlansOfAll {

    @Override
    void prepare(LedgerStore store, Filling filling, SessionId session) {}
  }

  /** Tables that were all but empty when the server last looked. */
  @Nested
  class OnTablesThatWereEmpty extends PlansOfAll {

    @Override
    void prepare(LedgerStore store, Filling filling, SessionId session) throws SQLException {
      filling.run("ANALYZE");
    }
  }

  /** Tables that years have filled. */
  @Nested
  class OnFullTables extends PlansOfAll {

    @Override
    void prepare(LedgerStore store, Filling filling, SessionId session) throws SQLException {
      Sample.accepted(store, Sample.key(1));
      Sample.commit(store, Sample.processed(Sample.claimOne(store)));
      Sample.commit(store, Sample.verified(Sample.find(store, Sample.key(1))));
      Sample.accepted(store, Sample.key(2));
      store.sessions().record(session, 0, List.of(Sample.item(0)));
      store.controls().write(new ControlRecord(new ControlRecord.Key("kind", "x"), 1, "body"));
      store.controls().add(new ControlRecord.Key("set", "many"), List.of(Sample.key(1)));
      store.alerts().raise(List.of(Sample.alert("LATE", Sample.key(1))));
      store.alerts().acknowledge(store.alerts().seal().ordinal());
      fill(filling);
    }

    /** Shows that a page of each kind is full here, so that the tests above read one. */
    @ParameterizedTest
    @EnumSource(DueQuery.Kind.class)
    void whatIsDue_isMoreThanAPage(DueQuery.Kind kind) {
      DueQuery query = DueQuery.of(kind, Duration.ofDays(7), 50);
      List<Entry> page = asked.ledger().due(query);
      assertEquals(50, page.size());
      assertEquals(50, asked.ledger().due(query.after(page.get(49))).size());
      assertEquals(kind.timeOf(page.get(0)), kind.timeOf(page.get(48)), "many have one time");
    }

    /** Shows that the tests here can fail. */
    @Test
    void readingOfAWholeTable_isSeen() throws SQLException {
      new Filling(explained.source()).run("SELECT MAX(length(root)) FROM ingest_entries");
      Explained.Scan scan = Explained.scans(explained.plans().get(0)).get(0);
      assertEquals("Seq Scan", scan.how());
      assertEquals("ingest_entries", scan.table());
      assertTrue(scan.read() > ROWS, "rows " + scan.read());
    }

    private void fill(Filling filling) throws SQLException {
      Map<String, String> inFlight =
          Map.of(
              "owner", "'many' || (n % 1000)",
              "id", "'x' || n",
              "deadline", "r.deadline + n % 3",
              "at_risk", "n % 4",
              "expires_at", "r.expires_at + n % 3");
      Map<String, String> verified =
          Map.of(
              "owner", "'many' || (n % 1000)",
              "id", "'y' || n",
              "expires_at", "r.expires_at + n % 3",
              "visible_at", "r.visible_at + n % 3",
              "proven_at", "r.proven_at + n % 3",
              "hold_at", "NULL",
              "hold_actor", "NULL",
              "hold_reason", "NULL");
      for (String table : List.of("ingest_entries", "ingest_work", "ingest_history")) {
        filling.copy(table, "r.id = 's00002'", inFlight, ROWS);
      }
      for (String table : List.of("ingest_entries", "ingest_history")) {
        filling.copy(table, "r.id = 's00001'", verified, ROWS);
      }
      filling.copy(
          "ingest_entries",
          "r.id = 's00001'",
          Map.of("id", "'e' || n", "state", "'EXPIRING'", "visible_at", "r.visible_at + n % 3"),
          ROWS);
      filling.copy(
          "ingest_entries",
          "r.id = 's00001'",
          Map.of("id", "'f' || n", "state", "'FAILED'", "visible_at", "r.visible_at + n % 3"),
          ROWS);
      fillBeside(filling);
      String id = "lpad(to_hex(n), 31, '0')";
      Map<String, String> accepted = Map.of("id", "'a' || " + id, "sequence", "'x' || n");
      filling.copy("ingest_sessions", "r.sequence = 's00001'", accepted, ROWS);
      Map<String, String> open = Map.of("id", "'b' || " + id, "sequence", "'z' || n");
      filling.copy("ingest_sessions", "r.state = 'OPEN'", open, 1_000);
      filling.copy("ingest_session_items", "true", Map.of("ordinal", "n"), 500);
      Map<String, String> item =
          Map.of("session", "'a' || lpad(to_hex(n % 1000), 31, '0')", "ordinal", "n / 1000");
      filling.copy("ingest_session_items", "r.ordinal = 0", item, ROWS);
      filling.copy("ingest_tally_increments", "r.owner <> ''", Map.of("owner", "'o' || n"), 1_000);
      filling.copy("ingest_digests", "true", Map.of("ordinal", "r.ordinal + n"), ROWS);
      filling.copy("ingest_digest_lines", "true", Map.of("digest", "r.digest + n"), ROWS);
      filling.copy("ingest_digest_samples", "true", Map.of("digest", "r.digest + n"), ROWS);
      filling.copy("ingest_controls", "true", Map.of("name", "'x' || n"), ROWS);
      filling.copy("ingest_control_sets", "true", inFlight, ROWS);
      fillNotices(filling);
      String numbers = " FROM generate_series(1, " + ROWS + ") AS n";
      filling.run(
          "INSERT INTO ingest_tallies SELECT 'many' || n, 'VERIFIED', 1, 100" + numbers,
          "INSERT INTO ingest_history_checkpoints SELECT 'many' || n, 'x' || n, 1, sha256('x')"
              + numbers);
      List<String> full =
          filling.texts(
              "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0"
                  + " AND relnamespace = current_schema()::regnamespace");
      filling.run("ANALYZE " + String.join(", ", full));
    }

    /** Results that were replaced, and runs beside a result. */
    private void fillBeside(Filling filling) throws SQLException {
      filling.copy(
          "ingest_entries",
          "r.id = 's00001'",
          Map.of(
              "id", "'p' || n",
              "superseded_prefix", "r.published_prefix",
              "superseded_root", "r.published_root",
              "superseded_count", "r.published_count",
              "superseded_bytes", "r.published_bytes",
              "superseded_epoch", "r.published_epoch",
              "superseded_proven_at", "r.proven_at",
              "superseded_until", "r.proven_at + n % 3"),
          ROWS);
      Map<String, String> running = new HashMap<>();
      for (String column :
          List.of(
              "version",
              "visible_at",
              "fence",
              "stage",
              "contract",
              "attempts",
              "output_prefix",
              "output_root",
              "output_count",
              "output_bytes",
              "leftovers",
              "chain_length",
              "chain_head")) {
        running.put(column, "NULL");
      }
      running.put("id", "'q' || n");
      running.put("expires_at", "r.expires_at + n % 3");
      running.put("side_kind", "'REPLACEMENT'");
      running.put("side_epoch", "2");
      running.put("side_pipeline", "r.pipeline");
      running.put("side_plan", "r.plan");
      running.put("last_epoch", "2");
      filling.copy("ingest_entries", "r.id = 's00001'", running, BESIDE);
      filling.copy(
          "ingest_work",
          "r.id = 's00002'",
          Map.of("owner", "'owner'", "id", "'q' || n", "state", "'VERIFIED'"),
          BESIDE);
    }

    /** Of 1,000 owners: never tried, due again, put off, and set aside. */
    private void fillNotices(Filling filling) throws SQLException {
      filling.run(
          "INSERT INTO ingest_notices (owner, id, ordinal, transition, kind, at, root, text,"
              + " due_at, aside, tries, refused, tried_at) SELECT 'many' || (n % 1000), 'x' || n, 1,"
              + " lpad(to_hex(n), 32, '0'), 'ACCEPTED', n, sha256('x'), 'text',"
              + " CASE n % 4 WHEN 0 THEN 0 WHEN 1 THEN n WHEN 2 THEN 4000000000000 ELSE 5 END,"
              + " CASE n % 4 WHEN 3 THEN 1 ELSE 0 END, n % 4, n % 4,"
              + " CASE n % 4 WHEN 0 THEN NULL ELSE n END FROM generate_series(1, 200000) AS n");
    }
  }
}
