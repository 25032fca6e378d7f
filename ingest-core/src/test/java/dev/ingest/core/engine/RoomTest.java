package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.IntakeLimits;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionOpening;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an upload reserves before its bytes, and what refuses it. */
final class RoomTest {

  private static final ItemName ITEM = ItemName.of("a.jpg");
  private static final SessionId SESSION = SessionId.ofBits(1, 2);
  private static final long STEP = 64L << 20;

  private final Bench bench = new Bench();
  private int asked;

  private Room room(OwnerQuota quota) {
    return room(
        bench.node(
            new FaultingLedger(
                bench.ledger,
                call -> {
                  asked += call.method().equals("reserve") ? 1 : 0;
                  return new Fault.None();
                }),
            bench.content),
        quota);
  }

  private Room room(Node node, OwnerQuota quota) {
    SessionOpening opening =
        bench.ledger.sessions().open(SESSION, RIDE, Reservation.NONE, OwnerQuota.UNLIMITED);
    return new Room(node, assertInstanceOf(SessionOpening.Opened.class, opening).session(), quota);
  }

  private Reservation reserved() {
    return bench.ledger.sessions().find(SESSION).map(UploadSession::reserved).orElseThrow();
  }

  @Test
  void room_isTakenAheadAStepAtATime() {
    Room room = room(OwnerQuota.UNLIMITED);
    room.reserve(ITEM, 1, 10);
    assertEquals(new Reservation(1_001, 10 + STEP), reserved());
    room.reserve(ITEM, 1_001, 10 + STEP);
    assertEquals(1, asked, "all of it was reserved");
    room.reserve(ITEM, 1_002, 10);
    assertEquals(2, asked, "an item more");
    assertEquals(new Reservation(2_002, 10 + STEP), reserved());
    room.reserve(ITEM, 1, 11 + STEP);
    assertEquals(3, asked, "a byte more");
  }

  @Test
  void stepAhead_goesNoFurtherThanTheLimitsAndIsSmallAgainstAQuota() {
    IntakeLimits limits =
        new IntakeLimits(50, 1_000, 5_000, OwnerQuota.UNLIMITED, Duration.ofDays(1));
    assertEquals(
        new Reservation(50, 5_000), Room.ahead(limits, new Reservation(1, 10)), "the limits");
    IntakeLimits quota =
        new IntakeLimits(
            10_000, 1L << 40, 1L << 40, new OwnerQuota(10, 64_000), Duration.ofDays(1));
    assertEquals(
        new Reservation(1_001, 1_010), Room.ahead(quota, new Reservation(1, 10)), "a 64th of it");
  }

  @Test
  void sequence_mayBeAsLargeAsItsLimitsAndNoLarger() {
    bench.limits = new IntakeLimits(3, 1_000, 100, OwnerQuota.UNLIMITED, Duration.ofDays(1));
    Room room = room(OwnerQuota.UNLIMITED);
    room.reserve(ITEM, 3, 100);
    assertEquals(new Reservation(3, 100), reserved());
    ItemRefusedException items =
        assertThrows(ItemRefusedException.class, () -> room.reserve(ITEM, 4, 100));
    assertEquals(ItemRefusedException.Reason.OVER_LIMIT, items.reason());
    assertTrue(
        String.valueOf(items.getMessage())
            .contains("would have 4 items and 100 bytes, the limits are 3 and 100"),
        items::getMessage);
    assertThrows(ItemRefusedException.class, () -> room.reserve(ITEM, 3, 101));
    assertEquals(1, asked, "what is over a limit is asked of no ledger");
  }

  @Test
  void whereNoStepFitsTheQuota_theExactNeedIsTaken() {
    Room room = room(new OwnerQuota(10, 1_000));
    room.reserve(ITEM, 1, 1_000);
    assertEquals(new Reservation(1, 1_000), reserved());
    assertEquals(2, asked);
    room.reserve(ITEM, 1, 1_000);
    assertEquals(2, asked, "it is known to have that");
    QuotaExceededException refused =
        assertThrows(QuotaExceededException.class, () -> room.reserve(ITEM, 1, 1_001));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("needs room for 1 items and 1001 bytes"),
        refused::getMessage);
    assertEquals(new Reservation(1, 1_000), reserved());
  }

  @Test
  void sessionThatWasGivenUp_takesNothingMore() {
    Room room = room(OwnerQuota.UNLIMITED);
    bench.time.advance(Duration.ofDays(2));
    assertTrue(bench.ledger.sessions().abandon(SESSION, Duration.ofDays(1)).isApplied());
    UploadClosedException refused =
        assertThrows(UploadClosedException.class, () -> room.reserve(ITEM, 1, 10));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("begin another upload"), refused::getMessage);
    assertEquals(1, asked, "another reason than room");
  }

  @Test
  void reservationWhoseReplyIsLost_isAskedForAgain() {
    int[] calls = {0};
    Room room =
        room(
            bench.node(
                new FaultingLedger(
                    bench.ledger,
                    call ->
                        call.method().equals("reserve") && calls[0]++ == 0
                            ? new Fault.ReplyLost()
                            : new Fault.None()),
                bench.content),
            OwnerQuota.UNLIMITED);
    room.reserve(ITEM, 1, 10);
    assertEquals(2, calls[0]);
    assertEquals(new Reservation(1_001, 10 + STEP), reserved());
  }
}
