package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which transitions owners are told of. */
final class OwnerNoticesTest {

  private static final Map<TransitionKind, NoticeKind> TOLD =
      new EnumMap<>(
          Map.of(
              TransitionKind.ACCEPTED, NoticeKind.ACCEPTED,
              TransitionKind.READMITTED, NoticeKind.ACCEPTED,
              TransitionKind.VERIFIED, NoticeKind.PUBLISHED,
              TransitionKind.FAILED, NoticeKind.FAILED,
              TransitionKind.OVERDUE, NoticeKind.DELAYED,
              TransitionKind.LOST, NoticeKind.LOST,
              TransitionKind.DISCARDING, NoticeKind.DISCARDED));

  private static final Set<TransitionKind> SILENT =
      EnumSet.of(
          TransitionKind.LEASE_LOST,
          TransitionKind.STAGE_DONE,
          TransitionKind.STAGE_RETRIED,
          TransitionKind.STAGE_PENDING,
          TransitionKind.VERIFICATION_UNKNOWN,
          TransitionKind.AT_RISK,
          TransitionKind.TOLD_EARLY,
          TransitionKind.DEADLINE_EXTENDED,
          TransitionKind.HELD,
          TransitionKind.RELEASED,
          TransitionKind.REDRIVEN,
          TransitionKind.REROUTED,
          TransitionKind.DISCARDED,
          TransitionKind.EXPIRING,
          TransitionKind.EXPIRED,
          TransitionKind.RAW_DAMAGED,
          TransitionKind.PROOF_RENEWED,
          TransitionKind.LEFTOVERS_SWEPT,
          TransitionKind.SIDE_RUN_STARTED,
          TransitionKind.REPLACED,
          TransitionKind.COMPARED,
          TransitionKind.SIDE_RUN_FAILED,
          TransitionKind.SIDE_RUN_CANCELLED,
          TransitionKind.SUPERSEDED_RELEASED);

  @Test
  void everyTransition_isToldOrSilentOnPurpose() {
    for (TransitionKind kind : TransitionKind.values()) {
      Optional<NoticeKind> told = OwnerNotices.kind(kind, State.PROCESSING, false);
      assertEquals(Optional.ofNullable(TOLD.get(kind)), told, kind::name);
      assertEquals(told.isEmpty(), SILENT.contains(kind), kind::name);
    }
  }

  @Test
  void everyKind_isCausedBySomeTransition() {
    Set<NoticeKind> caused = EnumSet.copyOf(TOLD.values());
    caused.add(OwnerNotices.kind(TransitionKind.VERIFIED, State.VERIFIED, true).orElseThrow());
    assertEquals(EnumSet.allOf(NoticeKind.class), caused);
  }

  @Test
  void overdueOfAFailedOne_isSilent() {
    assertEquals(Optional.empty(), OwnerNotices.kind(TransitionKind.OVERDUE, State.FAILED, false));
  }

  @Test
  void damagedRawBytesOfAFailedOne_areToldAsALoss() {
    assertEquals(
        Optional.of(NoticeKind.LOST),
        OwnerNotices.kind(TransitionKind.RAW_DAMAGED, State.FAILED, false));
  }

  @Test
  void verifiedAfterAFailure_isARepair() {
    assertEquals(
        Optional.of(NoticeKind.REPAIRED),
        OwnerNotices.kind(TransitionKind.VERIFIED, State.VERIFIED, true));
  }

  @Test
  void everyText_isOneBoundedLine() {
    for (NoticeKind kind : NoticeKind.values()) {
      String text = OwnerNotices.text(kind);
      assertTrue(!text.isBlank() && text.length() <= OwnerNotice.MAX_TEXT, text);
      assertTrue(text.chars().allMatch(c -> c >= 0x20 && c < 0x7f), text);
    }
  }
}
