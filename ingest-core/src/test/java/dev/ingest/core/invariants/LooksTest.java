package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A look at sequences that changed, or at all of them, holds them to every invariant. */
final class LooksTest extends Scene {

  private static final Decision.Change.Words WORDS =
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

  private Entry entry() {
    return Objects.requireNonNull(entries.get(KEY));
  }

  private void accept(SequenceKey key) {
    Entry first = accepted(key).withChain(ChainHead.EMPTY);
    link(
        first,
        new Guard.Accept(first.raw().session(), 0),
        Optional.empty(),
        TransitionKind.ACCEPTED);
  }

  /** Commits a change of a sequence, as the engine writes it. */
  private void act(TransitionKind kind, State from, Entry after) {
    Entry before = Objects.requireNonNull(entries.get(after.key()));
    Position position =
        new Position(after.state(), before.version() + 1, START, 9, Optional.empty());
    link(
        after.withPosition(position).withChain(before.chain()),
        new Guard.AtVersion(before.version()),
        Optional.of(from),
        kind);
  }

  private void link(Entry after, Guard guard, Optional<State> from, TransitionKind kind) {
    Transition made =
        HistoryChain.link(
            new Decision.Change(after, LeaseEffect.END, kind, WORDS),
            guard,
            from,
            TransitionId.ofBits(9, after.version()),
            START,
            "node-1");
    history.add(made.row());
    entries.put(made.key(), made.after());
  }

  private void publish() {
    accept(KEY);
    Entry verified = verified();
    Entry processed = transitions.move(in(State.ACCEPTED), State.PROCESSED).after();
    act(TransitionKind.STAGE_DONE, State.PROCESSING, processed);
    act(TransitionKind.VERIFIED, State.PROCESSED, verified);
  }

  private void look() {
    invariants.check(List.of(KEY));
  }

  @Test
  void whatFits_isSeenAndSeenAgain() {
    accept(KEY);
    look();
    assertEquals(Optional.of(entry()), witness.lastSeen(KEY));
    act(TransitionKind.FAILED, State.PROCESSING, in(State.FAILED));
    look();
    assertEquals(Optional.of(entry()), witness.lastSeen(KEY));
    look();
  }

  @Test
  void bytesThatVanish_areMissedWhetherTheEntryChangedOrNot() {
    accept(KEY);
    ContentKey item = KeyLayout.rawItem(KEY, entry().raw(), 0);
    byte[] bytes = Objects.requireNonNull(stored.remove(item));
    fires("S3 No loss", this::look);
    put(item, bytes);
    look();
    stored.remove(item);
    fires("S3 No loss", this::look);
  }

  @Test
  void outputOfAnother_isMissed() {
    accept(KEY);
    SealedOutput theirs = new SealedOutput(KeyLayout.runs(OTHER).child("e1"), MANIFEST.summary());
    Run run = entry().run();
    entries.put(KEY, entry().withRun(run.movedTo(run.stage(), theirs)));
    fires("S12 Isolation", this::look);
  }

  @Test
  void secondPublicationInAnEpoch_isMissed() {
    publish();
    entries.put(KEY, showing(entry(), output("e9")));
    fires("S8 Publish once", this::look);
  }

  @Test
  void stateWithoutARow_isMissed() {
    accept(KEY);
    entries.put(KEY, in(State.FAILED).withChain(entry().chain()));
    fires("S6 Monotone", this::look);
  }

  @Test
  void anotherPipelineWithoutARow_isMissed() {
    accept(KEY);
    look();
    Run run = entry().run();
    PipelineRef other = new PipelineRef("movies", Digest.ofUtf8("plan"));
    Run moved = new Run(run.epoch(), run.kind(), other, run.stage(), run.attempts(), run.output());
    act(TransitionKind.TOLD_EARLY, State.ACCEPTED, entry().withRun(moved));
    fires("S11 Single assignment", this::look);
  }

  @Test
  void holdWithoutARow_isMissed() {
    accept(KEY);
    Hold hold = new Hold("carol", "why", START);
    entries.put(KEY, entry().withStanding(entry().standing().withHold(Optional.of(hold))));
    fires("S4 Expiry guard", this::look);
  }

  private void rotBeforeItsProof() {
    ContentKey item = KeyLayout.item(entry().published().orElseThrow().result().prefix(), 0);
    stored.remove(item);
    witness.damaged(item, START.minusMillis(1));
  }

  @Test
  void publicationOfWhatWasDamagedBefore_isMissed() {
    publish();
    rotBeforeItsProof();
    fires("S5 Verified", this::look);
  }

