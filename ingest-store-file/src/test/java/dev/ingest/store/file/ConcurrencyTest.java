package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyTest {

  private static final int THREADS = 6;

  @TempDir Path dir;

  ConcurrencyTest() {}

  private static void together(Callable<?> each, int threads) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Object>> calls = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        calls.add(each::call);
      }
      for (Future<Object> done : pool.invokeAll(calls)) {
        done.get();
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void writersOfDifferentBytes_haveOneWinnerPerKeyAcrossStores() throws Exception {
    AtomicInteger thread = new AtomicInteger();
    AtomicInteger[] wins = new AtomicInteger[20];
    for (int i = 0; i < wins.length; i++) {
      wins[i] = new AtomicInteger();
    }
    together(
        () -> {
          int me = thread.incrementAndGet();
          try (FileContent content = new FileContent(dir, InstantSource.system())) {
            for (int i = 0; i < wins.length; i++) {
              try (ContentWriter writer = content.access().store().writer(Bodies.prefix("raw"))) {
                writer.put(Bodies.key("raw/k" + i), Bodies.body(Bodies.bytes(500, me)));
                writer.commit();
                wins[i].incrementAndGet();
              } catch (ContentConflictException e) {
                assertTrue(e.toString().contains("raw/k" + i));
              }
            }
          }
          return me;
        },
        THREADS);
    for (AtomicInteger won : wins) {
      assertEquals(1, won.get());
    }
  }

  @Test
  void writersAndDeletersOfOneDirectory_neverDisturbEachOther() throws Exception {
    AtomicInteger thread = new AtomicInteger();
    try (FileContent content = new FileContent(dir, InstantSource.system())) {
      ContentStore store = content.access().store();
      ContentPurger purger = content.access().purger();
      together(
          () -> {
            int me = thread.incrementAndGet();
            for (int i = 0; i < 60; i++) {
              String key = "raw/s/t/" + me + "-" + i;
              Bodies.put(store, "raw", key, Bodies.bytes(50, i));
              assertArrayEquals(Bodies.bytes(50, i), Bodies.read(store, key, ReadPurpose.PROVE));
              assertTrue(Bodies.list(store, "raw", 100).contains(key));
              assertTrue(purger.delete(Bodies.permit("raw", key)).get(0).isApplied());
              assertTrue(store.stat(Bodies.key(key)).isEmpty());
            }
            return me;
          },
          THREADS);
      assertEquals(List.of(), Bodies.list(store, "raw", 10));
    }
  }
}
