package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Confirmation;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.testkit.Transitions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people decide about notices is recorded, and a rehearsal changes nothing. */
final class NoticeActsTest {

  private static final Act CAROL = new Act("carol", "the mail is gone");

  private final Bench bench = new Bench();
  private final NoticeActs acts = new NoticeActs(bench.node(bench.ledger, bench.content));
  private final NoticeOutbox outbox = bench.ledger.alerts().notices();

  private OwnerNotice setAside() {
    Transitions transitions = new Transitions(1, bench.time);
    SequenceKey key = SequenceKey.of("o1", "a");
    SessionId session = transitions.sessionId();
    bench.ledger.sessions().open(session, key, new Reservation(10, 10_000), OwnerQuota.UNLIMITED);
    Transition made = transitions.accept(transitions.entry(key, session));
    Transition told = made.withNotice(OwnerNotices.of(made));
    assertEquals(List.of(Outcome.APPLIED), bench.ledger.ledger().commit(List.of(told)));
    OwnerNotice notice = told.notice().orElseThrow();
    WaitingNotice.Tries tries =
        new WaitingNotice.Tries(12, 10, Optional.of(bench.time.instant()), "no");
    outbox.postpone(List.of(new WaitingNotice(notice, tries, bench.time.instant(), true)));
    return notice;
  }

  private List<Confirmation> kept() {
    return new Confirmations(bench.ledger).latest(10);
  }

  @Test
  void end_tellsWhatWaitsAndIsRecorded() {
    setAside();
    NoticeSwitch writing = new NoticeSwitch(bench.ledger);
    writing.turn(true);
    assertEquals(1, acts.end(CAROL, true));
    assertTrue(writing.isOn());
    assertEquals(List.of(), kept());
    assertEquals(1, acts.end(CAROL, false));
    assertFalse(writing.isOn());
    Confirmation kept = kept().get(0);
    assertEquals(Confirmation.Subject.NOTICES, kept.subject());
    assertEquals("carol", kept.actor());
    assertEquals("the mail is gone", kept.reason());
    assertTrue(kept.confirmed().contains("1 wait"), kept::toString);
  }

  @Test
  void sendAgain_isRecordedAndMakesUntried() {
    OwnerNotice notice = setAside();
    acts.sendAgain(List.of(notice), CAROL, true);
    assertEquals(1, outbox.aside(Optional.empty(), 10).size());
    assertEquals(List.of(), kept());
    acts.sendAgain(List.of(notice), CAROL, false);
    assertEquals(List.of(WaitingNotice.untried(notice)), outbox.untried(Optional.empty(), 10));
    Confirmation kept = kept().get(0);
    assertEquals(Confirmation.Subject.NOTICES, kept.subject());
    assertTrue(kept.confirmed().contains(notice.id()), kept::toString);
  }
}
