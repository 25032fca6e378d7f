package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Owners whose notices are refused rest, so that those of others go on. */
final class OwnerRestsTest {

  private static final OwnerId ALICE = OwnerId.of("alice");
  private static final Duration FIRST = Duration.ofSeconds(10);

  /** Elapsed time may begin anywhere. */
  private long nanos = -Duration.ofHours(9).toNanos();

  private final OwnerRests rests = new OwnerRests(() -> nanos);

  private static OwnerNotice notice(String owner, int number) {
    return new OwnerNotice(
        new OwnerNotice.Cause(TransitionId.ofBits(9, number), 1, Bench.START),
        NoticeKind.ACCEPTED,
        SequenceKey.of(owner, "ride-" + number),
        Digest.ofUtf8("root"),
        "text");
  }

  private void advance(Duration by) {
    nanos += by.toNanos();
  }

  private void refuse(int... numbers) {
    for (int number : numbers) {
      rests.isRefused(notice("alice", number));
    }
  }

  @Test
  void owner_restsOnceThreeNoticesFailed() {
    refuse(1, 2, 2, 2);
    assertFalse(rests.isResting(ALICE), "two notices");
    refuse(3);
    assertTrue(rests.isResting(ALICE));
    assertFalse(rests.isResting(OwnerId.of("bob")));
    advance(FIRST.minusNanos(1));
    assertTrue(rests.isResting(ALICE));
    advance(Duration.ofNanos(1));
    assertFalse(rests.isResting(ALICE));
  }

  @Test
  void eachFurtherFailure_doublesTheRestUpToTenMinutes() {
    refuse(1, 2, 3);
    advance(FIRST);
    refuse(4);
    advance(FIRST.multipliedBy(2).minusNanos(1));
    assertTrue(rests.isResting(ALICE));
    advance(Duration.ofNanos(1));
    assertFalse(rests.isResting(ALICE));
    Duration longest = Duration.ofMinutes(10);
    assertEquals(FIRST.multipliedBy(32), OwnerRests.pause(FIRST, longest, 5));
    assertEquals(longest, OwnerRests.pause(FIRST, longest, 6));
    assertEquals(longest, OwnerRests.pause(FIRST, longest, Integer.MAX_VALUE));
    Duration years = Duration.ofDays(9_999);
    assertEquals(FIRST.multipliedBy(1 << 10), OwnerRests.pause(FIRST, years, 10));
    assertEquals(FIRST.multipliedBy(1 << 10), OwnerRests.pause(FIRST, years, 11));
  }

  @Test
  void whatIsTaken_endsTheRestOfItsOwnerAlone() {
    refuse(1, 2, 3);
    rests.taken(notice("bob", 9));
    assertTrue(rests.isResting(ALICE));
    rests.taken(notice("alice", 1));
    assertFalse(rests.isResting(ALICE));
    assertEquals(2, rests.count());
    refuse(1, 2);
    assertFalse(rests.isResting(ALICE), "it begins anew");
  }

  @Test
  void notice_isRefusedForItselfOnlyIfOthersWereTakenSince() {
    OwnerNotice mine = notice("alice", 1);
    assertFalse(rests.isRefused(mine));
    assertFalse(rests.isRefused(mine), "nothing was taken between");
    rests.taken(notice("bob", 9));
    assertTrue(rests.isRefused(mine));
    assertFalse(rests.isRefused(mine));
    rests.taken(mine);
    assertFalse(rests.isRefused(mine), "it was taken between");
  }

  @Test
  void owner_isGivenUpAfterRefusalsAndTimeWhileOthersAreTaken() {
    Duration hour = Duration.ofHours(1);
    assertFalse(rests.isGivenUp(ALICE, 0, Duration.ZERO));
    refuse(1, 2);
    assertFalse(rests.isGivenUp(ALICE, 0, Duration.ZERO), "it never rested");
    refuse(3);
    assertTrue(rests.isGivenUp(ALICE, 0, Duration.ZERO));
    assertFalse(rests.isGivenUp(ALICE, 1, Duration.ZERO), "nobody's were taken meanwhile");
    rests.taken(notice("bob", 9));
    refuse(3, 3);
    assertTrue(rests.isGivenUp(ALICE, 1, Duration.ZERO));
    assertFalse(rests.isGivenUp(ALICE, 2, Duration.ZERO));
    advance(hour.minusNanos(1));
    assertFalse(rests.isGivenUp(ALICE, 1, hour));
    advance(Duration.ofNanos(1));
    assertTrue(rests.isGivenUp(ALICE, 1, hour));
  }

  @Test
  void owner_isToldOfOnceAnHour() {
    assertTrue(rests.isToBeTold(ALICE));
    rests.told(ALICE);
    assertFalse(rests.isToBeTold(ALICE));
    advance(Duration.ofHours(1).minusNanos(1));
    assertFalse(rests.isToBeTold(ALICE));
    advance(Duration.ofNanos(1));
    assertTrue(rests.isToBeTold(ALICE));
  }

  @Test
  void whatIsForgotten_isUnknown() {
    refuse(1, 2, 3);
    rests.told(ALICE);
    rests.taken(notice("bob", 9));
    rests.forget();
    assertFalse(rests.isResting(ALICE));
    assertTrue(rests.isToBeTold(ALICE));
    assertFalse(rests.isRefused(notice("alice", 1)));
  }

  @Test
  void eldest_isForgottenFirst() {
    rests.told(ALICE);
    for (int i = 1; i < OwnerRests.MAX_KEPT; i++) {
      rests.told(OwnerId.of("owner-" + i));
    }
    assertFalse(rests.isToBeTold(ALICE));
    rests.told(OwnerId.of("one-more"));
    assertTrue(rests.isToBeTold(ALICE));
    assertFalse(rests.isToBeTold(OwnerId.of("owner-1")));
  }
}
