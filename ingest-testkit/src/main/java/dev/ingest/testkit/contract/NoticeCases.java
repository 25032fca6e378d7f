package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Notices to owners, written with what they tell of. */
abstract class NoticeCases extends LedgerFixture {

  private static Standing marked(Standing standing) {
    return standing.withOverdue(true);
  }

  private NoticeOutbox notices() {
    return store().alerts().notices();
  }

  private static Transition told(Transition made, NoticeKind kind) {
    return made.withNotice(
        Optional.of(
            new OwnerNotice(
                Transition.cause(made.row()),
                kind,
                made.key(),
                made.after().receipt().manifest().root(),
                "told of " + kind + "; '; DROP TABLE notices; --")));
  }

  private Transition accepted(SequenceKey key) {
    return told(transitions.accept(transitions.entry(key, openSession(key))), NoticeKind.ACCEPTED);
  }

  private OwnerNotice acceptTold(String id) {
    Transition made = accepted(key(id));
    apply(made);
    return made.notice().orElseThrow();
  }

  private List<WaitingNotice> waiting() {
    List<WaitingNotice> all = new ArrayList<>();
    all.addAll(notices().untried(Optional.empty(), NoticeOutbox.MAX_NOTICES));
    all.addAll(notices().retries(Optional.empty(), NoticeOutbox.MAX_NOTICES));
    return all;
  }

  private List<OwnerNotice> due() {
    return waiting().stream().map(WaitingNotice::notice).toList();
  }

  private static WaitingNotice refused(OwnerNotice notice, Instant dueAt, boolean aside) {
    WaitingNotice.Tries tries =
        new WaitingNotice.Tries(3, 2, Optional.of(START), "no: \u00e9 '; --");
    return new WaitingNotice(notice, tries, dueAt, aside);
  }

  @Test
  @DisplayName("a notice comes with its transition, whole, and stays until it is acknowledged")
  final void notice_withItsCause() {
    assertEquals(List.of(), due());
    assertEquals(0, notices().pending());
    Transition made = accepted(key("a"));
    apply(made);
    accept("untold");
    WaitingNotice waiting = WaitingNotice.untried(made.notice().orElseThrow());
    assertEquals(List.of(waiting), waiting());
    assertEquals(List.of(waiting), waiting());
    assertEquals(1, notices().pending());
    notices().acknowledge(List.of(waiting.notice()));
    assertEquals(List.of(), due());
    assertEquals(0, notices().pending());
    notices().acknowledge(List.of(waiting.notice()));
    notices().acknowledge(List.of());
  }

  @Test
  @DisplayName("a transition that is refused leaves no notice, and a repeated one none again")
  final void notice_neitherRefusedNorRepeated() {
    Transition made = accepted(key("a"));
    Entry entry = apply(made);
    Transition stale = told(transitions.mark(entry, NoticeCases::marked), NoticeKind.DELAYED);
    apply(transitions.mark(entry, NoticeCases::marked));
    assertTrue(!commit(stale).isApplied(), "a stale transition is refused");
    assertEquals(List.of(made.notice().orElseThrow()), due());
    notices().acknowledge(due());
    assertEquals(Outcome.APPLIED, commit(made));
    assertEquals(List.of(), due());
  }

