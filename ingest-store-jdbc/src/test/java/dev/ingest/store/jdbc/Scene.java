package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Digest;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionItem;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.testkit.ManualTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * An owner and a pipeline that nothing else in the ledger uses, so that what happened to them can
 * be compared with what happened in another scene.
 */
final class Scene {

  /** How many sequences a scene has. */
  static final int COUNT = 3;

  /** How long leases run. */
  static final Duration LEASE = Sample.claim("any", 1, Sample.WORK).lease();

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final LedgerStore store;
  private final DataSource source;
  private final ManualTime time;
  private final UnaryOperator<String> named;
  private final Instant begun;
  private final String name = "scene" + NUMBERS.incrementAndGet();

  /**
   * Makes a scene.
   *
   * @param store the ledger, over connections that hold
   * @param source connections to its tables
   * @param time the ledger's time
   */
  Scene(LedgerStore store, DataSource source, ManualTime time) {
    this(store, source, time, text -> text);
  }

  /**
   * Makes a scene in tables that may have other names.
   *
   * @param store the ledger, over connections that hold
   * @param source connections to its tables
   * @param time the ledger's time
   * @param named makes a query for its tables of one for those with the usual prefix
   */
  Scene(LedgerStore store, DataSource source, ManualTime time, UnaryOperator<String> named) {
    this.named = named;
    this.store = store;
    this.source = source;
    this.time = time;
    begun = time.instant();
  }

  ManualTime time() {
    return time;
  }

  LedgerStore store() {
    return store;
  }

  OwnerId owner() {
    return OwnerId.of(name);
  }

  SequenceKey key(int number) {
    return SequenceKey.of(name, "s" + number);
  }

  List<SequenceKey> keys() {
    return IntStream.range(0, COUNT).mapToObj(this::key).toList();
  }

  WorkRef work() {
    return new WorkRef(name, Optional.of(Sample.STAGE));
  }

  WorkRef verification() {
    return new WorkRef(name, Optional.empty());
  }

  /** Opens a session and prepares the transition that accepts its sequence. */
  Transition accept(int number, AlertRow... alerts) {
    Transition plain = Sample.openAndPrepare(store, key(number));
    Run run =
        new Run(
            1,
            RunKind.PRIMARY,
            new PipelineRef(name, Digest.ofUtf8("plan")),
            Optional.of(Sample.STAGE),
            0,
            Optional.empty());
    return new Transition(
        plain.guard(), plain.after().withRun(run), plain.lease(), plain.row(), List.of(alerts));
  }

  /** Opens a session for the first sequence. */
  SessionId opened() {
    SessionId id = Sample.session();
    store.sessions().open(id, key(0), Sample.ROOM, OwnerQuota.UNLIMITED);
    return id;
  }

  static List<SessionItem> items() {
    return IntStream.range(0, COUNT).mapToObj(Sample::item).toList();
  }

  ControlRecord record(long version) {
    return new ControlRecord(new ControlRecord.Key("cut", name), version, "body " + version);
  }

