package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.report.IncidentQuery.Window;
import dev.ingest.core.report.IncidentQuery.Work;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reports that count what they name, and name what they could not read. */
final class ReportingTest {

  private static final SequenceKey A1 = SequenceKey.of("alice", "1");
  private static final SequenceKey A2 = SequenceKey.of("alice", "2");
  private static final SequenceKey B1 = SequenceKey.of("bob", "1");
  private static final SequenceKey CANARY = new SequenceKey(Canary.OWNER, new SequenceId("1"));
  private static final IncidentQuery FAILED = IncidentQuery.ALL.in(Set.of(State.FAILED));
  private static final IncidentQuery OF_ALICE = of(OwnerId.of("alice"));

  private final Kept ledger =
      new Kept()
          .with(
              Kept.in(State.FAILED, A1),
              Kept.accepted(A2),
              Kept.in(State.FAILED, B1),
              Kept.in(State.FAILED, CANARY));
  private final Reporting reporting = new Reporting(ledger.store(), Duration.ofDays(7));
  private final List<String> heard = new ArrayList<>();
  private final IncidentListener listener =
      new IncidentListener() {
        @Override
        public void affected(Affected affected) {
          heard.add(affected.entry().key() + " " + affected.rescue().text());
        }

        @Override
        public void ownerEnded(OwnerId owner, long count) {
          heard.add(owner + ": " + count);
        }

        @Override
        public void unread(IncidentReport.Unread part) {
          heard.add(part.part() + " unread, " + part.why());
        }

        @Override
        public void reached(long looked) {
          heard.add("reached " + looked);
        }
      };

  private static IncidentQuery of(OwnerId owner) {
    return new IncidentQuery(
        Optional.of(owner), Optional.empty(), Work.ANY, Set.of(), Optional.empty());
  }

  private static IncidentQuery touched() {
    Window later = new Window(Kept.START.plusSeconds(1), Kept.START.plusSeconds(2), true);
    return IncidentQuery.ALL.within(later);
  }

  private List<String> named() {
    return heard.stream().filter(line -> !line.startsWith("reached")).toList();
  }

  @Test
  void report_namesWhatIsAffectedByOwnerAndCountsIt() {
    IncidentReport report = reporting.report(IncidentQuery.ALL, listener);
    String until = " 2026-03-09T10:00:00Z";
    assertEquals(
        List.of(
            "alice/1" + until,
            "reached 1",
            "alice/2" + until,
            "reached 2",
            "alice: 2",
            "bob/1" + until,
            "reached 3",
            "bob: 1"),
        heard);
    assertEquals(
        new IncidentReport(Kept.START, 3, 2, Map.of(State.FAILED, 2L, State.ACCEPTED, 1L), 0),
        report);
    assertEquals(3, report.affected());
    assertTrue(report.isComplete());
  }

  @Test
  void pages_areFollowedToTheEnd() {
    ledger.page = 1;
    IncidentReport report = reporting.report(IncidentQuery.ALL, listener);
    assertEquals(3, report.affected());
    assertEquals(List.of("scan", "scan", "scan", "scan"), ledger.asked);
  }

  @Test
  void statesAndOwner_leaveTheOthersOut() {
    IncidentReport failed = reporting.report(FAILED, listener);
    assertEquals(Map.of(State.FAILED, 2L), failed.states());
    assertEquals(2, failed.owners());
    IncidentReport alices = reporting.report(OF_ALICE, listener);
    assertEquals(2, alices.affected());
    assertEquals(1, alices.owners());
  }

  @Test
  void canaries_areNamedOnlyToWhoAsksForThem() {
    IncidentReport report = reporting.report(of(Canary.OWNER), listener);
    assertEquals(1, report.affected());
    assertEquals("ingest:canary: 1", named().get(1));
  }

  @Test
  void nothingAffected_endsNoOwner() {
    IncidentReport report = reporting.report(IncidentQuery.ALL.in(Set.of(State.LOST)), listener);
    assertEquals(new IncidentReport(Kept.START, 0, 0, Map.of(), 0), report);
    assertEquals(List.of(), heard);
  }

  @Test
  void ledgerThatFailsTwice_isAskedAThirdTime() {
    ledger.failing.put("scan", 2);
    assertTrue(reporting.report(IncidentQuery.ALL, listener).isComplete());
  }

  @Test
  void pageThatIsNotRead_endsAReportThatSaysSo() {
    ledger.failing.put("scan", 3);
    IncidentReport report = reporting.report(IncidentQuery.ALL, listener);
    assertEquals(List.of("everything from the beginning on unread, the ledger is out"), heard);
    assertEquals(new IncidentReport(Kept.START, 0, 0, Map.of(), 1), report);
    assertFalse(report.isComplete());
  }

