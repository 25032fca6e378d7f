package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What reading the system of record must do. */
abstract class LedgerReadCases extends DueCases {

  @Test
  @DisplayName("the ledger's time is its clock's, in milliseconds")
  final void now_clock() {
    assertEquals(START, ledger().now());
    time.advance(Duration.ofNanos(1_999_999));
    assertEquals(START.plusMillis(1), ledger().now());
    time.set(START.minusSeconds(60));
    assertEquals(START.minusSeconds(60), ledger().now());
  }

  @Test
  @DisplayName("found entries are positional, absent ones empty")
  final void find_positional() {
    Entry a = accept("a");
    Entry b = accept("b");
    assertEquals(
        List.of(Optional.of(b), Optional.empty(), Optional.of(a), Optional.of(b)),
        ledger().find(List.of(key("b"), key("c"), key("a"), key("b"))));
  }

  @Test
  @DisplayName("owners are apart: the same id of another owner is another sequence")
  final void owners_isolated() {
    SequenceKey other = SequenceKey.of("O1", "a");
    Entry mine = accept("a");
    assertEquals(Optional.empty(), ledger().find(List.of(other)).get(0));
    assertEquals(List.of(), history(other));
    Entry theirs = acceptAs(other, State.FAILED);
    assertEquals(mine, find(key("a")));
    assertEquals(theirs, find(other));
    assertEquals(1, history(key("a")).size());
    assertEquals(List.of(other), keysOf(scan(new OwnerId("O1"))));
    assertEquals(Map.of(State.FAILED, 1L), ledger().census(Optional.of(other.owner())).counts());
  }

  @Test
  @DisplayName(
      "ids that differ in case alone are different sequences, in the order of their characters")
  final void keys_exact() {
    List<SequenceKey> keys =
        Stream.of("a", "A", "a.b", "a-b", "a_b", "a0", "b", "B", "0", "Z")
            .map(LedgerFixture::key)
            .toList();
    acceptAll(keys, entry -> entry);
    assertEquals(
        keys.stream().sorted().toList(), keysOf(ledger().scan(ScanQuery.all(100)).entries()));
    assertEquals(key("A"), find(key("A")).key());
  }

  @Test
  @DisplayName("every part of an entry and of a history row comes back as it was written")
  final void roundTrip_exact() {
    EntrySamples samples = new EntrySamples(7);
    List<TransitionKind> kinds = List.of(TransitionKind.values());
    for (int i = 0; i < 60; i++) {
      Entry before = accept("k" + i);
      TransitionKind kind = kinds.get(i % kinds.size());
      Entry after =
          kind == TransitionKind.STAGE_DONE ? samples.varyStage(before) : samples.vary(before);
      Transition change =
          Transitions.noted(
              transitions.change(before, new Guard.AtVersion(1), kind, after), samples.note());
      assertApplied(commit(change));
      assertEquals(change.after(), find(before.key()));
      assertEquals(change.row(), history(before.key()).get(1));
    }
  }

  @Test
  @DisplayName(
      "a completed stage changes position, run, chain and leftovers mark, and keeps everything"
          + " else")
  final void stageDone_exact() {
    EntrySamples samples = new EntrySamples(8);
    for (int i = 0; i < 40; i++) {
      Entry before = accept("k" + i);
      Entry varied =
          apply(
              transitions.change(
                  before,
                  new Guard.AtVersion(before.version()),
                  TransitionKind.STAGE_RETRIED,
                  samples.vary(before)));
      Transition done =
          transitions.change(
              varied,
              new Guard.AtVersion(varied.version()),
              TransitionKind.STAGE_DONE,
              samples.varyStage(varied));
      assertEquals(done.after(), apply(done));
    }
  }

  @Test
  @DisplayName(
      "an expiry changes position, time of the proof and chain, and keeps everything else, in each"
          + " of its two steps")
  final void expiry_exact() {
    EntrySamples samples = new EntrySamples(9);
    for (int i = 0; i < 40; i++) {
      Entry before = accept("k" + i);
      Entry verified =
          apply(
              transitions.change(
                  before,
                  new Guard.AtVersion(before.version()),
                  TransitionKind.VERIFIED,
                  samples.varyVerified(before)));
      Entry expiring = applyStep(verified, TransitionKind.EXPIRING, samples.expiring(verified));
      applyStep(expiring, TransitionKind.EXPIRED, samples.expired(expiring));
    }
  }

