package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.Upload;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.invariants.Invariants;
import dev.ingest.core.invariants.WatchedContent;
import dev.ingest.core.invariants.WatchedLedger;
import dev.ingest.core.invariants.Witness;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.FaultPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each invariant fires on a violation that is planted for it. */
class InvariantsTest {

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine("node", new FaultPlan());
  private Receipt receipt = new Receipt(Bench.KEY, NOTHING, Instant.EPOCH, LATER, LATER);

  private static final Instant LATER = Instant.EPOCH.plusSeconds(1);
  private static final ManifestSummary NOTHING =
      new ManifestSummary(Digest.ofUtf8("nothing"), 1, 1);

  @BeforeEach
  void oneVerifiedSequence() {
    receipt = bench.submit(engine);
    bench.work(engine);
    bench.look();
    assertEquals(State.VERIFIED, bench.entry().state());
  }

  private static final LeaseToken TOKEN = new LeaseToken(IncarnationId.ofBits(1, 2), 1);

  private long version() {
    return bench.entry().version();
  }

  private static Position position(Entry entry, long version, long fence) {
    return new Position(
        entry.state(), version, entry.position().visibleAt(), fence, Optional.empty());
  }

  private static Entry raised(Entry entry, int by) {
    return entry.withPosition(position(entry, entry.version() + by, entry.position().fence()));
  }

  private static Run inEpoch(Run run, int epoch) {
    return new Run(epoch, run.kind(), run.pipeline(), run.stage(), run.attempts(), run.output());
  }

  /** A transition to FAILED that brings no alert. */
  private Transition failing(Guard guard) {
    Entry entry = bench.entry();
    Failure failure = new Failure("PLANTED", Optional.empty(), "planted");
    Entry failed =
        new Entry(
            entry.receipt(),
            entry.raw(),
            entry.position(),
            entry.run(),
            entry.published(),
            entry.standing().withFailure(Optional.of(failure)),
            entry.chain());
    return transition(failed, State.FAILED, TransitionKind.FAILED, guard);
  }

  private Transition transition(Entry entry, State to, TransitionKind kind, Guard guard) {
    Position position =
        new Position(
            to, entry.version() + 1, Instant.EPOCH, entry.position().fence(), Optional.empty());
    Decision.Change change =
        new Decision.Change(
            entry.withPosition(position),
            LeaseEffect.END,
            kind,
            new Decision.Change.Words() {
              @Override
              public HistoryRow.Note note() {
                return new HistoryRow.Note("", "");
              }

              @Override
              public List<AlertRow> alerts() {
                return List.of();
              }
            });
    TransitionId id = TransitionId.ofBits(7, entry.version());
    return HistoryChain.link(
        change, guard, Optional.of(entry.state()), id, bench.time.instant(), "planted");
  }

  private static void assertFires(String invariant, Runnable planted) {
    InvariantViolation violation = assertThrows(InvariantViolation.class, planted::run);
    assertEquals(invariant, violation.invariant(), violation::getMessage);
  }

  /** Checks what a ledger shows in which an entry was replaced. */
  private void check(UnaryOperator<Entry> planted) {
    new Invariants(showing(planted.apply(bench.entry())), bench.rawContent, bench.witness)
        .check(List.of(Bench.KEY));
  }

  private LedgerStore showing(Entry entry) {
    return showing(Optional.of(entry), row -> row);
  }

  private LedgerStore showing(Optional<Entry> entry, UnaryOperator<HistoryRow> rows) {
    return new PatchedLedger(
        bench.rawLedger,
        new ShownLedger(bench.rawLedger.ledger(), entry, rows),
        bench.rawLedger.sessions());
  }

  @Test
  void receiptThatResolvesToNothing_firesS1() {
    assertFires("S1 Receipt", () -> bench.invariants.received(of(SequenceKey.of("owner", "x"))));
  }

  @Test
  void receiptOfAnotherManifest_firesS1() {
    assertFires(
        "S1 Receipt",
        () ->
            bench.invariants.received(
                new Receipt(
                    Bench.KEY,
                    NOTHING,
                    receipt.acceptedAt(),
                    receipt.deadline(),
                    receipt.expiresAt())));
  }

