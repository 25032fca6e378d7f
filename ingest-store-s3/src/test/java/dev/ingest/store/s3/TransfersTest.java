package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransfersTest {

  private static final int MOST = 5;
  private static final int MEMORY = 20 << 10;

  /** So long that transfers overlap. */
  private static final int SPINS = 10_000;

  private final Transfers transfers = new Transfers("store", MOST, MEMORY);
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong memory = new AtomicLong();
  private final AtomicLong mostCount = new AtomicLong();
  private final AtomicLong mostMemory = new AtomicLong();

  @AfterEach
  void close() {
    transfers.close();
  }

  @Test
  void smallTransfers_areUnderWayTogether() {
    CyclicBarrier all = new CyclicBarrier(MOST);
    List<Future<Integer>> begun = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      begun.add(transfers.begin(MEMORY / MOST, () -> all.await(30, TimeUnit.SECONDS)));
    }
    assertEquals(MOST * (MOST - 1) / 2, begun.stream().mapToInt(transfers::outcome).sum());
  }

  @Test
  void transfersOfAllSizes_keepBothBoundsAndAllEnd() {
    SplittableRandom random = new SplittableRandom(1);
    List<Future<Boolean>> begun = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      int bytes = random.nextInt(4) == 0 ? random.nextInt(MEMORY + 1) : random.nextInt(2_000);
      begun.add(transfers.begin(bytes, measured(bytes)));
    }
    begun.forEach(transfers::outcome);
    assertTrue(mostCount.get() <= MOST, () -> mostCount + " under way");
    assertTrue(mostMemory.get() <= MEMORY, () -> mostMemory + " bytes under way");
  }

  private Callable<Boolean> measured(int bytes) {
    return () -> {
      mostCount.accumulateAndGet(count.incrementAndGet(), Math::max);
      mostMemory.accumulateAndGet(memory.addAndGet(bytes), Math::max);
      for (int i = 0; i < SPINS; i++) {
        Thread.onSpinWait();
      }
      memory.addAndGet(-bytes);
      count.decrementAndGet();
      return true;
    };
  }

  @Test
  void transferOfMoreThanAllMemory_isAloneAndTheNextOnesGoOn() {
    transfers.outcome(transfers.begin(3 * MEMORY, measured(0)));
    transfers.outcome(transfers.begin(MEMORY, measured(0)));
    assertEquals(1, mostCount.get());
  }

  @Test
  void waitsForMemoryThatAreInterrupted_takeNoPlaceAway() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Future<Boolean> all = transfers.begin(MEMORY, () -> end.await(30, TimeUnit.SECONDS));
    for (int i = 0; i < MOST; i++) {
      FutureTask<ContentException> waiting =
          new FutureTask<>(
              () -> assertThrows(ContentException.class, () -> transfers.begin(1, () -> true)));
      Thread thread = new Thread(waiting, "waits-for-memory");
      thread.start();
      while (thread.getState() != Thread.State.WAITING && !waiting.isDone()) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      waiting.get(30, TimeUnit.SECONDS);
    }
    end.countDown();
    assertTrue(transfers.outcome(all));
    smallTransfers_areUnderWayTogether();
  }

  @Test
  void afterClose_nothingBegins() {
    transfers.close();
    assertThrows(ContentException.class, () -> transfers.begin(1, () -> true));
  }
}
