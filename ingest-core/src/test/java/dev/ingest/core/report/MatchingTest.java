package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.report.IncidentQuery.Window;
import dev.ingest.core.report.IncidentQuery.Work;
import dev.ingest.core.report.Matching.Answer;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which sequences an incident report is about. */
final class MatchingTest {

  private static final Instant START = Kept.START;
  private static final Entry ACCEPTED = Kept.accepted(Kept.RIDE);
  private static final Entry FAILED = Kept.in(State.FAILED, Kept.RIDE);

  private final Kept ledger = new Kept();

  private Answer of(Entry entry, IncidentQuery query) {
    return new Matching(ledger.store().ledger(), query).of(entry);
  }

  private static IncidentQuery within(Instant from, Instant to, boolean touched) {
    return IncidentQuery.ALL.within(new Window(from, to, touched));
  }

  private static IncidentQuery work(String pipeline, String stage, String version) {
    return IncidentQuery.ALL.workedOnBy(new Work(given(pipeline), given(stage), given(version)));
  }

  private static Optional<String> given(String text) {
    return Optional.of(text).filter(one -> !one.isEmpty());
  }

  private static IncidentQuery version(String version) {
    return work("", "", version);
  }

  private static HistoryRow row(long ordinal, TransitionKind kind, Instant at, String detail) {
    return new HistoryRow(
        Kept.RIDE,
        new HistoryRow.Step(TransitionId.ofBits(3, ordinal), kind, at),
        Optional.of(State.ACCEPTED),
        State.ACCEPTED,
        new HistoryRow.Note("testkit", detail),
        new HistoryRow.Link(ordinal, Digest.ofUtf8("before"), Digest.ofUtf8("this")));
  }

  @Test
  void everySequence_isMeantWhereNothingIsAskedFor() {
    assertEquals(Answer.YES, of(ACCEPTED, IncidentQuery.ALL));
    assertEquals(Answer.YES, of(FAILED, IncidentQuery.ALL));
    assertEquals(List.of(), ledger.asked);
  }

  @Test
  void window_beginsWithItsFirstInstantAndEndsBeforeItsLast() {
    Instant later = START.plusMillis(1);
    Instant earlier = START.minusMillis(1);
    assertEquals(Answer.YES, of(ACCEPTED, within(START, later, false)));
    assertEquals(Answer.NO, of(ACCEPTED, within(earlier, START, false)));
    assertEquals(Answer.NO, of(ACCEPTED, within(later, later.plusMillis(1), false)));
    assertEquals(List.of(), ledger.asked);
    assertThrows(InvalidValueException.class, () -> new Window(START, START, false));
    assertThrows(InvalidValueException.class, () -> new Window(later, START, false));
  }

  @Test
  void whatWasTouchedWithinTheWindow_isMeantWhereThatIsAskedFor() {
    Instant from = START.plusSeconds(10);
    Instant to = START.plusSeconds(20);
    ledger.withRows(
        Kept.RIDE,
        List.of(
            row(1, TransitionKind.ACCEPTED, START, ""),
            row(2, TransitionKind.HELD, START.plusSeconds(15), "")));
    assertEquals(Answer.YES, of(ACCEPTED, within(from, to, true)));
    assertEquals(Answer.NO, of(ACCEPTED, within(from, to, false)));
    assertEquals(Answer.NO, of(ACCEPTED, within(from.minusSeconds(5), from, true)));
  }

  @Test
  void rowsThatWereDropped_mayHaveBeenWithinTheWindow() {
    ledger.withRows(Kept.RIDE, List.of(row(4, TransitionKind.HELD, START, "")));
    ledger.dropped.put(Kept.RIDE, 3L);
    IncidentQuery query = within(START.plusSeconds(10), START.plusSeconds(20), true);
    assertEquals(Answer.UNTOLD, of(ACCEPTED, query));
    assertEquals(List.of("history after 3"), ledger.asked);
    assertEquals(
        "the ledger does not tell: its older history was dropped, or a lease ended without a"
            + " word or under an earlier release, which did not record the node version",
        new Matching(ledger.store().ledger(), query).whyUntold());
  }

  @Test
  void pipelineCodeAndStage_areThoseOfTheEntry() {
    assertEquals(Answer.YES, of(FAILED, work("photos", "", "")));
    assertEquals(Answer.NO, of(FAILED, work("movies", "", "")));
    assertEquals(Answer.YES, of(FAILED, code("ATTEMPTS_EXHAUSTED")));
    assertEquals(Answer.NO, of(FAILED, code("OTHER")));
    assertEquals(Answer.NO, of(ACCEPTED, code("ATTEMPTS_EXHAUSTED")));
    assertEquals(Answer.YES, of(ACCEPTED, work("", "resize", "")));
    assertEquals(Answer.NO, of(ACCEPTED, work("", "index", "")));
  }

