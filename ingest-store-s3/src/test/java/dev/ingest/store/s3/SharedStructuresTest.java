package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * What threads share and whose race would lose or double something, under many schedules of two
 * threads. The bug bank takes their locks away, one at a time.
 */
@Tag("programme")
final class SharedStructuresTest {

  private static final int SIZE = 16;

  @Test
  void structureWithoutALock_isFound() {
    assertThrows(
        LincheckAssertionError.class,
        () ->
            Schedules.explore(
                60,
                () -> {
                  int[] count = new int[1];
                  Schedules.together(() -> count[0]++, () -> count[0]++);
                  assertEquals(2, count[0]);
                }));
  }

  @Test
  void array_isNeverHeldByTwo() {
    Schedules.explore(
        60,
        () -> {
          Buffers buffers = new Buffers(SIZE, 2 * SIZE);
          assertTrue(buffers.giveBack(new byte[SIZE]));
          AtomicBoolean isShared = new AtomicBoolean();
          Schedules.together(() -> use(buffers, 1, isShared), () -> use(buffers, 2, isShared));
          assertFalse(isShared.get(), "two had one array");
          assertTrue(buffers.idleBytes() == SIZE || buffers.idleBytes() == 2 * SIZE);
          long idle = buffers.idleBytes();
          for (long taken = 0; taken < idle; taken += SIZE) {
            buffers.take(SIZE);
          }
          assertEquals(0, buffers.idleBytes());
        });
  }

  private static void use(Buffers buffers, int mine, AtomicBoolean isShared) {
    byte[] array = buffers.take(SIZE);
    array[0] = (byte) mine;
    if (array[0] != mine) {
      isShared.set(true);
    }
    buffers.giveBack(array);
  }

  @Test
  void partsThatArriveTogether_areAllThere() {
    Schedules.explore(
        60,
        () -> {
          PartList parts = new PartList();
          Schedules.together(() -> parts.add(part(2)), () -> parts.add(part(1)));
          assertEquals(List.of(1, 2), parts.all().stream().map(CompletedPart::partNumber).toList());
        });
  }

  private static CompletedPart part(int number) {
    return CompletedPart.builder().partNumber(number).build();
  }

  @Test
  void transfers_keepTheirBoundAndGiveTheirRoomBack() {
    Schedules.explore(
        20,
        () -> {
          Transfers transfers = new Transfers("store", 1, 1 << 10);
          AtomicInteger done = new AtomicInteger();
          Schedules.together(() -> transfer(transfers, done), () -> transfer(transfers, done));
          transfer(transfers, done);
          assertEquals(3, done.get());
          transfers.close();
        });
  }

  private static void transfer(Transfers transfers, AtomicInteger done) {
    Future<Integer> one = transfers.begin(1, done::incrementAndGet);
    transfers.outcome(one);
  }

  @Test
  void transferWhileTheStoreCloses_isDoneOrRefused() {
    Schedules.explore(
        20,
        () -> {
          Transfers transfers = new Transfers("store", 1, 1 << 10);
          AtomicInteger done = new AtomicInteger();
          AtomicInteger told = new AtomicInteger();
          Schedules.together(
              () -> {
                try {
                  transfer(transfers, done);
                  told.incrementAndGet();
                } catch (ContentException e) {
                  String message = String.valueOf(e.getMessage());
                  assertTrue(message.contains("close"), message);
                }
              },
              transfers::close);
          assertTrue(done.get() >= told.get(), "told and not done");
        });
  }
}
