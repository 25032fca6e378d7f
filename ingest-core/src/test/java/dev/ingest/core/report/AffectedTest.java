package dev.ingest.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.Remedy;
import dev.ingest.core.report.Affected.Rescue;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a report says of one sequence: to people who run it, and to its owner. */
final class AffectedTest {

  private static final Duration GRACE = Duration.ofDays(7);
  private static final Entry ACCEPTED = Kept.accepted(Kept.RIDE);

  private static Entry in(State state) {
    return switch (state) {
      case ACCEPTED -> ACCEPTED;
      case PROCESSING -> {
        Lease lease =
            new Lease(
                new LeaseToken(IncarnationId.ofBits(3, 4), 5),
                new NodeId("node-1"),
                "v1",
                Kept.START);
        yield ACCEPTED.withPosition(
            new Position(State.PROCESSING, 2, Kept.START, 5, Optional.of(lease)));
      }
      default -> Kept.in(state, Kept.RIDE);
    };
  }

  private static Entry seen(Entry entry, Instant at) {
    Position old = entry.position();
    return entry.withPosition(
        new Position(old.state(), old.version(), at, old.fence(), old.lease()));
  }

  private static Entry damaged() {
    Entry failed = in(State.FAILED);
    Failure damage = new Failure("RAW_DAMAGED", Optional.empty(), "made up");
    return failed.withStanding(failed.standing().withFailure(Optional.of(damage)));
  }

