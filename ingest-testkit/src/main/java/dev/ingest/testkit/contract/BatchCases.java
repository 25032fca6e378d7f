package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Large batches, batches with elements that are refused, and batches that come again. */
abstract class BatchCases extends CommitRaceCases {

  /** Work of which nothing is due but what a case has just accepted. */
  private static final WorkRef SEALING =
      new WorkRef("photos", Optional.of(new StageRef("sealing", 1)));

  /** A transition, why it is refused, and what its sequence's entry is if it is. */
  private record Asked(Transition transition, Optional<Reason> refused, Optional<Entry> stays) {}

  @Test
  @DisplayName("outcomes are those of their positions in a batch of 200, in whatever order")
  final void largeBatch_positional() {
    int count = Math.min(200, store().capabilities().maxBatch());
    List<Entry> stored =
        acceptAll(IntStream.range(0, count).mapToObj(i -> key("k" + i)).toList(), entry -> entry);
    List<Asked> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Entry entry = stored.get(i);
      Transition late = transitions.move(entry, State.DISCARDING);
      if (i % 3 == 0) {
        Entry failed = apply(transitions.move(entry, State.FAILED));
        asked.add(new Asked(late, Optional.of(Reason.STALE_VERSION), Optional.of(failed)));
      } else {
        asked.add(new Asked(late, Optional.empty(), Optional.of(entry)));
      }
    }
    assertOutcomes(shuffled(asked, new SplittableRandom(17)));
  }

  @Test
  @DisplayName(
      "an element that is refused touches no other, for every reason and at every position")
  final void refusedElements_touchNoOther() {
    int count = Math.min(50, store().capabilities().maxBatch());
    Poison poison = new Poison(count);
    for (int turn = 0; turn < Poison.KINDS; turn++) {
      List<Asked> batch = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        batch.add(poison.element((i + turn) % Poison.KINDS, i / Poison.KINDS));
      }
      assertOutcomes(batch);
    }
    poison.assertSessionsOpen();
  }

  /** Makes elements that shall be refused, each as often as asked, and ones that shall not. */
  private final class Poison {

    static final int KINDS = 7;

    private final List<Transition> stale;
    private final List<Transition> chained;
    private final List<Transition> fenced;
    private final List<SessionId> again = new ArrayList<>();
    private final List<Transition> exists = new ArrayList<>();
    private final List<Transition> closed = new ArrayList<>();
    private final List<Transition> absent = new ArrayList<>();

    Poison(int batch) {
      int each = batch / KINDS + 1;
      stale = stored("stale", each).stream().map(this::overtaken).toList();
      chained = stored("chained", each).stream().map(BatchCases.this::offChain).toList();
      fenced = stored("fenced", each).stream().map(this::withWrongToken).toList();
      for (Entry entry : stored("exists", each)) {
        again.add(openSession(entry.key()));
        exists.add(transitions.accept(transitions.entry(entry.key(), again.get(again.size() - 1))));
      }
      for (int i = 0; i < each; i++) {
        SessionId session = openSession(key("closed" + i));
        assertApplied(store().sessions().abandon(session, Duration.ZERO));
        closed.add(transitions.accept(transitions.entry(key("closed" + i), session)));
        Entry nobody = transitions.entry(key("absent" + i), transitions.sessionId());
        absent.add(transitions.move(transitions.accept(nobody).after(), State.FAILED));
        accept("good" + i);
      }
    }

    private List<Entry> stored(String name, int count) {
      return acceptAll(
          IntStream.range(0, count).mapToObj(i -> key(name + i)).toList(), entry -> entry);
    }

    Asked element(int kind, int number) {
      return switch (kind) {
        case 0 -> refused(stale.get(number), Reason.STALE_VERSION);
        case 1 -> refused(chained.get(number), Reason.STALE_VERSION);
        case 2 -> refused(fenced.get(number), Reason.FENCED);
        case 3 -> refused(exists.get(number), Reason.EXISTS);
        case 4 -> refused(closed.get(number), Reason.SESSION_CLOSED);
        case 5 -> refused(absent.get(number), Reason.ABSENT);
        default -> {
          Entry good = find(key("good" + number));
          Transition mark = transitions.mark(good, marks -> marks.withOverdue(true));
          yield new Asked(mark, Optional.empty(), Optional.of(good));
        }
      };
    }

    private Asked refused(Transition transition, Reason reason) {
      Optional<Entry> stays = ledger().find(List.of(transition.key())).get(0);
      return new Asked(transition, Optional.of(reason), stays);
    }

    private Transition overtaken(Entry entry) {
      apply(transitions.mark(entry, marks -> marks.withEscalations(1)));
      return transitions.move(entry, State.FAILED, transitions.alert("NEVER", entry.key()));
    }

    private Transition withWrongToken(Entry entry) {
      LeaseToken token = new LeaseToken(store().incarnation(), 9);
      return transitions.change(
          entry,
          new Guard.WithLease(token, entry.version()),
          TransitionKind.STAGE_RETRIED,
          entry,
          transitions.alert("NEVER", entry.key()));
    }

    void assertSessionsOpen() {
      for (SessionId session : again) {
        assertEquals(SessionState.OPEN, store().sessions().find(session).orElseThrow().state());
      }
      assertEquals(0, store().alerts().pending(), "no alert of what was refused");
    }
  }

  private void assertOutcomes(List<Asked> batch) {
    List<Outcome> outcomes = ledger().commit(batch.stream().map(Asked::transition).toList());
    assertEquals(batch.size(), outcomes.size());
    for (int i = 0; i < batch.size(); i++) {
      Asked asked = batch.get(i);
      SequenceKey key = asked.transition().key();
      if (asked.refused().isPresent()) {
        assertRefused(asked.refused().get(), outcomes.get(i));
        assertEquals(asked.stays(), ledger().find(List.of(key)).get(0), "left as it was");
      } else {
        assertApplied(outcomes.get(i));
        assertEquals(asked.transition().after().chain(), find(key).chain());
        assertEquals(asked.transition().after().standing(), find(key).standing());
      }
      assertChained(key);
    }
  }

  /** The history is whole, in order, and ends where the entry says. */
  final void assertChained(SequenceKey key) {
    ChainHead head = ChainHead.EMPTY;
    for (var row : history(key)) {
      assertEquals(head.length() + 1, row.link().ordinal());
      assertEquals(head.head(), row.link().previous());
      head = new ChainHead(row.link().ordinal(), row.link().hash());
    }
    Optional<Entry> entry = ledger().find(List.of(key)).get(0);
    assertEquals(entry.map(Entry::chain).orElse(ChainHead.EMPTY), head);
  }

  @Test
  @DisplayName(
      "a history row that does not follow the stored chain head is refused though its guard holds")
  final void offChain_refused() {
    Entry read = accept("a");
    assertRefused(Reason.STALE_VERSION, commit(offChain(read)));
    Entry later = read.withChain(new ChainHead(2, read.chain().head()));
    assertRefused(Reason.STALE_VERSION, commit(transitions.move(later, State.FAILED)));
    assertEquals(read, find(key("a")));
    assertEquals(1, history(key("a")).size());
    assertEquals(0, store().alerts().pending());
    Entry leased = claimOne(FIRST_WORK).entry();
    Entry forgedLease = leased.withChain(new ChainHead(1, Digest.ofUtf8("forged")));
    assertRefused(
        Reason.STALE_VERSION, commit(transitions.stageDone(forgedLease, Optional.empty())));
    assertEquals(leased, find(key("a")));
    assertApplied(commit(transitions.stageDone(leased, Optional.empty())));
    assertChained(key("a"));
  }

  /** A change that would fit, but for the hash of the row before. */
  private Transition offChain(Entry read) {
    Entry forged = read.withChain(new ChainHead(1, Digest.ofUtf8("forged")));
    return transitions.move(forged, State.FAILED, transitions.alert("NEVER", read.key()));
  }

  @Test
  @DisplayName("a batch that comes again, whole, in part or mixed with others, has effect once")
  final void batchAgain_effectOnce() {
    List<Transition> batch = mixedBatch("a", 4);
    List<Outcome> first = ledger().commit(batch);
    first.forEach(LedgerFixture::assertApplied);
    List<Optional<Entry>> once = ledger().find(keysOfAll(batch));
    long alerts = store().alerts().pending();
    assertEquals(batch.size(), alerts);
    assertEquals(first, ledger().commit(batch));
    List<Transition> reversed = new ArrayList<>(batch);
    Collections.reverse(reversed);
    assertEquals(first, ledger().commit(reversed));
    assertEquals(first.subList(2, 5), ledger().commit(batch.subList(2, 5)));
    List<Transition> mixed = new ArrayList<>(mixedBatch("b", 1));
    int fresh = mixed.size();
    mixed.addAll(batch.subList(0, 5));
    Collections.rotate(mixed, 3);
    ledger().commit(mixed).forEach(LedgerFixture::assertApplied);
    assertEquals(once, ledger().find(keysOfAll(batch)));
    assertEquals(alerts + fresh, store().alerts().pending());
    mixed.forEach(one -> assertChained(one.key()));
    for (Transition one : batch) {
      apply(transitions.mark(find(one.key()), marks -> marks.withOverdue(true)));
    }
    assertEquals(first, ledger().commit(batch), "also after later transitions");
    batch.forEach(one -> assertTrue(find(one.key()).standing().overdue()));
    assertEquals(alerts + fresh, store().alerts().pending());
  }

  @Test
  @DisplayName("a batch submitted by several at once is applied to each of them, with effect once")
  final void batchAtOnce_effectOnce() {
    long alerts = 0;
    for (int round = 0; round < 8; round++) {
      List<Transition> batch = mixedBatch("r" + round + "-", 3);
      Map<SequenceKey, Integer> rows = new HashMap<>();
      batch.forEach(one -> rows.put(one.key(), history(one.key()).size()));
      SplittableRandom random = new SplittableRandom(round);
      List<List<Transition>> orders =
          List.of(batch, shuffled(batch, random), shuffled(batch, random));
      List<List<Outcome>> outcomes =
          Race.run(orders.size(), thread -> () -> ledger().commit(orders.get(thread)));
      outcomes.forEach(each -> each.forEach(LedgerFixture::assertApplied));
      for (Transition one : batch) {
        assertEquals(one.after().version(), find(one.key()).version());
        assertEquals(rows.getOrDefault(one.key(), 0) + 1, history(one.key()).size());
        assertChained(one.key());
      }
      alerts += batch.size();
      assertEquals(alerts, store().alerts().pending());
    }
  }

  /** Acceptances, completed stages, marks and decisions, each with an alert. */
  private List<Transition> mixedBatch(String prefix, int each) {
    List<Transition> batch = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      String id = prefix + i;
      Entry first = transitions.entry(key(id + "new"), openSession(key(id + "new")));
      batch.add(transitions.accept(first, transitions.alert("NEW", first.key())));
      accept(key(id + "work"), entry -> withStage(entry, "photos", "sealing", 1));
      Transition done =
          transitions.stageDone(claimOne(SEALING).entry(), Optional.of(Transitions.SECOND_STAGE));
      batch.add(
          new Transition(
              done.guard(),
              done.after(),
              done.lease(),
              done.row(),
              List.of(transitions.alert("DONE", done.key()))));
      Entry marked = accept(id + "mark");
      batch.add(
          transitions.mark(
              marked, marks -> marks.withEscalations(1), transitions.alert("MARK", marked.key())));
      Entry moved = accept(id + "move");
      batch.add(transitions.move(moved, State.FAILED, transitions.alert("MOVE", moved.key())));
    }
    return batch;
  }

  private static List<SequenceKey> keysOfAll(List<Transition> batch) {
    return batch.stream().map(Transition::key).toList();
  }

  @Test
  @DisplayName("no history is dropped by itself: its checkpoint is empty, and it begins with row 1")
  final void checkpoint_emptyWhileNothingDropped() {
    assertEquals(ChainHead.EMPTY, ledger().checkpoint(key("nobody")));
    Entry entry = accept("a");
    for (int i = 0; i < 20; i++) {
      assertEquals(ChainHead.EMPTY, ledger().checkpoint(key("a")));
      time.advance(Duration.ofDays(40));
      entry = apply(transitions.mark(entry, marks -> marks.withOverdue(true)));
    }
    apply(transitions.move(entry, State.DISCARDED));
    time.advance(Duration.ofDays(4_000));
    assertEquals(ChainHead.EMPTY, ledger().checkpoint(key("a")));
    assertEquals(22, history(key("a")).size());
    assertChained(key("a"));
  }
}