  @Test
  void laterPageThatIsNotRead_isNamedByWhatCameBefore() {
    ledger.page = 2;
    IncidentListener breaking =
        new IncidentListener() {
          @Override
          public void affected(Affected affected) {
            ledger.failing.put("scan", 3);
          }

          @Override
          public void unread(IncidentReport.Unread part) {
            heard.add(part.part());
          }
        };
    IncidentReport report = reporting.report(IncidentQuery.ALL, breaking);
    assertEquals(List.of("everything after alice/2"), heard);
    assertEquals(2, report.affected());
    assertEquals(1, report.unread());
  }

  @Test
  void sequenceWhoseHistoryIsNotRead_isUnreadAlone() {
    ledger.failing.put("history", 3);
    IncidentReport report = reporting.report(touched(), listener);
    assertEquals(List.of("alice/1 unread, the ledger is out"), named());
    assertEquals(new IncidentReport(Kept.START, 3, 0, Map.of(), 1), report);
  }

  @Test
  void sequenceOfWhichTheLedgerDoesNotTell_isUnread() {
    ledger.dropped.put(B1, 1L);
    IncidentReport report = reporting.report(touched(), listener);
    assertEquals(1, named().size());
    assertTrue(named().get(0).startsWith("bob/1 unread, the ledger does not tell: "));
    assertEquals(1, report.unread());
    assertEquals(0, report.affected());
  }

  @Test
  void givenSequences_areLookedAtOnceEachAndInOrder() {
    ledger.maxBatch = 2;
    IncidentReport report =
        reporting.report(IncidentQuery.ALL, List.of(B1, A2, B1, A1).iterator(), listener);
    assertEquals(
        List.of("alice/1", "alice/2", "alice: 2", "bob/1", "bob: 1"),
        named().stream().map(line -> line.contains("/") ? line.split(" ", 2)[0] : line).toList());
    assertEquals(List.of("find 2", "find 1"), ledger.asked);
    assertEquals(3, report.looked());
  }

  @Test
  void givenSequenceThatNoLedgerKnows_isUnread() {
    SequenceKey unknown = SequenceKey.of("bob", "unknown");
    IncidentReport report =
        reporting.report(FAILED, Stream.of(A1, A2, unknown).iterator(), listener);
    assertEquals("bob/unknown unread, the ledger has no entry of it", named().get(1));
    assertEquals(new IncidentReport(Kept.START, 3, 1, Map.of(State.FAILED, 1L), 1), report);
  }

  @Test
  void givenSequencesOfOthers_areLookedPast() {
    SequenceKey unknown = SequenceKey.of("bob", "unknown");
    IncidentReport report =
        reporting.report(OF_ALICE, Stream.of(A1, B1, unknown).iterator(), listener);
    assertEquals(new IncidentReport(Kept.START, 3, 1, Map.of(State.FAILED, 1L), 0), report);
    ledger.with(Kept.in(State.LOST, B1));
    assertEquals(0, reporting.report(OF_ALICE, List.of(B1).iterator(), listener).affected());
  }

  @Test
  void givenSequencesThatAreNotRead_areNamedByTheirFirst() {
    ledger.failing.put("find", 3);
    ledger.maxBatch = 2;
    IncidentReport report =
        reporting.report(IncidentQuery.ALL, List.of(A1, A2, B1).iterator(), listener);
    assertEquals("2 sequences from alice/1 on unread, the ledger is out", heard.get(0));
    assertEquals(1, report.affected());
    assertEquals(1, report.unread());
  }

  @Test
  void moreGivenSequencesThanAReportHolds_areRefused() {
    assertEquals(100_000, reporting.report(FAILED, keys(100_000), listener).looked());
    InvalidValueException refused =
        assertThrows(
            InvalidValueException.class, () -> reporting.report(FAILED, keys(100_001), listener));
    assertTrue(String.valueOf(refused.getMessage()).contains("100,000 given sequences at most"));
  }

  private static Iterator<SequenceKey> keys(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> SequenceKey.of("carol", Integer.toString(i)))
        .iterator();
  }

  @Test
  void statusOfAnOwner_isPagedById() {
    OwnerPage first = reporting.status(A1.owner(), Optional.empty(), 1);
    assertEquals(A1.owner(), first.owner());
    assertEquals(List.of(A1), first.sequences().stream().map(OwnerStatus::key).toList());
    assertEquals(Optional.of(A1.id()), first.next());
    OwnerPage second = reporting.status(A1.owner(), first.next(), 1);
    assertEquals(List.of(A2), second.sequences().stream().map(OwnerStatus::key).toList());
    assertEquals(Optional.empty(), second.next());
  }
}