  @Test
  @DisplayName(
      "an expiry takes no hold away, in neither of its two steps: it is refused, or keeps the hold")
  final void expiry_takesNoHold() {
    EntrySamples samples = new EntrySamples(10);
    Optional<Hold> hold = Optional.of(new Hold("someone", "court order", START));
    for (int i = 0; i < 8; i++) {
      Entry before = accept("k" + i);
      Entry verified = applyStep(before, TransitionKind.VERIFIED, samples.varyVerified(before));
      Entry held = apply(transitions.mark(verified, standing -> standing.withHold(hold)));
      assertHoldStays(held, TransitionKind.EXPIRING, samples.expiring(held));
      Entry released =
          apply(transitions.mark(find(held.key()), one -> one.withHold(Optional.empty())));
      Entry verifiedAgain =
          applyStep(released, TransitionKind.PROOF_RENEWED, samples.varyVerified(released));
      Entry expiring =
          applyStep(verifiedAgain, TransitionKind.EXPIRING, samples.expiring(verifiedAgain));
      Entry heldLate = apply(transitions.mark(expiring, standing -> standing.withHold(hold)));
      assertHoldStays(heldLate, TransitionKind.EXPIRED, samples.expired(heldLate));
    }
  }

  private void assertHoldStays(Entry held, TransitionKind kind, Entry moved) {
    Entry unheld = moved.withStanding(moved.standing().withHold(Optional.empty()));
    Transition step = transitions.change(held, new Guard.AtVersion(held.version()), kind, unheld);
    boolean isApplied;
    try {
      isApplied = commit(step).isApplied();
    } catch (InvalidValueException e) {
      isApplied = false;
    }
    assertEquals(isApplied ? step.after().withStanding(held.standing()) : held, find(held.key()));
  }

  @Test
  @DisplayName("a discard ends a hold or leaves it, as it says, and a re-upload keeps what is left")
  final void discard_hold() {
    Hold hold = new Hold("someone", "court order", START);
    for (State state : List.of(State.ACCEPTED, State.PROCESSED, State.VERIFIED, State.FAILED)) {
      for (Optional<Hold> left : List.of(Optional.of(hold), Optional.<Hold>empty())) {
        SequenceKey key = key(state + (left.isPresent() ? "-left" : "-ended"));
        Entry read = acceptAs(key, state);
        Entry held =
            apply(transitions.mark(read, standing -> standing.withHold(Optional.of(hold))));
        Entry discarding = apply(discard(held, left));
        Entry gone = apply(transitions.move(discarding, State.DISCARDED));
        RawLocation raw = new RawLocation(openSession(key), List.of(0));
        Entry again = apply(transitions.readmit(gone, raw));
        for (Entry one : List.of(discarding, gone, again)) {
          assertEquals(left, one.standing().hold(), () -> key + " is " + one.state());
        }
      }
    }
  }

  @Test
  @DisplayName("a re-upload ends the hold that it finds or leaves it, as it says")
  final void reupload_hold() {
    Optional<Hold> hold = Optional.of(new Hold("someone", "court order", START));
    for (Optional<Hold> left : List.of(hold, Optional.<Hold>empty())) {
      SequenceKey key = key(left.isPresent() ? "left" : "ended");
      Entry read = acceptAs(key, State.FAILED);
      Entry held = apply(transitions.mark(read, standing -> standing.withHold(hold)));
      Entry gone = apply(transitions.move(apply(discard(held, hold)), State.DISCARDED));
      assertEquals(hold, gone.standing().hold());
      Transition step = transitions.readmit(gone, new RawLocation(openSession(key), List.of(0)));
      Entry again = step.after().withStanding(step.after().standing().withHold(left));
      apply(new Transition(step.guard(), again, step.lease(), step.row(), step.alerts()));
      assertEquals(left, find(key).standing().hold(), key::toString);
    }
  }

  /** Told like a person's, from where work was under way, and silent like a canary's otherwise. */
  private Transition discard(Entry held, Optional<Hold> left) {
    Entry after = transitions.move(held, State.DISCARDING).after();
    Entry changed = after.withStanding(after.standing().withHold(left));
    AlertRow[] alerts = {transitions.alert("SEQUENCE_DISCARDING", held.key())};
    return transitions.change(
        held,
        new Guard.AtVersion(held.version()),
        TransitionKind.DISCARDING,
        changed,
        held.state() == State.VERIFIED ? new AlertRow[0] : alerts);
  }

