package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node that stops in the middle of a transaction, as one does under SIGSTOP or in a long pause of
 * its collector, holds locks and says nothing. The others must not wait for it.
 */
@Tag("programme")
class FrozenContentTest {

  private static final long MOST_SECONDS = 30;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @SuppressWarnings("NullAway.Init") // made before each test
  private Backend.Postgres backend;

  @SuppressWarnings("NullAway.Init") // made before each test
  private JdbcContent healthy;

  @SuppressWarnings("NullAway.Init") // made before each test
  private FreezingSource freezing;

  @SuppressWarnings("NullAway.Init") // made before each test
  private JdbcContent frozen;

  @BeforeEach
  void open() throws SQLException {
    backend = new Backend.Postgres();
    healthy = backend.open();
    freezing = new FreezingSource(backend.source());
    frozen = JdbcContent.postgres(freezing.source());
  }

  @AfterEach
  void close() {
    frozen.close();
    healthy.close();
    backend.close();
    threads.shutdownNow();
  }

  private ContentStore shared() {
    return healthy.access().store();
  }

  /** Does something on a thread of its own, for whose end a node that works waits. */
  private <T> T inTime(Callable<T> call) throws Exception {
    return threads.submit(call).get(MOST_SECONDS, TimeUnit.SECONDS);
  }

  private static Predicate<String> begins(String statement) {
    return text -> text.startsWith(statement);
  }

  @Test
  void nodeFrozenInASweep_holdsUpNoPurgeNoWriterNoSweepAndNoOpening() throws Exception {
    for (String name : List.of("a", "b")) {
      store(shared(), key(name), bytes(2_000_000, 1));
    }
    ContentWriter writer = shared().writer(PREFIX);
    writer.put(key("c"), body(bytes(10, 1)));
    freezing.stopAt(
        begins("DELETE FROM content_loose WHERE body"),
        () -> {
          inTime(() -> healthy.access().purger().delete(permit(key("b"))));
          inTime(
              () -> {
                writer.close();
                return writer;
              });
          inTime(
              () -> {
                healthy.sweep();
                backend.open().close();
                return healthy;
              });
          assertEquals(0, backend.number("SELECT count(*) FROM content_keys"));
          return backend;
        });
    frozen.access().purger().delete(permit(key("a")));
    assertTrue(freezing.hasStopped());
    assertEquals(0, backend.number("SELECT count(*) FROM content_loose"));
    assertEquals(0, backend.number("SELECT count(*) FROM content_chunks"));
  }

  @Test
  void nodeFrozenInACommit_losesItsKeysToTheNextWriterOfThem() throws Exception {
    ContentWriter late = frozen.access().store().writer(PREFIX);
    late.put(key("a"), body(bytes(10, 1)));
    freezing.stopAt(
        begins("DELETE FROM content_loose WHERE writer"),
        // The keys are inserted, and nobody takes that back but the server.
        () ->
            inTime(
                () -> {
                  store(shared(), key("a"), bytes(20, 2));
                  return late;
                }));
    ContentException error = assertThrows(ContentException.class, late::commit);
    assertTrue(freezing.hasStopped());
    assertTrue(String.valueOf(error.getMessage()).contains("commit 1 keys"), error::toString);
    late.close();
    assertArrayEquals(bytes(20, 2), read(shared(), key("a")));
    assertEquals(0, backend.number("SELECT count(*) FROM content_loose"));
  }

  @Test
  void keyPublishedWhileItsPurgeStandsStill_staysWithItsBytes() throws Exception {
    store(shared(), key("a"), bytes(10, 1));
    freezing.stopAt(
        begins("DELETE FROM content_keys"),
        () ->
            inTime(
                () -> {
                  store(shared(), key("b"), bytes(20, 2));
                  return healthy;
                }));
    frozen.access().purger().delete(permit(key("a"), key("b")));
    assertTrue(freezing.hasStopped());
    assertEquals(1, backend.number("SELECT count(*) FROM content_keys"));
    assertArrayEquals(bytes(20, 2), read(shared(), key("b")));
    assertEquals(1, backend.number("SELECT count(*) FROM content_chunks"));
  }

  @Test
  void nodeFrozenInASweepUntilItIsGone_leavesItsBodiesToTheNextSweep() throws Exception {
    store(shared(), key("a"), bytes(2_000_000, 1));
    freezing.stopAt(
        begins("DELETE FROM content_loose WHERE body"),
        () -> {
          // Waits for the row, which nobody gives back but the server.
          inTime(
              () -> {
                backend.run("UPDATE content_loose SET touched_at = 0");
                return backend;
              });
          return backend;
        });
    ContentException error =
        assertThrows(
            ContentException.class, () -> frozen.access().purger().delete(permit(key("a"))));
    assertTrue(String.valueOf(error.getMessage()).contains("delete them again"), error::toString);
    assertEquals(1, backend.number("SELECT count(*) FROM content_loose"));
    healthy.sweep();
    assertEquals(0, backend.number("SELECT count(*) FROM content_loose"));
    assertEquals(0, backend.number("SELECT count(*) FROM content_chunks"));
  }
}