  private Receipt of(SequenceKey key) {
    return new Receipt(
        key, receipt.manifest(), receipt.acceptedAt(), receipt.deadline(), receipt.expiresAt());
  }

  @Test
  void entryThatVanished_firesS1() {
    LedgerStore empty = showing(Optional.empty(), row -> row);
    assertFires(
        "S1 Receipt",
        () -> new Invariants(empty, bench.rawContent, bench.witness).check(List.of(Bench.KEY)));
  }

  @Test
  void censusThatForgets_firesS2() {
    LedgerStore forgetful = showing(bench.entry());
    assertFires(
        "S2 Conservation",
        () -> new Invariants(forgetful, bench.rawContent, bench.witness).checkAll());
  }

  @Test
  void rawBytesThatVanish_fireS3() {
    ContentKey key = KeyLayout.rawItem(Bench.KEY, bench.entry().raw(), 0);
    bench.rawContent.remove(key);
    assertFires("S3 No loss", () -> bench.invariants.check(List.of(Bench.KEY)));
  }

  @Test
  void resultThatRotsUnnoticed_firesS3() {
    bench.rawContent.corrupt(
        KeyLayout.item(bench.entry().published().orElseThrow().result().prefix(), 0), 1);
    assertFires("S3 No loss", () -> bench.invariants.check(List.of(Bench.KEY)));
  }

  @Test
  void deletionOfWhatAnEntryNeeds_firesS4() {
    ContentPrefix session = KeyLayout.session(Bench.KEY, bench.entry().raw());
    ContentKey key = KeyLayout.rawManifest(Bench.KEY, bench.entry().raw());
    assertFires("S4 Expiry guard", () -> bench.content.delete(permit(Bench.KEY, session, key)));
  }

