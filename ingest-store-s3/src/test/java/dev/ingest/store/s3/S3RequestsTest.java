package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.s3.S3Operation;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Counts each request that the engine sends to S3 for one sequence from its first byte until it is
 * verified, without the upkeep of the store, which is no sequence's. Nothing is packed: small items
 * cost what others do, up to the size of a part. A writer looks once per commit from its third put
 * on: an upload commits every 256 items, a stage once. The verification lists what it reads.
 *
 * <p>A look goes out beside the put that asks for it and nobody waits for the last one, so that the
 * lists are counted once they came: one more than that would be counted with what follows.
 */
@Timeout(120)
final class S3RequestsTest {

  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");

  /** Read by the stage, by the read-back, and both lists of what the expectation judges. */
  private static final long MANIFESTS = 4;

  private static final Duration MOST_WAIT = Duration.ofSeconds(20);
  private static final String KEY_ID = "aws.accessKeyId";
  private static final String SECRET_KEY = "aws.secretAccessKey";

  private final S3FaultServer server;
  private final InMemoryLedger ledger =
      new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1));

  S3RequestsTest() throws IOException {
    server = S3FaultServer.start();
    server.createBucket("bucket");
    System.setProperty(KEY_ID, "AKIDEXAMPLE");
    System.setProperty(SECRET_KEY, "any");
  }

  @AfterEach
  void close() {
    System.clearProperty(KEY_ID);
    System.clearProperty(SECRET_KEY);
    server.close();
    ledger.close();
  }

  @ParameterizedTest(name = "{0} items of {1} bytes")
  @CsvSource({"1, 100000, 0", "2, 100000, 1", "10, 100000, 1", "10, 100, 1", "300, 100, 2"})
  void sequence_costsItsPutsItsGetsAndALookPerCommitAlone(int items, int bytes, long looks)
      throws IOException {
    URI place =
        URI.create("s3://bucket/a?region=us-east-1&pathStyle=true&endpoint=" + server.endpoint());
    try (S3Content content = S3Content.open(place, InstantSource.system());
        Ingest ingest =
            Ingest.builder()
                .ledger(ledger)
                .content(new ContentAccess(content.access().store(), content.access().purger()))
                .pipeline(
                    Pipeline.named("copy")
                        .stage(Stage.copy())
                        .expect(Expectation.onePerItem())
                        .build())
                .withoutWatch()
                .allowVolatileStores()
                .build()) {
      Map<S3Operation, Long> before = counts();
      ingest.submit(
          KEY,
          upload -> {
            for (int i = 0; i < items; i++) {
              upload.add(ItemName.of("%04d".formatted(i)), new byte[bytes]);
            }
          });
      Map<S3Operation, Long> submitted = since(before, looks);
      before = counts();
      assertTrue(ingest.runUntilIdle());
      assertEquals(State.VERIFIED, ingest.find(KEY).map(Entry::state).orElseThrow());
      long lists = 1 + Math.min(looks, 1);
      Map<S3Operation, Long> worked = since(before, lists);
      Map<S3Operation, Long> puts = new EnumMap<>(S3Operation.class);
      puts.put(S3Operation.PUT_OBJECT, items + 1L);
      if (looks > 0) {
        puts.put(S3Operation.LIST_OBJECTS_V2, looks);
      }
      assertEquals(puts, submitted);
      Map<S3Operation, Long> work = new EnumMap<>(S3Operation.class);
      work.put(S3Operation.PUT_OBJECT, items + 1L);
      work.put(S3Operation.GET_OBJECT, 2L * items + MANIFESTS);
      work.put(S3Operation.LIST_OBJECTS_V2, lists);
      assertEquals(work, worked);
    }
  }

  private Map<S3Operation, Long> counts() {
    Map<S3Operation, Long> counts = new EnumMap<>(S3Operation.class);
    for (S3Operation operation : S3Operation.values()) {
      counts.put(operation, server.requests(operation));
    }
    return counts;
  }

  private Map<S3Operation, Long> since(Map<S3Operation, Long> before, long lists) {
    long listed = before.getOrDefault(S3Operation.LIST_OBJECTS_V2, 0L) + lists;
    long end = System.nanoTime() + MOST_WAIT.toNanos();
    while (server.requests(S3Operation.LIST_OBJECTS_V2) < listed && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    Map<S3Operation, Long> since = counts();
    since.replaceAll((operation, count) -> count - before.getOrDefault(operation, 0L));
    since.values().removeIf(count -> count == 0);
    return since;
  }
}