  private Entry applyStep(Entry before, TransitionKind kind, Entry after) {
    Transition step =
        transitions.change(before, new Guard.AtVersion(before.version()), kind, after);
    assertEquals(step.after(), apply(step));
    assertEquals(step.after(), find(before.key()));
    List<HistoryRow> rows = history(before.key());
    assertEquals(step.row(), rows.get(rows.size() - 1));
    return step.after();
  }

  @Test
  @DisplayName("a history is in order, pages after an ordinal, and keeps every row as it was")
  final void history_pages() {
    Entry entry = accept("a");
    List<HistoryRow> expected = new ArrayList<>(history(key("a")));
    for (int i = 0; i < 25; i++) {
      Transition mark = transitions.mark(entry, standing -> standing.withOverdue(true));
      expected.add(mark.row());
      entry = apply(mark);
    }
    assertEquals(expected, history(key("a")));
    List<HistoryRow> paged = new ArrayList<>();
    List<HistoryRow> page = ledger().history(key("a"), 0, 7);
    while (!page.isEmpty()) {
      assertTrue(page.size() == 7 || paged.size() + page.size() == 26, "short only at the end");
      paged.addAll(page);
      page = ledger().history(key("a"), paged.get(paged.size() - 1).link().ordinal(), 7);
    }
    assertEquals(expected, paged);
    assertEquals(List.of(), ledger().history(key("a"), Long.MAX_VALUE, 1));
    assertEquals(List.of(), ledger().history(key("b"), 0, 1));
    assertEquals(expected.get(25).link().hash(), find(key("a")).chain().head());
  }

  @Test
  @DisplayName("a limit outside 1 to 1,000 is refused")
  final void limits_refused() {
    for (int limit : new int[] {-1, 0, ScanQuery.MAX_LIMIT + 1}) {
      assertThrows(InvalidValueException.class, () -> ledger().history(key("a"), 0, limit));
    }
  }

  @Test
  @DisplayName("a scan pages in key order with pages of every size and omits nothing")
  final void scan_pages() {
    List<SequenceKey> keys =
        IntStream.range(0, 12)
            .mapToObj(i -> SequenceKey.of("o" + i % 3, "s" + i))
            .sorted()
            .toList();
    acceptAll(keys, entry -> entry);
    for (int limit = 1; limit <= 13; limit++) {
      assertEquals(keys, keysOf(scanAll(ScanQuery.all(limit))), "in pages of " + limit);
    }
  }

  @Test
  @DisplayName("a scan over more than 1,000 entries omits nothing")
  final void scan_thousands() {
    List<SequenceKey> keys =
        IntStream.range(0, 1_234).mapToObj(i -> key(String.format("%04d", i))).toList();
    acceptAll(keys, entry -> entry);
    assertEquals(keys, keysOf(scanAll(ScanQuery.all(ScanQuery.MAX_LIMIT))));
    assertEquals(1_234, ledger().census(Optional.empty()).count(State.ACCEPTED));
  }

  @Test
  @DisplayName("an entry that exists throughout the paging is never omitted, whatever changes")
  final void scan_whileChanging() {
    List<SequenceKey> keys = IntStream.range(0, 9).mapToObj(i -> key("k" + i)).toList();
    acceptAll(keys, entry -> entry);
    EntryPage page = ledger().scan(ScanQuery.all(4));
    accept("k00");
    accept("k45");
    apply(transitions.move(find(key("k7")), State.FAILED));
    List<SequenceKey> seen = new ArrayList<>(keysOf(page.entries()));
    seen.addAll(keysOf(scanAll(ScanQuery.all(4).after(seen.get(3)))));
    assertTrue(seen.containsAll(keys), seen::toString);
  }

