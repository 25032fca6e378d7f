package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is due, in which order, and page by page. */
abstract class DueCases extends BatchCases {

  @Test
  @DisplayName("a deadline is due for entries in flight or FAILED and not marked overdue")
  final void due_deadline() {
    State[] states = dueStates(Duration.ofHours(1), DueQuery.Kind.DEADLINE);
    assertEquals(Set.of(State.ACCEPTED, State.PROCESSED, State.FAILED), Set.of(states));
    Entry failed = find(key(State.FAILED.name()));
    apply(transitions.mark(failed, standing -> standing.withOverdue(true)));
    assertFalse(keysOf(due(DueQuery.Kind.DEADLINE, Duration.ZERO)).contains(failed.key()));
    claimOne(FIRST_WORK);
    assertEquals(2, due(DueQuery.Kind.DEADLINE, Duration.ZERO).size());
  }

  @Test
  @DisplayName("risk is due for entries in flight or FAILED near expiry, held or not, never told")
  final void due_risk() {
    State[] states = dueStates(Duration.ofDays(1), DueQuery.Kind.RISK);
    assertEquals(Set.of(State.ACCEPTED, State.PROCESSED, State.FAILED), Set.of(states));
    Entry failed = find(key(State.FAILED.name()));
    apply(transitions.mark(failed, standing -> standing.withEscalations(1)));
    assertFalse(keysOf(due(DueQuery.Kind.RISK, Duration.ZERO)).contains(failed.key()));
  }

  @Test
  @DisplayName("expiry is due for VERIFIED entries without a hold")
  final void due_expiry() {
    State[] states = dueStates(Duration.ofDays(1), DueQuery.Kind.EXPIRY);
    assertEquals(Set.of(State.VERIFIED), Set.of(states));
    Hold hold = new Hold("someone", "court order", START);
    Entry held =
        apply(
            transitions.mark(
                find(key(State.VERIFIED.name())),
                standing -> standing.withHold(Optional.of(hold))));
    assertEquals(List.of(), due(DueQuery.Kind.EXPIRY, Duration.ZERO));
    apply(transitions.mark(held, standing -> standing.withHold(Optional.empty())));
    assertEquals(1, due(DueQuery.Kind.EXPIRY, Duration.ZERO).size());
  }

  @Test
  @DisplayName("disposal is due for EXPIRING and DISCARDING entries at visible-at")
  final void due_disposal() {
    State[] states = dueStates(Duration.ZERO, DueQuery.Kind.DISPOSAL);
    assertEquals(Set.of(State.EXPIRING, State.DISCARDING), Set.of(states));
    time.advance(Duration.ofMillis(-1));
    assertEquals(List.of(), due(DueQuery.Kind.DISPOSAL, Duration.ZERO));
  }

  @Test
  @DisplayName("leftovers are due for marked entries that are VERIFIED, EXPIRED or DISCARDED")
  final void due_leftovers() {
    assertEquals(0, dueStates(Duration.ZERO, DueQuery.Kind.LEFTOVERS).length);
    for (Entry entry : ledger().scan(ScanQuery.all(100)).entries()) {
      apply(transitions.mark(entry, standing -> standing.withLeftovers(true)));
    }
    assertEquals(
        Set.of(State.VERIFIED, State.EXPIRED, State.DISCARDED),
        Set.of(states(due(DueQuery.Kind.LEFTOVERS, Duration.ZERO))));
  }

  @Test
  @DisplayName("a proof is due for VERIFIED and EXPIRED entries at the time of their last proof")
  final void due_proof() {
    State[] states = dueStates(Duration.ZERO, DueQuery.Kind.PROOF);
    assertEquals(Set.of(State.VERIFIED, State.EXPIRED), Set.of(states));
    assertEquals(List.of(), due(DueQuery.Kind.PROOF, Duration.ofMillis(-1)));
    time.advance(Duration.ofMinutes(1));
    Entry verified = find(key(State.VERIFIED.name()));
    apply(transitions.proven(verified, time.instant()));
    assertEquals(
        List.of(key(State.EXPIRED.name()), verified.key()),
        keysOf(due(DueQuery.Kind.PROOF, Duration.ZERO)),
        "least recently proven first");
    assertEquals(
        List.of(key(State.EXPIRED.name())),
        keysOf(due(DueQuery.Kind.PROOF, Duration.ofMinutes(-1))));
    assertEquals(time.instant(), find(verified.key()).published().orElseThrow().provenAt());
  }

