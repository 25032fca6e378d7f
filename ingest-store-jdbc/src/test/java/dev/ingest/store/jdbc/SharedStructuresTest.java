package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.LedgerException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What threads share and whose race would lose or double something, under many schedules of two
 * threads and the writer's own. The bug bank takes their locks away, one at a time.
 */
@Tag("programme")
final class SharedStructuresTest {

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
  void calls_areCommittedBeforeTheyAreAnsweredAndOnce() {
    FakeDatabase database = new FakeDatabase();
    Schedules.explore(
        40,
        () -> {
          database.reset();
          GroupWriter writer = writer(database);
          Schedules.together(
              () -> assertEquals(1, committedAfter(database, writer, 1)),
              () -> assertEquals(1, committedAfter(database, writer, 2)));
          writer.close();
          assertEquals(List.of(1, 2), database.committed().stream().sorted().toList());
          assertEquals(0, database.open());
        });
  }

  @Test
  void callWhileTheWriterCloses_isAnsweredByWhatWasCommitted() {
    FakeDatabase database = new FakeDatabase();
    Schedules.explore(
        60,
        () -> {
          database.reset();
          GroupWriter writer = writer(database);
          AtomicInteger applied = new AtomicInteger();
          Schedules.together(
              () -> {
                try {
                  applied.addAndGet(committedAfter(database, writer, 1));
                } catch (LedgerException e) {
                  String message = String.valueOf(e.getMessage());
                  assertTrue(message.contains("is closed"), message);
                }
              },
              writer::close);
          assertEquals(applied.get(), database.committed().size());
          assertEquals(0, database.open());
        });
  }

  private static GroupWriter writer(FakeDatabase database) {
    GroupWriter writer = new GroupWriter(database, new Errors(database), database.openWriter());
    writer.start();
    return writer;
  }

  /** Has a number written, and tells how often it is in what was committed when that is told. */
  private static int committedAfter(FakeDatabase database, GroupWriter writer, int number) {
    Call<Integer> call =
        new Call<>(
            new Errors(database),
            "write a number",
            1,
            List.of((db, now) -> database.write(number)));
    writer.submit(call);
    call.await();
    return (int) database.committed().stream().filter(one -> one == number).count();
  }

  @Test
  void readersConnection_isUsedByOneAtATimeAndClosed() {
    FakeDatabase database = new FakeDatabase();
    Schedules.explore(
        60,
        () -> {
          database.reset();
          ReadPool pool = new ReadPool(database, new Errors(database));
          read(pool);
          Schedules.together(() -> read(pool), () -> read(pool));
          pool.close();
          assertEquals(0, database.open());
          assertThrows(LedgerException.class, () -> read(pool));
        });
  }

  private static void read(ReadPool pool) {
    pool.read("read", db -> 1);
  }
}