  @Test
  void deletionOfAnOpenSessionsBytes_firesS4() {
    SequenceKey other = SequenceKey.of("owner", "other");
    try (Upload upload = engine.upload(other)) {
      upload.add(new ItemName("a"), new byte[1]);
      var open =
          bench
              .rawLedger
              .sessions()
              .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 1)
              .get(0);
      ContentPrefix session = KeyLayout.session(other, open.raw());
      ContentKey key = KeyLayout.rawItem(other, open.raw(), 0);
      assertFires("S4 Expiry guard", () -> bench.content.delete(permit(other, session, key)));
      bench.time.set(Instant.EPOCH);
      assertFires("S4 Expiry guard", () -> bench.content.delete(permit(other, session, key)));
    }
  }

  private static Permit permit(SequenceKey sequence, ContentPrefix scope, ContentKey key) {
    return new Permit(Permit.Reason.LOSER, sequence, "planted", scope, List.of(key));
  }

  @Test
  void publicationOfDamagedBytes_firesS5() {
    Entry published = bench.entry();
    SealedOutput result = published.published().orElseThrow().result();
    ContentKey key = KeyLayout.item(result.prefix(), 0);
    // Damage that is known to have been there before the proof excuses nothing.
    bench.rawContent.corrupt(key, 0);
    bench.witness.damaged(key, Instant.EPOCH);
    Witness fresh = new Witness();
    fresh.damaged(key, Instant.EPOCH);
    assertFires(
        "S5 Verified",
        () -> new Invariants(bench.rawLedger, bench.rawContent, fresh).check(List.of(Bench.KEY)));
  }

  @Test
  void versionThatFalls_firesS6() {
    assertFires(
        "S6 Monotone",
        () -> check(entry -> entry.withPosition(position(entry, entry.version() - 1, 2))));
  }

  @Test
  void fenceThatFalls_firesS6() {
    assertFires(
        "S6 Monotone",
        () -> check(entry -> entry.withPosition(position(entry, entry.version() + 1, 1))));
  }

  @Test
  void changeWithoutAVersion_firesS6() {
    assertFires("S6 Monotone", () -> check(entry -> entry.withRun(entry.run().withAttempts(3))));
  }

  @Test
  void epochThatFalls_firesS6() {
    Entry entry = bench.entry();
    Run later = inEpoch(entry.run(), 2);
    Invariants invariants =
        new Invariants(showing(raised(entry.withRun(later), 1)), bench.rawContent, bench.witness);
    invariants.check(List.of(Bench.KEY));
    assertFires(
        "S6 Monotone",
        () ->
            new Invariants(showing(raised(entry, 2)), bench.rawContent, bench.witness)
                .check(List.of(Bench.KEY)));
  }

  @Test
  void edgeThatTheLifecycleDoesNotHave_firesS6() {
    Entry entry = bench.entry();
    commit(entry, State.PROCESSED, TransitionKind.VERIFICATION_UNKNOWN);
    assertFires("S6 Monotone", () -> bench.invariants.check(List.of(Bench.KEY)));
  }

  @Test
  void stateWithoutARow_firesS6() {
    assertFires(
        "S6 Monotone",
        () ->
            check(
                entry ->
                    entry.withPosition(
                        new Position(
                            State.EXPIRED,
                            entry.version() + 1,
                            Instant.EPOCH,
                            2,
                            Optional.empty()))));
  }

  private void commit(Entry entry, State to, TransitionKind kind) {
    Guard guard = new Guard.AtVersion(entry.version());
    List<Transition> planted = List.of(transition(entry, to, kind, guard));
    assertEquals(List.of(Outcome.APPLIED), bench.rawLedger.ledger().commit(planted));
  }

  @Test
  void commitWithAStaleToken_firesS7() {
    assertFires(
        "S7 Fencing",
        () -> {
          WatchedLedger watched =
              new WatchedLedger(
                  BrokenStores.TOKENS_ARE_IGNORED.ledger(bench.rawLedger), bench.witness);
          watched.ledger().commit(List.of(failing(new Guard.WithLease(TOKEN, version()))));
        });
  }

  @Test
  void workWithoutALease_firesS7() {
    WatchedLedger watched = new WatchedLedger(bench.rawLedger, bench.witness);
    Entry entry = bench.entry();
    Transition unleased =
        transition(
            entry, State.VERIFIED, TransitionKind.VERIFIED, new Guard.AtVersion(entry.version()));
    assertFires("S7 Fencing", () -> watched.ledger().commit(List.of(unleased)));
  }

  @Test
  void secondPublishInAnEpoch_firesS8() {
    Entry entry = bench.entry();
    commit(entry, State.VERIFIED, TransitionKind.VERIFIED);
    assertFires("S8 Publish once", () -> bench.invariants.check(List.of(Bench.KEY)));
  }

  @Test
  void publicationThatChanges_firesS8() {
    assertFires("S8 Publish once", () -> check(entry -> raised(republished(entry, 1), 1)));
  }

  @Test
  void publicationOfAnotherRunsOutput_firesS8() {
    Witness fresh = new Witness();
    assertFires(
        "S8 Publish once",
        () ->
            new Invariants(showing(republished(bench.entry(), 1)), bench.rawContent, fresh)
                .check(List.of(Bench.KEY)));
  }

  private static Entry republished(Entry entry, int epoch) {
    Publication shown = entry.published().orElseThrow();
    ContentPrefix elsewhere = KeyLayout.runs(entry.key()).child("e000001-000000000009-0");
    return new Entry(
        entry.receipt(),
        entry.raw(),
        entry.position(),
        entry.run(),
        Optional.of(
            new Publication(
                new SealedOutput(elsewhere, shown.result().manifest()), epoch, shown.provenAt())),
        entry.standing(),
        entry.chain());
  }

  @Test
  void receiptThatNoAcceptanceIssued_firesS9() {
    Receipt forged =
        new Receipt(
            Bench.KEY,
            receipt.manifest(),
            receipt.acceptedAt().minusSeconds(1),
            receipt.deadline(),
            receipt.expiresAt());
    assertFires("S9 Idempotent accept", () -> bench.invariants.received(forged));
  }

  @Test
  void failureWithoutItsAlert_firesS10() {
    WatchedLedger watched = new WatchedLedger(bench.rawLedger, bench.witness);
    assertFires(
        "S10 Explicit failure",
        () -> watched.ledger().commit(List.of(failing(new Guard.AtVersion(version())))));
  }

  @Test
  void alertThatIsNeverTold_firesS10() {
    commit(bench.entry(), State.DISCARDING, TransitionKind.DISCARDING);
    bench.rawLedger.alerts().seal();
    assertFires("S10 Explicit failure", bench.invariants::checkAll);
  }

  @Test
  void gapInTheDigests_firesS10() {
    assertFires(
        "S10 Explicit failure",
        () -> bench.witness.told(new AlertDigest(2, Instant.EPOCH, List.of())));
  }

  @Test
  void referenceToAnothersBytes_firesS12() {
    ContentPrefix theirs = KeyLayout.runs(SequenceKey.of("thief", "x")).child("e1");
    assertFires(
        "S12 Isolation",
        () ->
            check(
                entry ->
                    entry.withRun(
                        entry
                            .run()
                            .movedTo(
                                Optional.empty(), new SealedOutput(theirs, receipt.manifest())))));
  }

  @Test
  void permitForAnothersBytes_firesS12() {
    SequenceKey other = SequenceKey.of("owner", "other");
    ContentPrefix runs = KeyLayout.runs(Bench.KEY);
    ContentKey key = runs.key("e000009/0000000");
    assertFires("S12 Isolation", () -> bench.content.delete(permit(other, runs, key)));
  }

  @Test
  void rowsThatAreMissing_fireS13() {
    assertFires(
        "S13 History",
        () ->
            check(
                entry ->
                    raised(
                        entry.withChain(
                            new ChainHead(entry.chain().length() + 1, Digest.ofUtf8("more"))),
                        1)));
  }

  @Test
  void rowThatWasAltered_firesS13() {
    LedgerStore altered =
        showing(
            Optional.of(bench.entry()),
            row ->
                new HistoryRow(
                    row.key(),
                    row.step(),
                    row.from(),
                    row.to(),
                    new HistoryRow.Note("forger", row.note().detail()),
                    row.link()));
    assertFires(
        "S13 History",
        () -> new Invariants(altered, bench.rawContent, new Witness()).check(List.of(Bench.KEY)));
  }

  @Test
  void keyUsedAgainAfterItsDeletion_firesS14() {
    WatchedContent content = new WatchedContent(bench.rawContent.access(), bench.rawLedger);
    ContentPrefix runs = KeyLayout.runs(SequenceKey.of("owner", "unknown"));
    ContentKey key = runs.key("e000001-000000000001-0/0000000");
    put(content, runs, key, "bytes");
    content.delete(permit(SequenceKey.of("owner", "unknown"), runs, key));
    assertFires("S14 Keys", () -> put(content, runs, key, "bytes"));
  }

  @Test
  void keyUsedByTwoProcesses_firesS14() {
    WatchedContent content = new WatchedContent(bench.rawContent.access(), bench.rawLedger);
    ContentPrefix runs = KeyLayout.runs(SequenceKey.of("owner", "unknown"));
    ContentKey key = runs.key("e000001-000000000001-0/0000000");
    put(content.access("one").store(), runs, key, "bytes");
    assertFires("S14 Keys", () -> put(content.access("two").store(), runs, key, "bytes"));
  }

  @Test
  void keyUsedForOtherBytes_firesS14() {
    WatchedContent content = new WatchedContent(bench.rawContent.access(), bench.rawLedger);
    ContentPrefix runs = KeyLayout.runs(SequenceKey.of("owner", "unknown"));
    ContentKey key = runs.key("e000001-000000000001-0/0000000");
    put(content, runs, key, "bytes");
    bench.rawContent.remove(key);
    assertFires("S14 Keys", () -> put(content, runs, key, "other bytes"));
  }

  private static void put(ContentStore content, ContentPrefix prefix, ContentKey key, String text) {
    try (ContentWriter writer = content.writer(prefix)) {
      writer.put(key, new TextBody(text));
      writer.commit();
    }
  }
}
