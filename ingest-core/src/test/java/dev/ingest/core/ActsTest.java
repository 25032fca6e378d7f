package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people decide, and its rehearsal. */
@Timeout(60)
final class ActsTest {

  private final Shelf shelf = new Shelf();
  private final Ingest ingest = shelf.builder().withoutWatch().build();
  private final Acts acts = ingest.acts("carol", "ticket 4711");

  @AfterEach
  void close() {
    ingest.close();
  }

  @Test
  void aRehearsal_tellsWhatItWouldDoAndChangesNothing() {
    SequenceKey key = shelf.failed("ride");
    Entry before = shelf.entry(key);
    Optional<ControlRecord> known = record("incarnation", "known");
    Optional<ControlRecord> believed = record("clock", "believed");
    int alerts = shelf.alertCodes().size();
    Acts rehearsal = acts.rehearsal();
    List<Supplier<ActReport>> all =
        List.of(
            () -> rehearsal.hold(key),
            () -> rehearsal.redrive(key),
            () -> rehearsal.discard(key),
            () -> rehearsal.erase(key),
            () -> rehearsal.extendDeadline(key, Shelf.START.plus(Duration.ofDays(2))));
    for (Supplier<ActReport> one : all) {
      ActReport report = one.get();
      assertFalse(report.committed());
      assertEquals(before, report.before());
      assertEquals(before.version() + 1, report.after().version());
    }
    assertEquals(State.DISCARDING, rehearsal.discard(key).after().state());
    assertThrows(ActRefusedException.class, () -> rehearsal.release(key));
    rehearsal.confirmTime();
    rehearsal.confirmIncarnation(0);
    assertEquals(before, shelf.entry(key));
    assertEquals(alerts, shelf.alertCodes().size());
    assertEquals(believed, record("clock", "believed"));
    assertEquals(known, record("incarnation", "known"));
  }

  private Optional<ControlRecord> record(String kind, String name) {
    return shelf.ledger.controls().read(new ControlRecord.Key(kind, name));
  }

  @Test
  void aHoldAndItsRelease_areOnTheRecordWithWhoAndWhy() {
    SequenceKey key = shelf.verified("ride");
    ActReport held = acts.hold(key);
    assertTrue(held.committed());
    assertEquals(shelf.entry(key), held.after());
    assertEquals("carol", held.after().standing().hold().orElseThrow().actor());
    assertEquals("carol", shelf.lastRow(key).note().actor());
    assertTrue(shelf.lastRow(key).note().detail().contains("ticket 4711"));
    ingest.acts("dave", "another ticket").hold(key);
    assertEquals("dave", shelf.entry(key).standing().hold().orElseThrow().actor());
    acts.release(key);
    assertEquals(Optional.empty(), shelf.entry(key).standing().hold());
    assertEquals("RELEASED", shelf.lastRow(key).step().kind().name());
  }

  @Test
  void whatDoesNotApply_isRefusedWithStateAndWhatIsNeeded() {
    SequenceKey key = shelf.verified("ride");
    assertRefused(() -> acts.redrive(key), "alice/ride is VERIFIED", "REDRIVEN does not apply");
    assertRefused(() -> acts.discard(key), "alice/ride is VERIFIED", "FAILED or LOST");
    assertRefused(() -> acts.release(key), "alice/ride is VERIFIED", "no hold is placed");
    assertRefused(
        () -> acts.extendDeadline(key, Shelf.START),
        "alice/ride is VERIFIED",
        "ACCEPTED, PROCESSING, PROCESSED or FAILED");
    SequenceKey unknown = SequenceKey.of("alice", "nobody");
    assertRefused(() -> acts.hold(unknown), "alice/nobody is not in ledger");
    assertEquals("VERIFIED", shelf.lastRow(key).step().kind().name());
  }