  @Test
  void stageInWhichItFailed_isMeantBesideTheOneThatIsDue() {
    Failure elsewhere =
        new Failure("STAGE_ERROR", Optional.of(new StageRef("index", 1)), "made up");
    Entry failed = FAILED.withStanding(FAILED.standing().withFailure(Optional.of(elsewhere)));
    assertEquals(Answer.YES, of(failed, work("", "index", "")));
    assertEquals(Answer.YES, of(failed, work("", "resize", "")));
    assertEquals(Answer.NO, of(failed, work("", "other", "")));
  }

  private static IncidentQuery code(String code) {
    return new IncidentQuery(
        Optional.empty(), Optional.empty(), Work.ANY, Set.of(), Optional.of(code));
  }

  @Test
  void versionOfAPresentLease_needsNoHistory() {
    Lease lease =
        new Lease(new LeaseToken(IncarnationId.ofBits(3, 4), 5), new NodeId("node-1"), "v1", START);
    Entry leased =
        ACCEPTED.withPosition(new Position(State.PROCESSING, 2, START, 5, Optional.of(lease)));
    assertEquals(Answer.YES, of(leased, version("v1")));
    assertEquals(List.of(), ledger.asked);
    assertEquals(Answer.NO, of(leased, version("v2")));
    assertEquals(List.of("history after 0"), ledger.asked);
  }

  @Test
  void versionOfALeaseThatEnded_isInTheHistory() {
    ledger.withRows(
        Kept.RIDE, List.of(row(1, TransitionKind.STAGE_DONE, START, "version=v1; stage=a")));
    assertEquals(Answer.YES, of(ACCEPTED, version("v1")));
    assertEquals(Answer.NO, of(ACCEPTED, version("v2")));
  }

  @Test
  void leaseThatEndedWithoutAWord_mayHaveBeenOfTheVersion() {
    ledger.withRows(Kept.RIDE, List.of(row(1, TransitionKind.LEASE_LOST, START, "")));
    assertEquals(Answer.UNTOLD, of(ACCEPTED, version("v1")));
    ledger.withRows(Kept.RIDE, List.of(row(2, TransitionKind.HELD, START, "")));
    ledger.dropped.put(Kept.RIDE, 1L);
    assertEquals(Answer.UNTOLD, of(ACCEPTED, version("v1")));
  }

  @Test
  void timeAndVersion_haveBothToHold() {
    ledger.withRows(Kept.RIDE, List.of(row(1, TransitionKind.STAGE_DONE, START, "version=v1")));
    Instant later = START.plusSeconds(1);
    Work ofVersion = new Work(Optional.empty(), Optional.empty(), Optional.of("v1"));
    Work ofOther = new Work(Optional.empty(), Optional.empty(), Optional.of("v2"));
    IncidentQuery then = within(START, later, true);
    IncidentQuery after = within(later, later.plusSeconds(1), true);
    assertEquals(Answer.YES, of(ACCEPTED, then.workedOnBy(ofVersion)));
    assertEquals(Answer.NO, of(ACCEPTED, then.workedOnBy(ofOther)));
    assertEquals(Answer.NO, of(ACCEPTED, after.workedOnBy(ofVersion)));
    assertEquals(
        Answer.NO, of(ACCEPTED, within(later, later.plusSeconds(1), false).workedOnBy(ofVersion)));
  }

  @Test
  void longHistory_isReadToItsEndOrUntilBothAreFound() {
    List<HistoryRow> rows = new ArrayList<>();
    for (int i = 1; i <= ScanQuery.MAX_LIMIT; i++) {
      rows.add(row(i, TransitionKind.HELD, START, ""));
    }
    rows.add(row(ScanQuery.MAX_LIMIT + 1, TransitionKind.STAGE_DONE, START, "version=v1"));
    ledger.withRows(Kept.RIDE, rows);
    assertEquals(Answer.YES, of(ACCEPTED, version("v1")));
    assertEquals(List.of("history after 0", "history after 1000"), ledger.asked);
    rows.set(0, row(1, TransitionKind.STAGE_DONE, START, "version=v0"));
    ledger.asked.clear();
    assertEquals(Answer.YES, of(ACCEPTED, version("v0")));
    assertEquals(List.of("history after 0"), ledger.asked);
  }

  @Test
  void eachPartOfAQuestion_keepsTheOthers() {
    Window window = new Window(START, START.plusSeconds(1), true);
    Work work = new Work(Optional.of("photos"), Optional.empty(), Optional.empty());
    IncidentQuery whole =
        new IncidentQuery(
            Optional.of(Kept.RIDE.owner()),
            Optional.of(window),
            work,
            Set.of(State.FAILED),
            Optional.of("CODE"));
    IncidentQuery owned =
        new IncidentQuery(
            Optional.of(Kept.RIDE.owner()),
            Optional.empty(),
            Work.ANY,
            Set.of(),
            Optional.of("CODE"));
    assertEquals(whole, owned.within(window).in(Set.of(State.FAILED)).workedOnBy(work));
  }
}