  @Test
  @DisplayName("a proof of raw bytes is due for FAILED entries at visible-at, and moves with it")
  final void due_rawProof() {
    State[] states = dueStates(Duration.ZERO, DueQuery.Kind.RAW_PROOF);
    assertEquals(Set.of(State.FAILED), Set.of(states));
    time.advance(Duration.ofMinutes(1));
    Entry failed = find(key(State.FAILED.name()));
    apply(transitions.move(failed, State.FAILED));
    assertEquals(List.of(), due(DueQuery.Kind.RAW_PROOF, Duration.ofMillis(-1)));
    assertEquals(1, due(DueQuery.Kind.RAW_PROOF, Duration.ZERO).size());
  }

  @Test
  @DisplayName(
      "due entries come most overdue first, as many as asked for, at their very millisecond")
  final void due_order() {
    List<Integer> minutes = List.of(7, 3, 9, 1, 5);
    minutes.forEach(
        minute ->
            accept(key("m" + minute), entry -> expiring(entry, START.plusSeconds(60L * minute))));
    DueQuery.Kind kind = DueQuery.Kind.DEADLINE;
    time.set(START.plusSeconds(60 * 5).minusMillis(1));
    assertEquals(List.of(key("m1"), key("m3")), keysOf(due(kind, Duration.ZERO)));
    time.advance(Duration.ofMillis(1));
    assertEquals(List.of(key("m1"), key("m3"), key("m5")), keysOf(due(kind, Duration.ZERO)));
    assertEquals(
        List.of(key("m1"), key("m3")), keysOf(ledger().due(DueQuery.of(kind, Duration.ZERO, 2))));
    time.set(START.plusSeconds(3_600));
    assertEquals(
        List.of(key("m1"), key("m3"), key("m5"), key("m7"), key("m9")),
        keysOf(due(kind, Duration.ZERO)));
  }

  @Test
  @DisplayName("a lead makes entries due early, a negative one leaves a grace period")
  final void due_lead() {
    accept(key("a"), entry -> expiring(entry, START.plusSeconds(600)));
    DueQuery.Kind kind = DueQuery.Kind.RISK;
    assertEquals(List.of(), due(kind, Duration.ofMinutes(10).minusMillis(1)));
    assertEquals(1, due(kind, Duration.ofMinutes(10)).size());
    time.set(START.plusSeconds(700));
    assertEquals(List.of(), due(kind, Duration.ofSeconds(-101)));
    assertEquals(1, due(kind, Duration.ofSeconds(-100)).size());
  }