  @Test
  void proofOfWhatWasDamagedBefore_isMissed() {
    publish();
    look();
    rotBeforeItsProof();
    look();
    act(TransitionKind.PROOF_RENEWED, State.VERIFIED, entry());
    fires("S3 No loss", this::look);
  }

  private void count(SequenceKey key, State state) {
    Census one = new Census(Map.of(state, 1L), 0, START);
    censuses.put(Optional.of(key.owner()), one);
    Entry entry = Objects.requireNonNull(entries.get(key));
    CensusCounts counts = CensusCounts.of(entry);
    cells.add(new CensusRecount(CensusKey.of(entry), counts, counts));
  }

  private void countAll(State mine, State theirs) {
    count(KEY, mine);
    count(OTHER, theirs);
    Map<State, Long> all = new TreeMap<>();
    all.merge(mine, 1L, Long::sum);
    all.merge(theirs, 1L, Long::sum);
    censuses.put(Optional.empty(), new Census(all, 0, START));
  }

  @Test
  void allSequences_areLookedAtPageByPage() {
    accept(KEY);
    accept(OTHER);
    countAll(State.ACCEPTED, State.ACCEPTED);
    assertDoesNotThrow(invariants::checkAll);
    assertEquals(List.of(KEY, OTHER), List.copyOf(witness.entries().keySet()));
    stored.remove(KeyLayout.rawItem(OTHER, Objects.requireNonNull(entries.get(OTHER)).raw(), 0));
    fires("S3 No loss", invariants::checkAll);
  }

  @Test
  void wrongCount_isMissedByALookAtAll() {
    accept(KEY);
    accept(OTHER);
    countAll(State.ACCEPTED, State.FAILED);
    fires("S2 Conservation", invariants::checkAll);
  }

  @Test
  void receiptOfOtherItems_isMissedByALookAtAll() {
    accept(KEY);
    accept(OTHER);
    countAll(State.ACCEPTED, State.ACCEPTED);
    Receipt own = entry().receipt();
    witness.hold(own);
    assertDoesNotThrow(invariants::checkAll);
    ManifestSummary other = new ManifestSummary(Digest.ofUtf8("other"), 2, 9);
    witness.hold(new Receipt(KEY, other, own.acceptedAt(), own.deadline(), own.expiresAt()));
    fires("S1 Receipt", invariants::checkAll);
  }

  @Test
  void rowThatWasAlteredSince_isMissedByALookAtAll() {
    accept(KEY);
    look();
    HistoryRow row = history.get(0);
    history.set(
        0,
        new HistoryRow(
            row.key(),
            row.step(),
            row.from(),
            row.to(),
            new HistoryRow.Note("forger", ""),
            row.link()));
    assertDoesNotThrow(this::look);
    fires("S13 History", invariants::checkAll);
  }

  @Test
  void failureOfWhichNobodyHeard_isMissedOnceNothingIsPending() {
    accept(KEY);
    accept(OTHER);
    act(TransitionKind.FAILED, State.PROCESSING, in(State.FAILED));
    countAll(State.FAILED, State.ACCEPTED);
    pending = 1;
    assertDoesNotThrow(invariants::checkAll);
    pending = 0;
    fires("S10 Explicit failure", invariants::checkAll);
  }

  private void discard(SequenceKey key) {
    accept(key);
    Entry accepted = Objects.requireNonNull(entries.get(key));
    act(
        TransitionKind.DISCARDING,
        State.ACCEPTED,
        transitions.move(accepted, State.DISCARDING).after());
    count(key, State.DISCARDING);
    Census all = new Census(Map.of(State.DISCARDING, 1L), 0, START);
    censuses.put(Optional.empty(), all);
  }

  @Test
  void disposal_isToldUnlessItIsACanarys() {
    discard(new SequenceKey(Canary.OWNER, new SequenceId("1")));
    assertDoesNotThrow(invariants::checkAll);
  }

  @Test
  void disposalOfWhichNobodyHeard_isMissed() {
    discard(KEY);
    fires("S10 Explicit failure", invariants::checkAll);
  }

  @Test
  void failureOfACanary_isToldLikeAnyOther() {
    SequenceKey canary = new SequenceKey(Canary.OWNER, new SequenceId("1"));
    accept(canary);
    Entry accepted = Objects.requireNonNull(entries.get(canary));
    act(TransitionKind.FAILED, State.PROCESSING, transitions.move(accepted, State.FAILED).after());
    count(canary, State.FAILED);
    censuses.put(Optional.empty(), new Census(Map.of(State.FAILED, 1L), 0, START));
    fires("S10 Explicit failure", invariants::checkAll);
  }
}
