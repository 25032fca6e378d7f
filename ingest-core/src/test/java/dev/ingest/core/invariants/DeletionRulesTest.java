package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.testkit.Transitions;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which deletions are refused by what an entry or an upload still needs. */
final class DeletionRulesTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final SequenceKey OTHER = SequenceKey.of("alice", "ride-2");
  private static final SessionId SESSION = SessionId.ofBits(1, 2);
  private static final LeaseToken TOKEN = new LeaseToken(IncarnationId.ofBits(3, 4), 5);

  private final Transitions transitions = new Transitions(7, () -> START);
  private final Entry accepted = transitions.accept(transitions.entry(KEY, SESSION)).after();
  private final ContentPrefix raw = KeyLayout.session(KEY, accepted.raw());
  private final ContentKey rawItem = KeyLayout.rawItem(KEY, accepted.raw(), 0);
  private final List<UploadSession> open = new ArrayList<>();
  private final List<ControlRecord> records = new ArrayList<>();
  private Optional<Entry> entry = Optional.empty();
  private final DeletionRules rules = new DeletionRules(store());

  private LedgerStore store() {
    Holdings holdings =
        stub(
            Holdings.class,
            (method, given) -> new AuditPage(entry.map(AuditRow::of).stream().toList(), false));
    Ledger ledger =
        stub(
            Ledger.class,
            (method, given) -> method.equals("holdings") ? holdings : found((List<?>) given[0]));
    ControlRecords controls =
        stub(
            ControlRecords.class,
            (method, given) ->
                records.stream()
                    .filter(record -> record.key().name().compareTo((String) given[1]) > 0)
                    .toList());
    UploadSessions sessions =
        stub(
            UploadSessions.class,
            (method, given) -> method.equals("find") ? found((SessionId) given[0]) : page(given));
    return stub(
        LedgerStore.class,
        (method, given) ->
            switch (method) {
              case "ledger" -> ledger;
              case "sessions" -> sessions;
              case "controls" -> controls;
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private List<Optional<Entry>> found(List<?> keys) {
    return List.of(entry.filter(known -> keys.equals(List.of(known.key()))));
  }

  private Optional<UploadSession> found(SessionId id) {
    return open.stream().filter(one -> one.id().equals(id)).findFirst();
  }

  private List<UploadSession> page(Object[] given) {
    List<UploadSession> there = open.stream().filter(one -> one.state() == given[0]).toList();
    int from = ((Optional<?>) given[2]).map(after -> there.indexOf(after) + 1).orElse(0);
    return there.stream().skip(from).limit((Integer) given[3]).toList();
  }

  private static <T> T stub(Class<T> type, BiFunction<String, Object[], Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) -> answers.apply(method.getName(), given)));
  }

  private static UploadSession session(SessionId id, SequenceKey key, SessionState state) {
    return new UploadSession(
        new RawLocation(id, List.of(0)), key, state, Reservation.NONE, Reservation.NONE, START);
  }

  private void allowed(ContentPrefix scope, ContentKey key) {
    assertDoesNotThrow(() -> rules.s4ExpiryGuard(permit(KEY, scope, key)));
  }

  private void refused(ContentPrefix scope, ContentKey key) {
    fires("S4 Expiry guard", () -> rules.s4ExpiryGuard(permit(KEY, scope, key)));
  }

  private static void fires(String invariant, Runnable check) {
    assertEquals(invariant, assertThrows(InvariantViolation.class, check::run).invariant());
  }

  private static Permit permit(SequenceKey sequence, ContentPrefix scope, ContentKey key) {
    return new Permit(Permit.Reason.LOSER, sequence, "planted", scope, List.of(key));
  }

  private Entry in(State state) {
    return switch (state) {
      case ACCEPTED -> accepted;
      case PROCESSING -> leased();
      default -> transitions.move(accepted, state).after();
    };
  }

  private Entry leased() {
    Lease lease = new Lease(TOKEN, new NodeId("node-1"), "v1", START);
    return accepted.withPosition(new Position(State.PROCESSING, 2, START, 5, Optional.of(lease)));
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void rawBytes_stayUntilTheEntryLetsThemGo(State state) {
    entry = Optional.of(in(state));
    switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> refused(raw, rawItem);
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> allowed(raw, rawItem);
    }
  }

  @Test
  void bytesThatNoEntryKnows_mayGo() {
    allowed(raw, rawItem);
    entry = Optional.of(accepted);
    ContentPrefix elsewhere =
        KeyLayout.session(KEY, new RawLocation(SessionId.ofBits(1, 3), List.of(0)));
    allowed(elsewhere, elsewhere.key("manifest"));
  }

  private static ContentPrefix run(String name) {
    return KeyLayout.runs(KEY).child(name);
  }

  private SealedOutput output(String name) {
    return new SealedOutput(run(name), accepted.receipt().manifest());
  }

  private void refusedOutput(String name) {
    refused(run(name), KeyLayout.item(run(name), 0));
    refused(run(name), KeyLayout.manifest(run(name)));
  }

  private static Entry showing(Entry known, SealedOutput shown) {
    return new Entry(
        known.receipt(),
        known.raw(),
        known.position(),
        known.run(),
        Optional.of(new Publication(shown, 1, START)),
        known.standing(),
        known.chain(),
        known.beside());
  }

  @Test
  void publishedAndSupersededResults_stay() {
    Entry expired = showing(in(State.EXPIRED), output("e000001-1"));
    Superseded before = new Superseded(new Publication(output("e000000-1"), 1, START), START);
    entry = Optional.of(expired.withBeside(expired.beside().withSuperseded(Optional.of(before))));
    refusedOutput("e000001-1");
    refusedOutput("e000000-1");
    allowed(run("e000002-1"), KeyLayout.item(run("e000002-1"), 0));
  }

  @Test
  void whatQueuedWorkHasMade_stays() {
    entry =
        Optional.of(
            accepted.withRun(
                accepted.run().movedTo(Optional.of(Transitions.SECOND_STAGE), output("e1"))));
    refusedOutput("e1");
    // What a failed run made may go.
    entry = entry.map(known -> transitions.move(known, State.FAILED).after());
    allowed(run("e1"), KeyLayout.item(run("e1"), 0));
  }

  @Test
  void whatTheHolderOfTheLeaseWrites_stays() {
    entry = Optional.of(leased());
    ContentPrefix written = KeyLayout.output(KEY, 1, TOKEN);
    refused(written, KeyLayout.item(written, 3));
    ContentPrefix stale =
        KeyLayout.output(KEY, 1, new LeaseToken(TOKEN.incarnation(), TOKEN.fence() - 1));
    allowed(stale, KeyLayout.item(stale, 3));
  }

  @Test
  void openUpload_keepsItsBytes() {
    open.add(session(SESSION, KEY, SessionState.OPEN));
    refused(raw, rawItem);
    open.set(0, session(SESSION, OTHER, SessionState.OPEN));
    allowed(raw, rawItem);
    open.set(0, session(SESSION, KEY, SessionState.ACCEPTED));
    allowed(raw, rawItem);
  }

  @Test
  void openUploads_areLookedThroughToTheLast() {
    for (int i = 0; i < 1_000; i++) {
      open.add(session(SessionId.ofBits(9, i), OTHER, SessionState.OPEN));
    }
    open.add(session(SESSION, KEY, SessionState.OPEN));
    refused(raw, rawItem);
  }

  @Test
  void acceptedUpload_keepsWhatItsEntryNamesOfIt() {
    open.add(session(SESSION, KEY, SessionState.ACCEPTED));
    entry = Optional.of(in(State.FAILED));
    refused(raw, rawItem);
    entry = Optional.of(in(State.EXPIRED));
    allowed(raw, rawItem);
  }

  @Test
  void refusal_saysWhatStillNeedsTheBytes() {
    entry = Optional.of(accepted);
    InvariantViolation found =
        assertThrows(
            InvariantViolation.class, () -> rules.s4ExpiryGuard(permit(KEY, raw, rawItem)));
    assertEquals(
        "S4 Expiry guard violated by alice/ride-1: expected "
            + rawItem
            + " to stay, because of its entry, ACCEPTED at version 1, found deleted for LOSER,"
            + " planted",
        found.getMessage());
  }

  /** A record of keys that a person set aside, as the engine writes it. */
  private void setAside(boolean isGoing, ContentKey... keys) {
    String place = SequencePlace.of(KEY).value().replace('/', '.');
    String hash = Digest.ofUtf8(keys[0].value()).hex().substring(0, 14);
    StringBuilder body =
        new StringBuilder("quarantine 1\nscope " + raw.value() + "\nsequence alice ride-1\nat 0")
            .append("\nactor carol\nreason why\ngoing ")
            .append(isGoing);
    for (ContentKey key : keys) {
      body.append("\n").append(raw.relative(key)).append(" 5 -");
    }
    records.add(
        new ControlRecord(
            new ControlRecord.Key("quarantine", place + "." + hash), 1, body.toString()));
  }

  private void goes(ContentKey key) {
    assertDoesNotThrow(() -> rules.s4ExpiryGuard(aside(raw, key)));
  }

  private void stays(ContentKey key) {
    fires("S4 Expiry guard", () -> rules.s4ExpiryGuard(aside(raw, key)));
  }

  @Test
  void whatWasSetAside_goesOnlyByARecordThatIsGoing() {
    ContentKey key = raw.key("p0001/0000009");
    stays(key);
    setAside(false, key);
    stays(key);
    records.clear();
    setAside(true, raw.key("p0001/0000008"));
    stays(key);
    setAside(true, key);
    goes(key);
    records.clear();
    records.add(
        new ControlRecord(new ControlRecord.Key("quarantine", "broken"), 1, "quarantine 1"));
    stays(key);
  }

  @Test
  void whatWasSetAside_staysWhereTheEntryNamesIt() {
    ContentKey beyond = raw.key(raw.relative(rawItem).replace("0000000", "0000002"));
    ContentKey last = raw.key(raw.relative(rawItem).replace("0000000", "0000001"));
    ContentKey manifest = KeyLayout.rawManifest(KEY, accepted.raw());
    ContentKey stray = raw.key(raw.relative(rawItem).replace("0000000", "stray"));
    setAside(true, rawItem, last, beyond, manifest, stray);
    entry = Optional.of(accepted);
    stays(rawItem);
    stays(last);
    stays(manifest);
    goes(beyond);
    goes(stray);
    // Without an entry nothing answers for a manifest.
    entry = Optional.empty();
    stays(manifest);
    goes(rawItem);
    // It is judged by the entry at the place, whatever the permit says whose bytes they are.
    entry = Optional.of(accepted);
    Permit nameless = new Permit(Permit.Reason.QUARANTINE, OTHER, "planted", raw, List.of(rawItem));
    fires("S4 Expiry guard", () -> rules.s4ExpiryGuard(nameless));
  }

  private static Permit aside(ContentPrefix scope, ContentKey key) {
    return new Permit(Permit.Reason.QUARANTINE, KEY, "planted", scope, List.of(key));
  }

  @Test
  void permit_isForItsOwnSequenceAlone() {
    assertDoesNotThrow(() -> rules.s12Isolation(permit(KEY, raw, rawItem)));
    ContentPrefix runs = run("e1");
    assertDoesNotThrow(() -> rules.s12Isolation(permit(KEY, runs, KeyLayout.item(runs, 0))));
    fires("S12 Isolation", () -> rules.s12Isolation(permit(OTHER, raw, rawItem)));
    fires("S12 Isolation", () -> rules.s12Isolation(permit(OTHER, runs, KeyLayout.item(runs, 0))));
  }

  @Test
  void permitOfWhatWasSetAside_isForOnePlace() {
    assertDoesNotThrow(() -> rules.s12Isolation(aside(raw, rawItem)));
    ContentPrefix wide = new ContentPrefix("raw");
    ContentKey theirs = KeyLayout.rawItem(OTHER, accepted.raw(), 0);
    Permit both =
        new Permit(Permit.Reason.QUARANTINE, KEY, "planted", wide, List.of(rawItem, theirs));
    fires("S12 Isolation", () -> rules.s12Isolation(both));
  }
}
