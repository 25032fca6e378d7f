package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.report.IncidentQuery.Window;
import dev.ingest.core.report.IncidentQuery.Work;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a backfill takes for its set, page by page. */
final class SelectingTest {

  private static final SequenceKey A1 = SequenceKey.of("alice", "1");
  private static final SequenceKey A2 = SequenceKey.of("alice", "2");
  private static final SequenceKey B1 = SequenceKey.of("bob", "1");
  private static final SequenceKey CANARY = new SequenceKey(Canary.OWNER, new SequenceId("1"));

  private final Kept ledger =
      new Kept()
          .with(
              Kept.in(State.FAILED, A1),
              Kept.accepted(A2),
              Kept.in(State.FAILED, B1),
              Kept.in(State.FAILED, CANARY));

  private Selecting.Page page(IncidentQuery query, Optional<SequenceKey> after) {
    return new Selecting(ledger.store(), query).after(after);
  }

  private static List<SequenceKey> keys(Selecting.Page page) {
    return page.selected().stream().map(Entry::key).toList();
  }

  private static IncidentQuery of(OwnerId owner) {
    return new IncidentQuery(
        Optional.of(owner), Optional.empty(), Work.ANY, Set.of(), Optional.empty());
  }

  @Test
  void pages_goOnWhereTheLastOneEnded() {
    ledger.page = 2;
    Selecting.Page first = page(IncidentQuery.ALL, Optional.empty());
    assertEquals(List.of(A1, A2), keys(first));
    assertEquals(Optional.of(A2), first.reached());
    assertEquals(2, first.looked());
    assertTrue(first.more());
    Selecting.Page second = page(IncidentQuery.ALL, first.reached());
    assertEquals(List.of(B1), keys(second));
    assertEquals(Optional.of(CANARY), second.reached());
    assertEquals(2, second.looked());
    assertFalse(second.more());
    Selecting.Page third = page(IncidentQuery.ALL, second.reached());
    assertEquals(List.of(), keys(third));
    assertEquals(Optional.empty(), third.reached());
  }

  @Test
  void statesAndOwner_leaveTheOthersOut() {
    IncidentQuery failed = IncidentQuery.ALL.in(Set.of(State.FAILED));
    assertEquals(List.of(A1, B1), keys(page(failed, Optional.empty())));
    assertEquals(List.of(A1, A2), keys(page(of(A1.owner()), Optional.empty())));
    assertEquals(List.of(CANARY), keys(page(of(Canary.OWNER), Optional.empty())));
  }

  @Test
  void whatTheLedgerDoesNotTell_isTakenAndCounted() {
    Window later = new Window(Kept.START.plusSeconds(1), Kept.START.plusSeconds(2), true);
    ledger.dropped.put(B1, 1L);
    Selecting.Page page = page(IncidentQuery.ALL.within(later), Optional.empty());
    assertEquals(List.of(B1), keys(page));
    assertEquals(1, page.untold());
  }

  @Test
  void givenSequences_areSelectedOrUnknown() {
    SequenceKey unknown = SequenceKey.of("alice", "unknown");
    IncidentQuery failed = IncidentQuery.ALL.in(Set.of(State.FAILED));
    Selecting.Page page = new Selecting(ledger.store(), failed).among(List.of(A1, A2, unknown, B1));
    assertEquals(List.of(A1, B1), keys(page));
    assertEquals(List.of(unknown), page.unknown());
    assertEquals(4, page.looked());
    assertEquals(0, page.untold());
    assertEquals(Optional.of(B1), page.reached());
    assertFalse(page.more());
  }

  @Test
  void givenSequencesOfOthers_areLeftOut() {
    SequenceKey unknown = SequenceKey.of("bob", "unknown");
    Selecting selecting = new Selecting(ledger.store(), of(A1.owner()));
    Selecting.Page page = selecting.among(List.of(A1, B1, unknown));
    assertEquals(List.of(A1), keys(page));
    assertEquals(List.of(), page.unknown());
    Selecting.Page none = selecting.among(List.of());
    assertEquals(Optional.empty(), none.reached());
    assertEquals(0, none.looked());
  }
}