  @Test
  @DisplayName("a scan filters by owner, by id, by states, and by all of them")
  final void scan_filters() {
    SequenceKey a1 = SequenceKey.of("o1", "a");
    SequenceKey a10 = SequenceKey.of("o10", "a");
    SequenceKey a2 = SequenceKey.of("o2", "a");
    SequenceKey b1 = SequenceKey.of("o1", "b");
    SequenceKey c1 = SequenceKey.of("o1", "c");
    acceptAll(List.of(a1, a2), entry -> entry);
    acceptAs(a10, State.FAILED);
    acceptAs(b1, State.FAILED);
    acceptAs(c1, State.VERIFIED);
    OwnerId owner = new OwnerId("o1");
    Optional<SequenceId> id = Optional.of(new SequenceId("a"));
    assertEquals(List.of(a1, b1, c1), keysOf(scan(owner)));
    assertEquals(List.of(a1, a10, a2), scanned(Optional.empty(), id, Set.of()));
    assertEquals(
        List.of(b1, a10), scanned(Optional.empty(), Optional.empty(), Set.of(State.FAILED)));
    assertEquals(
        List.of(b1, c1),
        scanned(Optional.of(owner), Optional.empty(), Set.of(State.VERIFIED, State.FAILED)));
    assertEquals(List.of(a1), scanned(Optional.of(owner), id, Set.of(State.ACCEPTED)));
    assertEquals(List.of(), scanned(Optional.of(owner), id, Set.of(State.LOST)));
    ScanQuery after =
        new ScanQuery(Optional.of(owner), Optional.empty(), Set.of(), Optional.of(a1), 1);
    assertEquals(List.of(b1, c1), keysOf(scanAll(after)));
    assertEquals(List.of(), keysOf(scanAll(after.after(a2))));
    assertEquals(List.of(a1, b1, c1), keysOf(scanAll(after.after(SequenceKey.of("a", "a")))));
  }

  @Test
  @DisplayName("a census counts every state, of everybody and of one owner, and open sessions")
  final void census_counts() {
    for (State state : State.values()) {
      if (state != State.PROCESSING) {
        acceptAs(key(state.name()), state);
      }
    }
    acceptAs(SequenceKey.of("o2", "x"), State.FAILED);
    openSession(key("open"));
    openSession(SequenceKey.of("o2", "open"));
    claimOne(FIRST_WORK);
    Census all = ledger().census(Optional.empty());
    assertEquals(10, all.total());
    assertEquals(2, all.count(State.FAILED));
    assertEquals(1, all.count(State.PROCESSING));
    assertEquals(0, all.count(State.ACCEPTED));
    assertFalse(all.counts().containsKey(State.ACCEPTED), "only states that occur");
    assertEquals(2, all.openSessions());
    assertEquals(START, all.asOf());
    Census one = ledger().census(Optional.of(new OwnerId("o2")));
    assertEquals(Map.of(State.FAILED, 1L), one.counts());
    assertEquals(1, one.openSessions());
    Census nobody = ledger().census(Optional.of(new OwnerId("nobody")));
    assertEquals(0, nobody.total() + nobody.openSessions());
  }

  @Test
  @DisplayName("usage adds up open sessions, their reservations, and raw bytes not yet gone")
  final void usage_adds() {
    OwnerId owner = key("x").owner();
    assertEquals(new OwnerUsage(0, 0, 0), ledger().holdings().usage(owner));
    for (State state : State.values()) {
      if (state != State.PROCESSING) {
        acceptAs(key(state.name()), state);
      }
    }
    openSession(key("open"));
    openSession(SequenceKey.of("o2", "open"));
    assertEquals(new OwnerUsage(1, ROOM.bytes(), 6 * 2_048), ledger().holdings().usage(owner));
    apply(transitions.move(find(key("VERIFIED")), State.EXPIRED));
    assertEquals(5 * 2_048, ledger().holdings().usage(owner).heldBytes());
    apply(transitions.move(find(key("DISCARDED")), State.ACCEPTED));
    assertEquals(6 * 2_048, ledger().holdings().usage(owner).heldBytes());
  }

  private List<Entry> scan(OwnerId owner) {
    return scanAll(
        new ScanQuery(Optional.of(owner), Optional.empty(), Set.of(), Optional.empty(), 100));
  }

  private List<SequenceKey> scanned(
      Optional<OwnerId> owner, Optional<SequenceId> id, Set<State> states) {
    return keysOf(scanAll(new ScanQuery(owner, id, states, Optional.empty(), 2)));
  }

  /** Follows all pages, however many. */
  private List<Entry> scanAll(ScanQuery query) {
    List<Entry> entries = new ArrayList<>();
    EntryPage page = ledger().scan(query);
    entries.addAll(page.entries());
    while (page.more()) {
      assertFalse(page.entries().isEmpty(), "an empty page is the last");
      page = ledger().scan(query.after(entries.get(entries.size() - 1).key()));
      assertTrue(page.entries().size() <= query.limit(), "at most as many as asked for");
      entries.addAll(page.entries());
    }
    return entries;
  }
}