  @Test
  @DisplayName("every element of a batch brings its own notice, also beside refused ones")
  final void notice_inBatches() {
    List<Transition> batch = new ArrayList<>();
    List<OwnerNotice> expected = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      SequenceKey key = SequenceKey.of("o" + i % 3, "s" + i);
      Entry entry = transitions.entry(key, openSession(key));
      Transition plain = transitions.accept(entry);
      batch.add(i % 2 == 0 ? told(plain, NoticeKind.ACCEPTED) : plain);
      if (i % 2 == 0 && i % 5 != 0) {
        expected.add(batch.get(i).notice().orElseThrow());
      } else if (i % 5 == 0) {
        apply(transitions.accept(entry));
      }
    }
    List<Outcome> outcomes = ledger().commit(batch);
    for (int i = 0; i < batch.size(); i++) {
      assertEquals(i % 5 != 0, outcomes.get(i).isApplied(), "element " + i);
    }
    expected.sort(Comparator.comparing(OwnerNotice::key));
    assertEquals(expected, due());
  }

  @Test
  @DisplayName("work that ends under its lease brings its notice, with alerts and without")
  final void notice_underLease() {
    for (boolean alerted : List.of(false, true)) {
      SequenceKey key = key("leased-" + alerted);
      accept(key);
      Claimed claimed = claimOne(FIRST_WORK);
      Entry leased = claimed.entry();
      Transition failed = transitions.move(leased, State.FAILED);
      Transition made =
          told(
              new Transition(
                  new Guard.WithLease(tokenOf(leased), leased.version()),
                  failed.after(),
                  failed.lease(),
                  failed.row(),
                  alerted ? List.of(transitions.alert("CODE", key)) : List.of()),
              NoticeKind.FAILED);
      apply(made);
      assertEquals(List.of(made.notice().orElseThrow()), due());
      notices().acknowledge(due());
    }
    assertEquals(1, store().alerts().pending());
  }

  @Test
  @DisplayName("of a sequence the notice of the lowest ordinal is due, then the next")
  final void due_inOrderOfEachSequence() {
    OwnerNotice accepted = acceptTold("a");
    time.advance(Duration.ofSeconds(1));
    Transition delayed =
        told(transitions.mark(find(key("a")), NoticeCases::marked), NoticeKind.DELAYED);
    apply(delayed);
    time.advance(Duration.ofSeconds(1));
    Transition failed = told(transitions.move(find(key("a")), State.FAILED), NoticeKind.FAILED);
    apply(failed);
    OwnerNotice other = acceptTold("b");
    assertEquals(List.of(accepted, other), due());
    assertEquals(
        List.of(accepted),
        notices().untried(Optional.empty(), 1).stream().map(WaitingNotice::notice).toList());
    notices().acknowledge(List.of(accepted));
    assertEquals(List.of(delayed.notice().orElseThrow(), other), due());
    notices().acknowledge(List.of(delayed.notice().orElseThrow(), other));
    assertEquals(List.of(failed.notice().orElseThrow()), due());
  }

  @Test
  @DisplayName(
      "a notice that was put off waits, with those behind it, and comes after untried ones")
  final void postpone_waits() {
    OwnerNotice first = acceptTold("a");
    apply(told(transitions.mark(find(key("a")), NoticeCases::marked), NoticeKind.DELAYED));
    Instant later = time.instant().plusSeconds(60);
    notices().postpone(List.of(refused(first, later, false)));
    assertEquals(List.of(), due());
    assertEquals(2, notices().pending());
    time.advance(Duration.ofMillis(59_999));
    assertEquals(List.of(), due());
    time.advance(Duration.ofMillis(1));
    OwnerNotice untried = acceptTold("b");
    assertEquals(List.of(WaitingNotice.untried(untried), refused(first, later, false)), waiting());
    notices().acknowledge(List.of(first));
    assertEquals(2, due().size());
  }

  @Test
  @DisplayName("a notice that was put off before the clock was set back is found and put right")
  final void postpone_clockSetBack() {
    OwnerNotice notice = acceptTold("a");
    acceptTold("untried");
    Instant ahead = time.instant().plus(Duration.ofDays(1));
    WaitingNotice.Tries tries = new WaitingNotice.Tries(1, 0, Optional.of(ahead), "no");
    WaitingNotice lost = new WaitingNotice(notice, tries, ahead.plusSeconds(10), false);
    notices().postpone(List.of(lost));
    assertEquals(List.of(), notices().retries(Optional.empty(), 10));
    assertEquals(List.of(lost), notices().ahead(10));
    WaitingNotice right = refused(notice, time.instant(), false);
    notices().postpone(List.of(right));
    assertEquals(List.of(), notices().ahead(10));
    assertEquals(List.of(right), notices().retries(Optional.empty(), 10));
    notices().postpone(List.of(new WaitingNotice(notice, tries, ahead, true)));
    assertEquals(List.of(), notices().ahead(10), "what is set aside waits for nothing");
  }

  @Test
  @DisplayName("what was never tried and what is due again is paged, each in its order")
  final void untriedAndRetries_page() {
    List<OwnerNotice> all = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      all.add(acceptTold("s" + (i * 5 % 14)));
      time.advance(Duration.ofMillis(i % 3));
    }
    List<OwnerNotice> tried = all.subList(7, 14);
    List<WaitingNotice> putOff = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      putOff.add(refused(tried.get(i), START.plusMillis(1L + (7 - i) / 2), false));
    }
    notices().postpone(putOff);
    time.advance(Duration.ofMinutes(1));
    assertEquals(
        all.subList(0, 7).stream().map(OwnerNotice::key).sorted().toList(),
        paged(notices()::untried).stream().map(one -> one.notice().key()).sorted().toList());
    Comparator<WaitingNotice> order =
        Comparator.comparing(WaitingNotice::dueAt)
            .thenComparing(one -> one.notice().cause().at())
            .thenComparing(one -> one.notice().key());
    List<WaitingNotice> untried = paged(notices()::untried);
    assertEquals(untried.stream().sorted(order).toList(), untried);
    assertEquals(putOff.stream().sorted(order).toList(), paged(notices()::retries));
  }

  private static List<WaitingNotice> paged(
      BiFunction<Optional<WaitingNotice>, Integer, List<WaitingNotice>> read) {
    List<WaitingNotice> all = new ArrayList<>();
    List<WaitingNotice> page;
    do {
      Optional<WaitingNotice> after =
          all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
      page = read.apply(after, 3);
      all.addAll(page);
    } while (page.size() == 3);
    return all;
  }

  @Test
  @DisplayName("a notice set aside is listed, lets later ones go on, and can be sent again")
  final void aside_listedAndSentAgain() {
    OwnerNotice first = acceptTold("a");
    Transition second =
        told(transitions.mark(find(key("a")), NoticeCases::marked), NoticeKind.DELAYED);
    apply(second);
    notices().postpone(List.of(refused(first, START, true)));
    assertEquals(List.of(second.notice().orElseThrow()), due());
    assertEquals(List.of(refused(first, START, true)), notices().aside(Optional.empty(), 10));
    assertEquals(2, notices().pending());
    notices().postpone(List.of(WaitingNotice.untried(first)));
    assertEquals(List.of(first), due());
    assertEquals(List.of(), notices().aside(Optional.empty(), 10));
  }

  @Test
  @DisplayName("what was set aside is paged in the order of sequences and ordinals")
  final void aside_pages() {
    List<OwnerNotice> all = IntStream.range(0, 7).mapToObj(i -> acceptTold("s" + i)).toList();
    notices().postpone(all.stream().map(one -> refused(one, START, true)).toList());
    List<OwnerNotice> paged = new ArrayList<>();
    Optional<OwnerNotice> after = Optional.empty();
    List<WaitingNotice> page;
    do {
      page = notices().aside(after, 3);
      page.forEach(waiting -> paged.add(waiting.notice()));
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).notice());
    } while (page.size() == 3);
    assertEquals(all, paged);
  }

  @Test
  @DisplayName("what is gone stays gone: putting it off does not bring it back")
  final void postpone_gone() {
    OwnerNotice notice = acceptTold("a");
    notices().acknowledge(List.of(notice));
    notices().postpone(List.of(refused(notice, START, true)));
    assertEquals(0, notices().pending());
    OwnerNotice.Cause other =
        new OwnerNotice.Cause(transitions.transitionId(), 1, notice.cause().at());
    OwnerNotice again = acceptTold("b");
    notices()
        .acknowledge(
            List.of(new OwnerNotice(other, again.kind(), again.key(), again.root(), again.text())));
    assertEquals(List.of(again), due());
  }

  @Test
  @DisplayName("a call takes 1 to 1,000 notices")
  final void noticeLimits_refused() {
    for (int limit : new int[] {-1, 0, NoticeOutbox.MAX_NOTICES + 1}) {
      assertThrows(InvalidValueException.class, () -> notices().untried(Optional.empty(), limit));
      assertThrows(InvalidValueException.class, () -> notices().retries(Optional.empty(), limit));
      assertThrows(InvalidValueException.class, () -> notices().ahead(limit));
      assertThrows(InvalidValueException.class, () -> notices().aside(Optional.empty(), limit));
    }
    OwnerNotice notice = acceptTold("a");
    List<OwnerNotice> tooMany = Collections.nCopies(NoticeOutbox.MAX_NOTICES + 1, notice);
    assertThrows(InvalidValueException.class, () -> notices().acknowledge(tooMany));
    List<WaitingNotice> tooManyWaiting = tooMany.stream().map(WaitingNotice::untried).toList();
    assertThrows(InvalidValueException.class, () -> notices().postpone(tooManyWaiting));
    assertEquals(List.of(notice), due());
  }

  @Test
  @DisplayName("notices survive a reopen of a durable ledger, with what was tried")
  final void noticesReopened_kept() throws Exception {
    OwnerNotice notice = acceptTold("a");
    notices().postpone(List.of(refused(notice, START, false)));
    reopen();
    if (store().capabilities().durable()) {
      assertEquals(List.of(refused(notice, START, false)), waiting());
    } else {
      assertTrue(notices().pending() <= 1, "what is volatile may be gone");
    }
  }
}
