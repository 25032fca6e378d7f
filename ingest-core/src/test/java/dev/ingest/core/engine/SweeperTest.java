package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Stage;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.io.ByteArrayInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SweeperTest {

  private static final int STUCK = 250;

  private final Bench bench = new Bench();
  private final Set<String> stuck = new HashSet<>();

  /** The content, of which nothing below some sequences can be listed. */
  private ContentStore content() {
    return (ContentStore)
        Proxy.newProxyInstance(
            ContentStore.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) -> {
              if (method.getName().equals("list")
                  && stuck.stream().anyMatch(((ContentPrefix) args[0]).value()::startsWith)) {
                throw new ContentException(args[0] + " cannot be listed");
              }
              try {
                return method.invoke(bench.watchedContent, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private int abandoned() {
    return bench
        .ledger
        .sessions()
        .untouched(SessionState.ABANDONED, Duration.ZERO, Optional.empty(), 1_000)
        .size();
  }

  @Test
  void sessionsThatCannotBeSwept_doNotStandInTheWayOfTheRest() {
    Engine engine = bench.engine(bench.watchedLedger, content(), Bench.copying());
    for (int i = 0; i < STUCK; i++) {
      SequenceKey key = SequenceKey.of("alice", "stuck-" + i);
      engine.upload(key).close();
      stuck.add(KeyLayout.uploads(key).value());
    }
    bench.time.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 3; i++) {
      engine.upload(SequenceKey.of("alice", "other-" + i)).close();
    }
    bench.time.advance(bench.limits.idleTime().plusSeconds(1));
    for (int i = 0; i < 3; i++) {
      engine.sweeper().tick();
    }
    assertEquals(STUCK + 3, abandoned());
    bench.time.advance(Duration.ofHours(2));
    int swept = 0;
    for (int i = 0; i < 3; i++) {
      swept += engine.sweeper().tick();
      assertTrue(engine.sweeper().hasFailed());
    }
    assertEquals(3, swept);
    assertEquals(STUCK, abandoned());
    stuck.clear();
    for (int i = 0; i < 4; i++) {
      engine.sweeper().tick();
    }
    assertEquals(0, abandoned());
    assertEquals(List.of(), bench.content.keys());
  }

  @Test
  void manifestBeyondTheFirstPage_keepsAllBytesOfItsSession() {
    Engine engine = bench.engine(Bench.copying());
    engine.upload(RIDE).close();
    UploadSession open =
        bench
            .ledger
            .sessions()
            .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 1)
            .get(0);
    ContentPrefix session = KeyLayout.session(RIDE, open.raw());
    try (ContentWriter writer = bench.content.writer(session)) {
      for (int i = 0; i < ContentStore.MAX_PAGE; i++) {
        put(writer, KeyLayout.rawItem(session, open.raw(), i));
      }
      put(writer, KeyLayout.rawManifest(session, open.raw()));
      writer.commit();
    }
    bench.time.advance(bench.limits.idleTime().plusSeconds(1));
    engine.sweeper().tick();
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(0, abandoned());
    assertEquals(ContentStore.MAX_PAGE + 1, bench.content.size());
    assertEquals(List.of("ACCEPTANCE_UNKNOWN"), bench.alertCodes());
  }

  /** Another ledger, such as the one this was restored from, may hold it as its result. */
  @Test
  void outputOfAnotherLifeOfTheLedger_stays() {
    Stage again =
        Stage.perItem("again", 1, (item, context) -> context.emit(item.name(), item.open()));
    Engine engine = bench.engine(Bench.pipeline(Stage.copy(), again));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertTrue(bench.entry(RIDE).standing().leftovers(), "the output between");
    ContentPrefix shown = bench.entry(RIDE).published().orElseThrow().result().prefix();
    Set<ContentKey> kept = new HashSet<>(bench.content.keys());
    kept.removeIf(key -> KeyLayout.runs(RIDE).covers(key) && !shown.covers(key));
    assertEquals(4, kept.size(), "raw and result");
    for (long fence = 1; fence <= bench.entry(RIDE).position().fence(); fence++) {
      kept.add(putOutput(fence, IncarnationId.ofBits(9, 9)));
    }
    ContentKey loser = putOutput(bench.entry(RIDE).position().fence(), bench.ledger.incarnation());
    bench.time.advance(Duration.ofHours(2));
    assertEquals(2, engine.sweeper().tick(), "the session and the leftovers");
    assertFalse(bench.content.keys().contains(loser), "this life's is swept");
    assertEquals(kept, new HashSet<>(bench.content.keys()));
    bench.checkInvariants();
  }

  private ContentKey putOutput(long fence, IncarnationId incarnation) {
    ContentPrefix output = KeyLayout.output(RIDE, 1, new LeaseToken(incarnation, fence));
    ContentKey key = KeyLayout.item(output, 0);
    try (ContentWriter writer = bench.content.writer(output)) {
      put(writer, key);
      writer.commit();
    }
    return key;
  }

  private static void put(ContentWriter writer, ContentKey key) {
    writer.put(
        key,
        new StreamBody(new ByteArrayInputStream(new byte[1]), OptionalLong.of(1), Runnable::run));
  }
}
