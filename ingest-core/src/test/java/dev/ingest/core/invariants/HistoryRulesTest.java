package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.Transitions;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What rows of history tell of a sequence. */
final class HistoryRulesTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");

  private final Transitions transitions = new Transitions(7, () -> START);
  private final Entry accepted =
      transitions.accept(transitions.entry(KEY, SessionId.ofBits(1, 2))).after();
  private final Entry verified =
      transitions.move(transitions.move(accepted, State.PROCESSED).after(), State.VERIFIED).after();
  private final Witness witness = new Witness();
  private final List<HistoryRow> kept = new ArrayList<>();
  private final HistoryRules rules = new HistoryRules(ledger(), witness);

  private Ledger ledger() {
    return (Ledger)
        Proxy.newProxyInstance(
            Ledger.class.getClassLoader(),
            new Class<?>[] {Ledger.class},
            (proxy, method, given) -> {
              long after = (Long) given[1];
              int limit = (Integer) given[2];
              return kept.stream()
                  .filter(row -> row.link().ordinal() > after)
                  .limit(limit)
                  .toList();
            });
  }

  private static HistoryRow row(TransitionKind kind, Optional<State> from, State to) {
    return new HistoryRow(
        KEY,
        new HistoryRow.Step(TransitionId.ofBits(3, 4), kind, START),
        from,
        to,
        new HistoryRow.Note("testkit", ""),
        new HistoryRow.Link(1, Digest.ofUtf8("before"), Digest.ofUtf8("this")));
  }

  private static HistoryRow row(TransitionKind kind, State from, State to) {
    return row(kind, Optional.of(from), to);
  }

  private static void fires(String invariant, Runnable check) {
    InvariantViolation found = assertThrows(InvariantViolation.class, check::run);
    assertEquals(invariant, found.invariant(), found::getMessage);
  }

  private void rises(Entry before, Entry after, HistoryRow... rows) {
    assertDoesNotThrow(() -> rules.s6Monotone(Optional.of(before), after, List.of(rows)));
  }

  private void falls(Entry before, Entry after, HistoryRow... rows) {
    fires("S6 Monotone", () -> rules.s6Monotone(Optional.of(before), after, List.of(rows)));
  }

  private static Entry at(Entry entry, long version, long fence) {
    return entry.withPosition(new Position(entry.state(), version, START, fence, Optional.empty()));
  }

  private static Entry leased(Entry entry) {
    Lease lease =
        new Lease(new LeaseToken(IncarnationId.ofBits(3, 4), 5), new NodeId("node-1"), "v1", START);
    return entry.withPosition(new Position(State.PROCESSING, 9, START, 5, Optional.of(lease)));
  }

  private static Entry inEpoch(Entry entry, int epoch) {
    Run run = entry.run();
    return entry.withRun(
        new Run(epoch, run.kind(), run.pipeline(), run.stage(), run.attempts(), run.output()));
  }

  @Test
  void firstRow_isTheAcceptance() {
    HistoryRow first = row(TransitionKind.ACCEPTED, Optional.empty(), State.ACCEPTED);
    assertDoesNotThrow(() -> rules.s6Monotone(Optional.empty(), accepted, List.of(first)));
    fires("S6 Monotone", () -> rules.s6Monotone(Optional.empty(), accepted, List.of()));
    HistoryRow later = row(TransitionKind.ACCEPTED, State.ACCEPTED, State.ACCEPTED);
    fires("S6 Monotone", () -> rules.s6Monotone(Optional.empty(), accepted, List.of(later)));
    HistoryRow other = row(TransitionKind.HELD, Optional.empty(), State.ACCEPTED);
    fires("S6 Monotone", () -> rules.s6Monotone(Optional.empty(), accepted, List.of(other)));
    falls(accepted, at(accepted, 2, 0), first);
  }

  @Test
  void laterRow_beginsWhereTheLastOneEnded() {
    Entry processed = transitions.move(accepted, State.PROCESSED).after();
    HistoryRow done = row(TransitionKind.STAGE_DONE, State.PROCESSING, State.PROCESSED);
    rises(leased(accepted), at(processed, 10, 5), done);
    // A claim writes no row.
    rises(accepted, at(processed, 3, 5), done);
    falls(verified, at(processed, 9, 5), done);
    HistoryRow held = row(TransitionKind.HELD, State.PROCESSED, State.PROCESSED);
    rises(accepted, at(processed, 4, 5), done, held);
    falls(accepted, at(processed, 4, 5), held, done);
  }

  @Test
  void rowThatIsNoEdgeOfTheLifecycle_isRefused() {
    falls(
        accepted, at(verified, 9, 9), row(TransitionKind.VERIFIED, State.ACCEPTED, State.VERIFIED));
    falls(
        accepted,
        at(transitions.move(accepted, State.FAILED).after(), 9, 9),
        row(TransitionKind.HELD, State.ACCEPTED, State.FAILED));
  }

  @Test
  void state_isTheOneThatTheRowsEndIn() {
    Entry failed = transitions.move(accepted, State.FAILED).after();
    falls(accepted, failed);
    falls(verified, at(accepted, 9, 9));
    rises(accepted, leased(accepted));
    rises(leased(accepted), at(accepted, 10, 5));
    falls(leased(accepted), at(transitions.move(accepted, State.PROCESSED).after(), 10, 5));
  }

  @Test
  void counters_neverFall() {
    Entry before = at(inEpoch(accepted, 2), 5, 5);
    rises(before, before);
    rises(before, at(before, 6, 5));
    falls(before, at(before, 4, 5));
    falls(before, at(before, 6, 4));
    falls(before, at(inEpoch(accepted, 1), 6, 5));
    falls(before, at(before.withChain(ChainHead.EMPTY), 6, 5));
    Entry ran = at(before.withBeside(new Beside(Optional.empty(), Optional.empty(), 7)), 5, 5);
    falls(ran, at(before, 6, 5));
    rises(before, at(ran, 6, 5));
    falls(ran, at(inEpoch(ran, 1), 6, 5));
  }

  private void says(String words, Entry before, Entry after, HistoryRow... rows) {
    InvariantViolation found =
        assertThrows(
            InvariantViolation.class,
            () -> rules.s6Monotone(Optional.of(before), after, List.of(rows)));
    String said = String.valueOf(found.getMessage());
    assertTrue(said.startsWith("S6 Monotone violated by alice/ride-1: expected " + words), said);
  }

  @Test
  void violation_saysWhatHadToBe() {
    says("version 5 or more, found 4", at(accepted, 5, 5), at(accepted, 4, 5));
    says(
        "the state that the history ends in, Optional[ACCEPTED], found FAILED",
        accepted,
        transitions.move(accepted, State.FAILED).after());
    says(
        "a row from VERIFIED, found HistoryRow",
        verified,
        verified,
        row(TransitionKind.STAGE_DONE, State.PROCESSING, State.PROCESSED));
    says(
        "an edge of the lifecycle, found HistoryRow",
        accepted,
        verified,
        row(TransitionKind.VERIFIED, State.ACCEPTED, State.VERIFIED));
    says("a raised version with Entry", accepted, at(accepted, 1, 1));
    says(
        "a state before, found HistoryRow",
        accepted,
        accepted,
        row(TransitionKind.HELD, Optional.empty(), State.ACCEPTED));
    HistoryRow held = row(TransitionKind.HELD, Optional.empty(), State.ACCEPTED);
    InvariantViolation first =
        assertThrows(
            InvariantViolation.class,
            () -> rules.s6Monotone(Optional.empty(), accepted, List.of(held)));
    String said = String.valueOf(first.getMessage());
    assertTrue(said.contains("expected an acceptance as the first row, found "), said);
  }

  @Test
  void manifest_neverChanges() {
    Receipt old = accepted.receipt();
    ManifestSummary other = new ManifestSummary(Digest.ofUtf8("other"), 2, 2_048);
    Entry forged =
        new Entry(
            new Receipt(KEY, other, old.acceptedAt(), old.deadline(), old.expiresAt()),
            accepted.raw(),
            new Position(State.ACCEPTED, 9, START, 0, Optional.empty()),
            accepted.run(),
            accepted.published(),
            accepted.standing(),
            accepted.chain());
    falls(accepted, forged);
    says("manifest ManifestSummary", accepted, forged);
  }

  @Test
  void changeWithoutAVersion_isALeasesAlone() {
    Entry later =
        accepted.withPosition(
            new Position(State.ACCEPTED, 1, START.plusSeconds(5), 0, Optional.empty()));
    rises(accepted, later);
    falls(accepted, at(accepted, 1, 1));
    falls(accepted, accepted.withRun(accepted.run().withAttempts(1)));
    Entry claimed = leased(accepted);
    Position unleased = new Position(State.ACCEPTED, 9, START, 5, Optional.empty());
    falls(claimed, accepted.withPosition(unleased));
  }

  @ParameterizedTest
  @EnumSource(TransitionKind.class)
  void anotherPipeline_isBegunByARow(TransitionKind kind) {
    Run run = accepted.run();
    PipelineRef other = new PipelineRef("movies", Digest.ofUtf8("plan"));
    Entry moved =
        accepted.withRun(new Run(1, run.kind(), other, run.stage(), run.attempts(), run.output()));
    List<HistoryRow> rows = List.of(row(kind, State.ACCEPTED, State.ACCEPTED));
    assertDoesNotThrow(() -> rules.s11OneRoute(Optional.of(accepted), accepted, rows));
    assertDoesNotThrow(() -> rules.s11OneRoute(Optional.empty(), moved, rows));
    switch (kind) {
      case READMITTED, REDRIVEN, REROUTED, REPLACED ->
          assertDoesNotThrow(() -> rules.s11OneRoute(Optional.of(accepted), moved, rows));
      default ->
          fires(
              "S11 Single assignment", () -> rules.s11OneRoute(Optional.of(accepted), moved, rows));
    }
  }

  private static HistoryRow of(TransitionKind kind) {
    return row(kind, State.VERIFIED, State.VERIFIED);
  }

  @Test
  void epoch_publishesOnce() {
    HistoryRow publish = of(TransitionKind.VERIFIED);
    fires("S8 Publish once", () -> rules.s8PublishOnce(verified, List.of(publish, publish)));
    rules.s8PublishOnce(verified, List.of(publish));
    // What was seen before counts.
    fires("S8 Publish once", () -> rules.s8PublishOnce(verified, List.of(publish)));
    fires(
        "S8 Publish once",
        () -> rules.s8PublishOnce(verified, List.of(of(TransitionKind.REPLACED))));
    assertDoesNotThrow(
        () ->
            rules.s8PublishOnce(
                verified,
                List.of(
                    of(TransitionKind.SIDE_RUN_STARTED),
                    of(TransitionKind.REPLACED),
                    of(TransitionKind.REDRIVEN),
                    publish,
                    of(TransitionKind.REROUTED),
                    publish,
                    of(TransitionKind.READMITTED),
                    publish)));
    assertEquals(new Witness.Epoch(5, 1), witness.epoch(KEY));
  }

  private static Entry showing(Entry entry, SealedOutput result, int epoch) {
    return new Entry(
        entry.receipt(),
        entry.raw(),
        entry.position(),
        entry.run(),
        Optional.of(new Publication(result, epoch, START)),
        entry.standing(),
        entry.chain());
  }

  @Test
  void publication_staysAsItWasFirstSeen() {
    SealedOutput own = verified.published().orElseThrow().result();
    SealedOutput other =
        new SealedOutput(
            new ContentPrefix("run/a/b/other"), new ManifestSummary(Digest.ofUtf8("o"), 2, 10));
    assertEquals(verified.run().output(), Optional.of(own));
    rules.s8PublishOnce(verified, List.of());
    assertDoesNotThrow(() -> rules.s8PublishOnce(verified, List.of()));
    Entry expired = transitions.move(verified, State.EXPIRED).after();
    fires("S8 Publish once", () -> rules.s8PublishOnce(showing(expired, other, 1), List.of()));
    // In an epoch of its own another result is no change; only a VERIFIED one shows its run's.
    Witness fresh = new Witness();
    HistoryRules unseen = new HistoryRules(ledger(), fresh);
    assertDoesNotThrow(() -> unseen.s8PublishOnce(showing(expired, other, 1), List.of()));
    HistoryRules another = new HistoryRules(ledger(), new Witness());
    fires("S8 Publish once", () -> another.s8PublishOnce(showing(verified, other, 1), List.of()));
    fires("S8 Publish once", () -> another.s8PublishOnce(showing(verified, own, 2), List.of()));
    Entry later = inEpoch(verified, 2);
    assertDoesNotThrow(
        () ->
            new HistoryRules(ledger(), new Witness())
                .s8PublishOnce(showing(later, other, 1), List.of()));
  }

  /** A history of acts as the engine writes it. */
  private Entry written(int rows) {
    Entry entry = transitions.entry(KEY, SessionId.ofBits(1, 2));
    for (int i = 0; i < rows; i++) {
      Transition made = made(entry, i == 0);
      kept.add(made.row());
      entry = made.after();
    }
    return entry;
  }

  private static Transition made(Entry entry, boolean isFirst) {
    Guard guard =
        isFirst ? new Guard.Accept(entry.raw().session(), 0) : new Guard.AtVersion(entry.version());
    Decision.Change.Words words =
        new Decision.Change.Words() {
          @Override
          public HistoryRow.Note note() {
            return new HistoryRow.Note("carol", "");
          }

          @Override
          public List<AlertRow> alerts() {
            return List.of();
          }
        };
    Entry after = isFirst ? entry : at(entry, entry.version() + 1, 0);
    TransitionKind kind = isFirst ? TransitionKind.ACCEPTED : TransitionKind.HELD;
    return HistoryChain.link(
        new Decision.Change(after, LeaseEffect.END, kind, words),
        guard,
        isFirst ? Optional.empty() : Optional.of(State.ACCEPTED),
        TransitionId.ofBits(9, entry.version()),
        START,
        "node-1");
  }

  @Test
  void history_followsToItsHeadOverPages() {
    Entry entry = written(ScanQuery.MAX_LIMIT + 1);
    assertEquals(kept, rules.s13History(entry, Optional.empty()));
    HistoryRow last = kept.get(kept.size() - 1);
    ChainHead known = new ChainHead(ScanQuery.MAX_LIMIT, last.link().previous());
    assertEquals(List.of(last), rules.s13History(entry, Optional.of(known)));
    assertEquals(List.of(), rules.s13History(entry, Optional.of(entry.chain())));
  }

  @Test
  void historyWithAHoleOrWithoutItsEnd_isRefused() {
    Entry entry = written(3);
    HistoryRow middle = kept.remove(1);
    fires("S13 History", () -> rules.s13History(entry, Optional.empty()));
    kept.add(1, middle);
    kept.remove(2);
    fires("S13 History", () -> rules.s13History(entry, Optional.empty()));
  }

  @Test
  void rowsOfAnotherSequence_areRefused() {
    Entry entry = written(2);
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    Entry theirs = transitions.accept(transitions.entry(other, SessionId.ofBits(1, 3))).after();
    fires("S13 History", () -> rules.s13History(theirs.withChain(entry.chain()), Optional.empty()));
  }
}