  private static Entry overdue(Entry entry) {
    return entry.withStanding(entry.standing().withOverdue(true));
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void rescue_endsWithTheRawBytes(State state) {
    Rescue rescue = Affected.of(in(state), GRACE).rescue();
    Entry entry = in(state);
    Entry held =
        entry.withStanding(
            entry.standing().withHold(Optional.of(new Hold("carol", "look", Kept.START))));
    switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, VERIFIED -> {
        Instant until = ACCEPTED.receipt().expiresAt().plus(GRACE);
        assertEquals(new Rescue(Rescue.Kind.UNTIL, Optional.of(until)), rescue);
        assertEquals(until.toString(), rescue.text());
        Rescue kept = Affected.of(held, GRACE).rescue();
        assertEquals(new Rescue(Rescue.Kind.HELD, Optional.empty()), kept);
        assertEquals("no end", kept.text());
      }
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> {
        assertEquals(new Rescue(Rescue.Kind.GONE, Optional.empty()), rescue);
        assertEquals("gone", rescue.text());
        assertEquals(rescue, Affected.of(held, GRACE).rescue());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void remedy_isWhatPeopleCanDo(State state) {
    Optional<Remedy> expected =
        switch (state) {
          case FAILED -> Optional.of(Remedy.RERUN);
          case LOST, DISCARDED, DISCARDING -> Optional.of(Remedy.REUPLOAD);
          case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, EXPIRED -> Optional.empty();
        };
    assertEquals(expected, Affected.of(in(state), GRACE).remedy());
    boolean isInFlight =
        state == State.ACCEPTED || state == State.PROCESSING || state == State.PROCESSED;
    assertEquals(
        isInFlight ? Optional.of(Remedy.RESUME) : expected,
        Affected.of(overdue(in(state)), GRACE).remedy());
  }

  @Test
  void rawBytesThatAreDamaged_rescueNothing() {
    Affected affected = Affected.of(damaged(), GRACE);
    assertEquals(new Rescue(Rescue.Kind.GONE, Optional.empty()), affected.rescue());
    assertEquals(Optional.of(Remedy.REUPLOAD), affected.remedy());
    assertEquals(OwnerWord.LOST, OwnerWord.of(damaged()));
  }

  @Test
  void since_isWhenItCameToItsState() {
    Instant later = Kept.START.plusSeconds(90);
    Entry failed = seen(in(State.FAILED), later);
    Entry waiting = seen(ACCEPTED, later);
    assertEquals(later, Affected.of(failed, GRACE).since());
    assertEquals(ACCEPTED.receipt().acceptedAt(), Affected.of(waiting, GRACE).since());
    assertEquals(ACCEPTED.receipt().deadline(), Affected.of(overdue(waiting), GRACE).since());
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void owner_hearsAWordForEachState(State state) {
    Entry entry = in(state);
    OwnerWord expected =
        switch (state) {
          case ACCEPTED -> OwnerWord.RECEIVED;
          case PROCESSING, PROCESSED -> OwnerWord.IN_PROGRESS;
          case VERIFIED, EXPIRING, EXPIRED -> OwnerWord.PUBLISHED;
          case FAILED -> OwnerWord.FAILED;
          case LOST -> OwnerWord.LOST;
          case DISCARDING, DISCARDED -> OwnerWord.DISCARDED;
        };
    assertEquals(expected, OwnerWord.of(entry));
    assertEquals(
        entry.state().isInFlight() ? OwnerWord.DELAYED : expected, OwnerWord.of(overdue(entry)));
    boolean isUntold = state == State.EXPIRING || state == State.EXPIRED;
    assertEquals(isUntold, OwnerStatus.of(entry).since().isEmpty());
  }

  @Test
  void whatWasWorkedOn_isNotReceivedAlone() {
    Run run = ACCEPTED.run();
    Run again = new Run(2, run.kind(), run.pipeline(), run.stage(), run.attempts(), run.output());
    Run halfway = run.movedTo(run.stage(), in(State.PROCESSED).run().output().orElseThrow());
    for (Run worked : List.of(run.withAttempts(1), again, halfway)) {
      assertEquals(OwnerWord.IN_PROGRESS, OwnerWord.of(ACCEPTED.withRun(worked)));
    }
  }

  @Test
  void eachWord_isASentenceToTheOwner() {
    for (OwnerWord word : OwnerWord.values()) {
      String sentence =
          switch (word) {
            case RECEIVED -> "We have received everything.";
            case IN_PROGRESS -> "It is being worked on.";
            case DELAYED -> "It takes longer than planned.";
            case PUBLISHED -> "It is verified and published.";
            case FAILED -> "It could not be processed.";
            case LOST -> "What we stored of it is damaged,";
            case DISCARDED -> "It was given up:";
          };
      assertEquals(sentence, word.text().substring(0, sentence.length()));
    }
  }

  @Test
  void pageOfAnOwner_isJsonWithoutAWordOfStages() {
    OwnerStatus first = OwnerStatus.of(ACCEPTED);
    OwnerStatus second = OwnerStatus.of(Kept.in(State.EXPIRED, SequenceKey.of("alice", "ride-2")));
    String one =
        ("{\"id\":\"ride-1\",\"acceptedAt\":\"2026-03-01T10:00:00Z\",\"root\":\"%s\",\"items\":2,"
                + "\"bytes\":2048,\"status\":\"RECEIVED\",\"since\":\"2026-03-01T10:00:00Z\","
                + "\"text\":\"We have received everything. You need do nothing.\"}")
            .formatted(ACCEPTED.receipt().manifest().root());
    assertEquals(one, first.toJson());
    String two = second.toJson();
    assertEquals(-1, two.indexOf("since"));
    OwnerId alice = OwnerId.of("alice");
    OwnerPage page = new OwnerPage(alice, List.of(first, second), true);
    assertEquals(Optional.of(second.key().id()), page.next());
    assertEquals(
        "{\"owner\":\"alice\",\"sequences\":[" + one + "," + two + "],\"next\":\"ride-2\"}",
        page.toJson());
    OwnerPage last = new OwnerPage(alice, List.of(first), false);
    assertEquals(Optional.empty(), last.next());
    assertEquals("{\"owner\":\"alice\",\"sequences\":[" + one + "]}", last.toJson());
  }
}