  List<Entry> accepted() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      Transition accept = accept(i);
      Sample.commit(store, accept);
      entries.add(accept.after());
    }
    return entries;
  }

  List<Entry> claimed(WorkRef what) {
    List<Entry> claimed =
        store.work().claim(Sample.claim("node-1", COUNT, what)).stream()
            .map(Claimed::entry)
            .sorted((a, b) -> a.key().compareTo(b.key()))
            .toList();
    assertEquals(COUNT, claimed.size());
    return claimed;
  }

  List<Entry> leased() {
    accepted();
    return claimed(work());
  }

  List<Entry> leasedForVerification() {
    for (Entry one : leased()) {
      Sample.commit(store, Sample.processed(one));
    }
    time.advance(LEASE);
    return claimed(verification());
  }

  static Held held(Entry leased) {
    return new Held(leased.key(), leased.position().lease().orElseThrow().token());
  }

  /** Publishes what was verified under a lease. */
  static Transition published(Entry leased) {
    Transition atVersion = Sample.verified(leased);
    return new Transition(
        new Guard.WithLease(held(leased).token(), leased.version()),
        atVersion.after(),
        atVersion.lease(),
        atVersion.row(),
        List.of());
  }

  /** Gives leased work up, with an alert. */
  static Transition failed(Entry leased) {
    Standing standing =
        new Standing(
            false,
            0,
            false,
            Optional.empty(),
            Optional.of(new Failure("BROKEN", Optional.of(Sample.STAGE), "it broke")));
    Entry after =
        new Entry(
            leased.receipt(),
            leased.raw(),
            Sample.position(leased, State.FAILED, Optional.empty()),
            leased.run(),
            Optional.empty(),
            standing,
            leased.chain());
    return Sample.transition(
        new Guard.WithLease(held(leased).token(), leased.version()),
        Optional.of(leased.state()),
        after,
        LeaseEffect.END,
        TransitionKind.FAILED,
        Sample.alert("SEQUENCE_FAILED", leased.key()));
  }

  /** Puts leased work off. */
  static Transition retried(Entry leased) {
    Entry after = leased.withPosition(Sample.position(leased, State.ACCEPTED, Optional.empty()));
    return Sample.transition(
        new Guard.WithLease(held(leased).token(), leased.version()),
        Optional.of(leased.state()),
        after,
        LeaseEffect.END,
        TransitionKind.STAGE_RETRIED);
  }

  /** Publishes all sequences and prepares the next step of each. */
  List<Transition> rested(TransitionKind kind, LeaseEffect lease, State state) {
    leasedForVerification().forEach(one -> Sample.commit(store, published(one)));
    return steps(kind, lease, state);
  }

  /** Prepares the next step of each sequence, at its version. */
  List<Transition> steps(TransitionKind kind, LeaseEffect lease, State state) {
    return keys().stream()
        .map(key -> Sample.find(store, key))
        .map(
            stored ->
                Sample.transition(
                    new Guard.AtVersion(stored.version()),
                    Optional.of(stored.state()),
                    stored.withPosition(Sample.position(stored, state, Optional.empty())),
                    lease,
                    kind))
        .toList();
  }

  /** Lets the owner know of a transition. */
  static Transition told(Transition plain) {
    return plain.withNotice(
        Optional.of(
            new OwnerNotice(
                Transition.cause(plain.row()),
                NoticeKind.ACCEPTED,
                plain.key(),
                plain.after().receipt().manifest().root(),
                "something happened")));
  }

  /** Accepts the sequences with notices, which wait. */
  List<WaitingNotice> notices() {
    List<WaitingNotice> waiting = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      Transition accept = told(accept(i));
      Sample.commit(store, accept);
      waiting.add(WaitingNotice.untried(accept.notice().orElseThrow()));
    }
    return waiting;
  }

  /** The same notice after a try that was refused. */
  static WaitingNotice refused(WaitingNotice waiting) {
    return new WaitingNotice(
        waiting.notice(),
        new WaitingNotice.Tries(1, 1, Optional.of(Sample.START), "no"),
        Sample.START.plusSeconds(60),
        false);
  }

  /** Brings a failed sequence back by another upload. */
  Transition readmitted(Entry failed) {
    Transition again = accept(Integer.parseInt(failed.key().id().value().substring(1)));
    Guard.Accept accept = (Guard.Accept) again.guard();
    Entry after =
        again
            .after()
            .withPosition(Sample.position(failed, State.ACCEPTED, Optional.empty()))
            .withChain(failed.chain());
    return Sample.transition(
        new Guard.Readmit(accept.session(), accept.part(), failed.version()),
        Optional.of(State.FAILED),
        after,
        LeaseEffect.END,
        TransitionKind.READMITTED);
  }

  /** Describes all that the ledger knows of the scene, without the ids that differ each time. */
  String view() throws SQLException {
    List<String> lines = new ArrayList<>();
    ScanQuery all =
        new ScanQuery(Optional.of(owner()), Optional.empty(), Set.of(), Optional.empty(), 100);
    for (Entry entry : store.ledger().scan(all).entries()) {
      lines.add(
          entry.key().id()
              + " "
              + entry.state()
              + " version "
              + entry.version()
              + " fence "
              + entry.position().fence()
              + " until "
              + Duration.between(begun, entry.position().visibleAt())
              + " "
              + entry.position().lease().map(lease -> "leased").orElse("free")
              + " "
              + entry.run().stage()
              + " attempts "
              + entry.run().attempts()
              + " "
              + entry.standing());
      lines.addAll(history(entry));
    }
    lines.add("census " + store.ledger().census(Optional.of(owner())).counts());
    lines.add("usage " + store.ledger().holdings().usage(owner()));
    lines.addAll(
        texts(
            "SELECT 'session ' || sequence || ' ' || state || ' ' || part_starts || ' '"
                + " || reserved_bytes || ' ' || recorded_items || ' ' || recorded_bytes || ' '"
                + " || (SELECT COUNT(*) FROM ingest_session_items i WHERE i.session = s.id)"
                + " FROM ingest_sessions s WHERE owner = ? ORDER BY 1"));
    lines.addAll(
        texts(
            "SELECT 'alert ' || id || ' ' || code FROM ingest_alerts WHERE owner = ? ORDER BY 1"));
    lines.addAll(
        texts(
            "SELECT 'notice ' || id || ' tried ' || tries || ' due ' || due_at FROM ingest_notices"
                + " WHERE owner = ? ORDER BY 1"));
    lines.addAll(
        texts("SELECT 'member ' || id FROM ingest_control_sets WHERE name = ? ORDER BY 1"));
    lines.addAll(
        texts("SELECT version || ' ' || body FROM ingest_controls WHERE name = ? ORDER BY 1"));
    return String.join("\n", lines);
  }

  private List<String> history(Entry entry) {
    List<String> lines = new ArrayList<>();
    ChainHead head = ChainHead.EMPTY;
    for (HistoryRow row : store.ledger().history(entry.key(), 0, 100)) {
      assertEquals(head.length() + 1, row.link().ordinal());
      assertEquals(head.head(), row.link().previous());
      head = new ChainHead(row.link().ordinal(), row.link().hash());
      lines.add("  " + row.step().kind() + " to " + row.to());
    }
    assertEquals(entry.chain(), head, "the history ends where the entry says");
    return lines;
  }

  /** Counts an acceptance too many in the hourly census of the accepted sequences. */
  void distortCensus() {
    CensusKey cell = CensusKey.of(Sample.find(store, key(0)));
    String columns = String.join(", ", CensusTable.COLUMNS);
    String counts = "1" + ", 0".repeat(CensusTable.COLUMNS.size() - 1);
    run(
        "INSERT INTO ingest_census AS c (hour, pipeline, owner, %s) VALUES (%d, '%s', '%s', %s)"
                .formatted(columns, cell.number(), name, name, counts)
            + " ON CONFLICT (hour, pipeline, owner) DO UPDATE SET accepted = c.accepted + 1");
  }

  private void run(String statement) {
    try (Connection connection = source.getConnection();
        var plain = connection.createStatement()) {
      plain.execute(named.apply(statement));
    } catch (SQLException e) {
      throw new IllegalStateException("a scene could not be made", e);
    }
  }

  /** The counts that the ledger keeps are those of its rows. */
  void assertCountsAreExact() throws SQLException {
    var census = store.ledger().census(Optional.empty());
    List<String> counted = new ArrayList<>();
    census.counts().forEach((state, count) -> counted.add(state + " " + count));
    counted.add("OPEN " + census.openSessions());
    List<String> rows =
        texts(
            "SELECT state || ' ' || COUNT(*) FROM (SELECT state FROM ingest_entries"
                + " WHERE state IS NOT NULL UNION ALL SELECT state FROM ingest_work) AS known"
                + " WHERE ? <> '' GROUP BY state");
    rows.addAll(
        texts("SELECT 'OPEN ' || COUNT(*) FROM ingest_sessions WHERE state = 'OPEN' AND ? <> ''"));
    assertEquals(Set.copyOf(rows), Set.copyOf(counted));
  }

  /** Runs a query that has this scene's name as its parameter. */
  List<String> texts(String query) throws SQLException {
    try (Connection connection = source.getConnection();
        var statement = connection.prepareStatement(named.apply(query))) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        List<String> texts = new ArrayList<>();
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
        return texts;
      }
    }
  }
}
