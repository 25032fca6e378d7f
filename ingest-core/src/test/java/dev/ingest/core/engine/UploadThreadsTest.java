package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConcurrentUseException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.State;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Uploads that one thread uses or closes while another is in a call. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UploadThreadsTest {

  private final Bench bench = new Bench();
  private final CountedWriters store = new CountedWriters(bench.watchedContent);
  private final Engine engine = bench.engine(bench.watchedLedger, store, Bench.copying());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Gate gate = new Gate();

  @AfterEach
  void nothingIsLostAndNoWriterWasDisturbed() {
    gate.open();
    threads.shutdownNow();
    assertEquals(0, store.collisions.get());
    bench.checkInvariants();
  }

  private <T> Future<T> begin(Callable<T> call) {
    Future<T> begun = threads.submit(call);
    gate.awaitHeld();
    return begun;
  }

  private static <T> T outcome(Future<T> call) throws Exception {
    return Objects.requireNonNull(call.get(30, TimeUnit.SECONDS));
  }

  private static Throwable error(Future<?> call) {
    return Objects.requireNonNull(
        assertThrows(ExecutionException.class, () -> outcome(call)).getCause());
  }

  private static Object add(Upload upload, String name, InputStream body) throws Exception {
    return upload.add(ItemName.of(name), OptionalLong.empty(), Optional.empty(), body);
  }

  @Test
  void secondThread_isRefusedInEveryCallAndTheFirstGoesOn() throws Exception {
    try (Upload upload = engine.upload(RIDE)) {
      Future<Object> add = begin(() -> add(upload, "a", gate.body("x")));
      assertThrows(ConcurrentUseException.class, () -> Bench.add(upload, "b", "y"));
      assertThrows(ConcurrentUseException.class, upload::record);
      assertThrows(ConcurrentUseException.class, upload::abandon);
      IngestException refused = assertThrows(ConcurrentUseException.class, upload::submit);
      assertTrue(refused.toString().contains("one thread uses it at a time"), refused.toString());
      assertTrue(upload.recorded(ItemName.of("a")).isEmpty());
      gate.open();
      outcome(add);
      Bench.add(upload, "b", "y");
      assertEquals(2, upload.submit().manifest().count());
    }
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void itemsAddedFromTwoThreadsAtOnce_areEachRefusedOrStored() throws Exception {
    for (int round = 0; round < 50; round++) {
      CyclicBarrier together = new CyclicBarrier(2);
      int stored = 0;
      try (Upload upload = engine.upload(RIDE)) {
        List<Future<Object>> adds = new ArrayList<>();
        for (String name : List.of("a", "b")) {
          adds.add(
              threads.submit(
                  () -> {
                    together.await(30, TimeUnit.SECONDS);
                    Bench.add(upload, name, name.repeat(1_000));
                    return name;
                  }));
        }
        for (Future<Object> add : adds) {
          try {
            outcome(add);
            stored++;
          } catch (ExecutionException e) {
            assertInstanceOf(ConcurrentUseException.class, e.getCause());
          }
        }
        assertTrue(stored > 0, "one of them came first");
        upload.record();
      }
      try (Upload again = engine.upload(RIDE)) {
        long found =
            List.of("a", "b").stream()
                .filter(name -> again.recorded(ItemName.of(name)).isPresent())
                .count();
        assertEquals(stored, found);
        again.abandon();
      }
    }
  }

  @Test
  void closedDuringAnAdd_takesNoMoreBytesAndIsClearedUpAsTheAddLeaves() throws Exception {
    Upload upload = engine.upload(RIDE);
    Future<Object> add = begin(() -> add(upload, "a", gate.body("x", "more")));
    upload.close();
    upload.close();
    assertEquals(0, store.closed.get(), "the add still uses the writer");
    assertThrows(UploadClosedException.class, () -> Bench.add(upload, "b", "y"));
    gate.open();
    assertInstanceOf(UploadClosedException.class, error(add));
    assertEquals(1, store.closed.get());
    assertThrows(UploadClosedException.class, upload::submit);
    upload.close();
    assertEquals(1, store.closed.get());
    Bench.submit(engine, RIDE, "a", "xmore");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void closedDuringAnAddThatIsAnnounced_takesNoMoreBytesEither() throws Exception {
    Upload upload = engine.upload(RIDE);
    Future<Object> add =
        begin(
            () ->
                upload.add(
                    ItemName.of("a"),
                    OptionalLong.of(5),
                    Optional.empty(),
                    gate.body("x", "more")));
    upload.close();
    gate.open();
    assertInstanceOf(UploadClosedException.class, error(add));
    assertEquals(1, store.closed.get());
  }

  @Test
  void closedDuringASubmission_hasAReceiptThatHolds() throws Exception {
    Upload upload = engine.upload(RIDE);
    Bench.add(upload, "a", "x", "b", "y");
    store.beforeCommit = gate::pass;
    Future<Receipt> submission = begin(upload::submit);
    upload.close();
    assertEquals(0, store.closed.get(), "the submission still uses the writer");
    gate.open();
    Receipt receipt = outcome(submission);
    assertEquals(2, receipt.manifest().count());
    assertEquals(1, store.closed.get());
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(receipt, bench.entry(RIDE).receipt());
  }

  @Test
  void closedAndAbandonedDuringAnAdd_isGivenUpAtOnce() throws Exception {
    Upload upload = engine.upload(RIDE);
    Future<Object> add = begin(() -> add(upload, "a", gate.body("x")));
    upload.close();
    upload.abandon();
    assertEquals(0, bench.ledger.ledger().census(Optional.empty()).openSessions());
    gate.open();
    assertInstanceOf(UploadClosedException.class, error(add));
  }
}