  @Test
  @DisplayName("risk is asked for by the level that was told last, and each mark moves on")
  final void dueRisk_byLevel() {
    int[] levels = {0, 1, 2, Standing.MAX_ESCALATIONS};
    for (int level : levels) {
      for (String id : List.of("a", "b")) {
        Entry entry = accept(id + level);
        apply(transitions.mark(entry, standing -> standing.withEscalations(level)));
      }
    }
    time.advance(Duration.ofDays(1));
    for (int level = 0; level <= Standing.MAX_ESCALATIONS; level++) {
      int asked = level;
      boolean there = IntStream.of(levels).anyMatch(one -> one == asked);
      assertEquals(
          there ? List.of(key("a" + level), key("b" + level)) : List.of(),
          keysOf(ledger().due(DueQuery.risk(level, Duration.ZERO, 10))),
          "at level " + level);
    }
    Entry raised = find(key("a0"));
    apply(transitions.mark(raised, standing -> standing.withEscalations(2)));
    assertEquals(List.of(key("b0")), keysOf(due(DueQuery.Kind.RISK, Duration.ZERO)));
    assertEquals(
        List.of(key("a0"), key("a2"), key("b2")),
        keysOf(pages(DueQuery.risk(2, Duration.ZERO, 2))));
    Hold hold = new Hold("someone", "court order", START);
    apply(transitions.mark(find(key("b0")), standing -> standing.withHold(Optional.of(hold))));
    assertEquals(List.of(key("b0")), keysOf(due(DueQuery.Kind.RISK, Duration.ZERO)));
    apply(transitions.move(find(key("b0")), State.VERIFIED));
    assertEquals(List.of(), due(DueQuery.Kind.RISK, Duration.ZERO));
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for what is overdue")
  final void duePages_deadline() {
    assertPaged(DueQuery.Kind.DEADLINE, State.ACCEPTED);
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for what is at risk")
  final void duePages_risk() {
    assertPaged(DueQuery.Kind.RISK, State.FAILED);
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for what has expired")
  final void duePages_expiry() {
    assertPaged(DueQuery.Kind.EXPIRY, State.VERIFIED);
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for disposals")
  final void duePages_disposal() {
    assertPaged(DueQuery.Kind.DISPOSAL, State.EXPIRING);
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for leftovers")
  final void duePages_leftovers() {
    assertPaged(DueQuery.Kind.LEFTOVERS, State.DISCARDED);
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for proofs")
  final void duePages_proof() {
    assertPaged(DueQuery.Kind.PROOF, State.EXPIRED);
  }

  @Test
  @DisplayName("pages of every size follow one another by time, owner and id, for raw bytes")
  final void duePages_rawProof() {
    assertPaged(DueQuery.Kind.RAW_PROOF, State.FAILED);
  }

  /** Entries of three times, two of them shared, by owners whose ids are not in that order. */
  private void assertPaged(DueQuery.Kind kind, State state) {
    Set<Instant> times = new HashSet<>();
    List<DueQuery.Place> expected = new ArrayList<>();
    for (int minute : new int[] {2, 1, 3}) {
      Instant at = START.plusSeconds(60L * minute);
      time.set(at);
      times.add(at);
      int count = minute == 1 ? 1 : 5;
      for (int i = count; i >= 1; i--) {
        SequenceKey key = SequenceKey.of("o" + i % 3, "m" + minute + "-" + i);
        Entry entry = accept(key, made -> expiring(made, at));
        Entry moved = state == State.ACCEPTED ? entry : apply(transitions.move(entry, state));
        apply(transitions.mark(moved, standing -> standing.withLeftovers(true)));
        expected.add(new DueQuery.Place(at, key));
      }
    }
    expected.sort(null);
    List<SequenceKey> keys = expected.stream().map(DueQuery.Place::key).toList();
    for (int limit = 1; limit <= keys.size() + 1; limit++) {
      List<Entry> paged = pages(DueQuery.of(kind, Duration.ZERO, limit));
      assertEquals(keys, keysOf(paged), "in pages of " + limit);
      paged.forEach(entry -> assertTrue(times.contains(kind.timeOf(entry)), entry::toString));
    }
    time.set(START.plusSeconds(150));
    assertEquals(keys.subList(0, 6), keysOf(pages(DueQuery.of(kind, Duration.ZERO, 2))));
    assertEquals(keys, keysOf(pages(DueQuery.of(kind, Duration.ofSeconds(30), 2))));
    assertEquals(keys.subList(0, 1), keysOf(pages(DueQuery.of(kind, Duration.ofSeconds(-90), 2))));
  }

  @Test
  @DisplayName(
      "entries that change between pages cost no other its turn: none is omitted, none comes twice")
  final void duePages_whileChanging() {
    List<SequenceKey> keys = IntStream.range(0, 8).mapToObj(i -> key("k" + i)).toList();
    acceptAll(keys, entry -> expiring(entry, START));
    DueQuery query = DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, 3);
    List<Entry> first = ledger().due(query);
    assertEquals(keys.subList(0, 3), keysOf(first));
    apply(transitions.mark(find(key("k1")), standing -> standing.withOverdue(true)));
    apply(transitions.mark(find(key("k2")), standing -> standing.withOverdue(true)));
    apply(transitions.move(find(key("k4")), State.VERIFIED));
    apply(transitions.mark(find(key("k5")), standing -> standing.withLeftovers(true)));
    accept(key("k10"), entry -> expiring(entry, START));
    accept(key("k55"), entry -> expiring(entry, START));
    List<Entry> second = ledger().due(query.after(first.get(2)));
    assertEquals(List.of(key("k3"), key("k5"), key("k55")), keysOf(second));
    assertEquals(List.of(key("k6"), key("k7")), keysOf(ledger().due(query.after(second.get(2)))));
    assertEquals(
        List.of(key("k0"), key("k10"), key("k3")), keysOf(ledger().due(query)), "begins anew");
  }

  @Test
  @DisplayName("what cannot be dealt with stays due and lets everything after it come to its turn")
  final void duePages_passWhatStays() {
    List<SequenceKey> keys =
        IntStream.range(0, 30).mapToObj(i -> key(String.format("%02d", i))).toList();
    List<Entry> accepted = acceptAll(keys, entry -> expiring(entry, START.plusMillis(5)));
    applyAll(accepted.stream().map(entry -> transitions.move(entry, State.VERIFIED)).toList());
    time.advance(Duration.ofMillis(5));
    List<SequenceKey> seen = new ArrayList<>();
    DueQuery query = DueQuery.of(DueQuery.Kind.EXPIRY, Duration.ZERO, 4);
    for (List<Entry> page = ledger().due(query);
        !page.isEmpty();
        page = ledger().due(query.after(page.get(page.size() - 1)))) {
      seen.addAll(keysOf(page));
      apply(transitions.move(page.get(0), State.EXPIRING));
    }
    assertEquals(keys, seen);
    assertEquals(22, due(DueQuery.Kind.EXPIRY, Duration.ZERO).size(), "the rest is due again");
  }

  /** Accepts a sequence in each state but PROCESSING, and returns the states that are due. */
  private State[] dueStates(Duration after, DueQuery.Kind kind) {
    for (State state : State.values()) {
      if (state != State.PROCESSING) {
        acceptAs(key(state.name()), state);
      }
    }
    time.set(START.plus(after));
    return states(due(kind, Duration.ZERO));
  }

  private static State[] states(List<Entry> entries) {
    return entries.stream().map(Entry::state).toArray(State[]::new);
  }

  private List<Entry> due(DueQuery.Kind kind, Duration lead) {
    return ledger().due(DueQuery.of(kind, lead, ScanQuery.MAX_LIMIT));
  }

  /** Follows all pages, each of them full but the last. */
  private List<Entry> pages(DueQuery query) {
    List<Entry> entries = new ArrayList<>();
    List<Entry> page = ledger().due(query);
    while (!page.isEmpty()) {
      assertTrue(page.size() <= query.limit(), "at most as many as asked for");
      entries.addAll(page);
      assertTrue(entries.size() <= 1_000, "the pages come to no end");
      List<Entry> next = ledger().due(query.after(page.get(page.size() - 1)));
      assertTrue(next.isEmpty() || page.size() == query.limit(), "a page in the middle is full");
      page = next;
    }
    return entries;
  }

  private static Entry expiring(Entry entry, Instant at) {
    Receipt old = entry.receipt();
    Receipt receipt = new Receipt(old.key(), old.manifest(), old.acceptedAt(), at, at);
    Position due = entry.position();
    return new Entry(
        receipt, entry.raw(), due, entry.run(), entry.published(), entry.standing(), entry.chain());
  }
}