  private static void assertRefused(Supplier<ActReport> act, String... parts) {
    String message = String.valueOf(assertThrows(ActRefusedException.class, act::get).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void aRedriveInTime_getsTheTargetFromNow() {
    SequenceKey key = shelf.failed("ride");
    shelf.time.advance(Duration.ofDays(1));
    Entry after = acts.redrive(key).after();
    assertEquals(State.ACCEPTED, after.state());
    assertEquals(shelf.time.instant().plus(Duration.ofHours(1)), after.receipt().deadline());
    assertEquals(shelf.entry(key).receipt().expiresAt(), after.receipt().expiresAt());
    assertEquals(List.of("SEQUENCE_FAILED"), shelf.alertCodes());
  }

  @Test
  void aRedriveInsideTheRepairWindow_isToldAsARiskAtOnce() {
    SequenceKey key = shelf.failed("ride");
    Instant expiresAt = shelf.entry(key).receipt().expiresAt();
    shelf.time.set(expiresAt.minus(Duration.ofMinutes(10)));
    ActReport report = acts.redrive(key);
    assertEquals(expiresAt, report.after().receipt().deadline(), "never past the expiry");
    assertEquals("SEQUENCE_AT_RISK", report.alerts().get(0).group().code());
    assertEquals(List.of("SEQUENCE_FAILED", "SEQUENCE_AT_RISK"), shelf.alertCodes());
  }

  @Test
  void aRedrivePastItsExpiry_getsTheTargetAgainAndLivesAsLong() {
    SequenceKey key = shelf.failed("ride");
    shelf.time.set(shelf.entry(key).receipt().expiresAt().plus(Duration.ofDays(400)));
    Entry after = acts.redrive(key).after();
    Instant deadline = shelf.time.instant().plus(TimePolicy.DEFAULT.target());
    assertEquals(deadline, after.receipt().deadline());
    assertEquals(deadline, after.receipt().expiresAt());
    shelf.untilIdle(ingest);
    assertEquals(State.FAILED, shelf.entry(key).state());
    assertEquals(2, shelf.entry(key).run().epoch());
  }

  @Test
  void aRedriveByAClockThatWasSetBackBehindTheAcceptance_hasItsDeadlineThere() {
    SequenceKey key = shelf.failed("ride");
    Instant acceptedAt = shelf.entry(key).receipt().acceptedAt();
    shelf.time.set(acceptedAt.minus(Duration.ofHours(2)));
    Entry after = acts.redrive(key).after();
    assertEquals(State.ACCEPTED, after.state());
    assertEquals(acceptedAt, after.receipt().deadline());
  }

  @Test
  void aRedriveOfAPipelineThatIsNotHere_isRefusedByName() {
    SequenceKey key = shelf.failed("ride");
    try (Ingest watcher = shelf.bare().withoutWork().build()) {
      Acts elsewhere = watcher.acts("carol", "why not");
      assertRefused(() -> elsewhere.redrive(key), "pipeline copy, which this engine does not have");
      assertTrue(elsewhere.hold(key).committed());
    }
  }

  @Test
  void aReroute_leavesAPipelineThatNobodyRunsAndKeepsTheDeadline() {
    SequenceKey key = shelf.accepted("ride");
    Entry before = shelf.entry(key);
    try (Ingest other = shelf.bare().pipeline(other()).withoutWatch().build()) {
      Acts there = other.acts("carol", "copy was retired");
      assertFalse(there.rehearsal().reroute(key, "other").committed());
      assertEquals(before, shelf.entry(key));
      ActReport moved = there.reroute(key, "other");
      assertTrue(moved.committed());
      assertEquals("other", moved.after().run().pipeline().name());
      assertEquals(before.receipt(), moved.after().receipt());
      assertEquals("REROUTED", shelf.lastRow(key).step().kind().name());
      assertEquals("carol", shelf.lastRow(key).note().actor());
      assertTrue(shelf.lastRow(key).note().detail().contains("copy was retired"));
      shelf.untilIdle(other);
    }
    assertEquals(State.VERIFIED, shelf.entry(key).state());
    assertEquals(2, shelf.entry(key).run().epoch());
  }

  @Test
  void aRerouteThatLeadsNowhere_isRefusedByName() {
    SequenceKey waiting = shelf.accepted("ride");
    assertRefused(
        () -> acts.reroute(waiting, "gone"),
        "alice/ride",
        "pipeline gone, which neither this engine has nor a route names");
    assertRefused(() -> acts.reroute(waiting, "copy"), "it is in pipeline copy");
    SequenceKey done = shelf.verified("done");
    try (Ingest other = shelf.bare().pipeline(other()).withoutWatch().build()) {
      Acts there = other.acts("carol", "copy was retired");
      assertRefused(() -> there.reroute(done, "other"), "alice/done is VERIFIED");
    }
    assertEquals("copy", shelf.entry(waiting).run().pipeline().name());
  }

  @Test
  void aRerouteByAnEngineWithoutPipelines_goesWhereARouteKnowsTheWay() {
    SequenceKey key = shelf.failed("ride");
    try (Ingest other = shelf.bare().pipeline(other()).withoutWatch().build()) {
      other.acts("carol", "the new one").route("second").set(Map.of("other", 1));
    }
    try (Ingest watcher = shelf.bare().withoutWork().build()) {
      Acts elsewhere = watcher.acts("carol", "copy was retired");
      assertEquals("other", elsewhere.reroute(key, "other").after().run().pipeline().name());
    }
    assertEquals(State.ACCEPTED, shelf.entry(key).state());
  }

  private static Pipeline other() {
    return Pipeline.named("other").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
  }

  @Test
  void anErasure_discardsInAnyStateAndUnderAHold() {
    SequenceKey verified = shelf.verified("one");
    SequenceKey accepted = shelf.accepted("two");
    acts.hold(verified);
    for (SequenceKey key : List.of(verified, accepted)) {
      assertEquals(State.DISCARDING, acts.erase(key).after().state());
      assertEquals(Optional.empty(), ingest.result(key));
      assertTrue(shelf.lastRow(key).note().detail().contains("ERASURE"));
    }
    assertRefused(() -> acts.erase(verified), "DISCARDING");
  }

  @Test
  void aDeadline_movesOnlyLaterAndNotPastTheExpiry() {
    SequenceKey key = shelf.accepted("ride");
    Instant deadline = shelf.entry(key).receipt().deadline();
    Instant expiresAt = shelf.entry(key).receipt().expiresAt();
    assertRefused(() -> acts.extendDeadline(key, deadline), "lies after " + deadline);
    assertRefused(
        () -> acts.extendDeadline(key, expiresAt.plusMillis(1)), "not after " + expiresAt);
    assertRefused(() -> acts.extendDeadline(key, Instant.MAX), "not after " + expiresAt);
    assertEquals(expiresAt, acts.extendDeadline(key, expiresAt).after().receipt().deadline());
    assertEquals("carol", shelf.lastRow(key).note().actor());
  }

  @Test
  void whatIsConfirmed_isKeptWithWhoAndWhy() {
    assertEquals(Shelf.START, acts.confirmTime());
    shelf.time.advance(Duration.ofSeconds(1));
    assertEquals(IncarnationId.ofBits(3, 3), acts.confirmIncarnation(0));
    shelf.time.advance(Duration.ofSeconds(1));
    ingest.acts("dave", "another ticket").confirmTime();
    List<Confirmation> kept = ingest.confirmations(10);
    assertEquals(3, kept.size());
    assertEquals(
        new Confirmation(
            Confirmation.Subject.TIME, Shelf.START + "", "carol", "ticket 4711", Shelf.START),
        kept.get(0));
    assertEquals(
        "incarnation " + IncarnationId.ofBits(3, 3) + ", 0 given up", kept.get(1).confirmed());
    assertEquals("dave", kept.get(2).actor());
    assertEquals(kept.subList(2, 3), ingest.confirmations(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "\t",
        "two\nlines",
        "a\rb",
        "nul\0",
        "esc\u001b[2J",
        "\u202eevil",
        "\ud800 half",
        "line\u2028separator",
        "zero\u200bwidth"
      })
  void textThatForgesLines_isNoReasonAndNoActor(String text) {
    InvalidValueException reason =
        assertThrows(InvalidValueException.class, () -> ingest.acts("carol", text));
    assertEquals(InvalidValueException.Kind.TEXT, reason.kind());
    assertTrue(String.valueOf(reason.getMessage()).chars().allMatch(c -> c >= 0x20 && c < 0x7f));
    assertThrows(InvalidValueException.class, () -> ingest.acts(text, "a reason"));
  }

  @Test
  void textsAreBounded_andOtherwiseKeptAsTheyAre() {
    assertThrows(InvalidValueException.class, () -> ingest.acts("carol", "x".repeat(501)));
    assertThrows(InvalidValueException.class, () -> ingest.acts("x".repeat(129), "why"));
    String reason = "'; DROP TABLE x; ${jndi:ldap://x} {} =1+1 žluťoučký 写真 😀";
    SequenceKey key = shelf.accepted("ride");
    ingest.acts("x".repeat(128), reason).hold(key);
    assertEquals(reason, shelf.entry(key).standing().hold().orElseThrow().reason());
    ingest.acts("carol", "x".repeat(500)).hold(key);
  }
}
