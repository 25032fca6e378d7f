package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.ItemSink;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** All items of a sequence, read in one pass. */
final class ReadoutTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  private final Bench bench = new Bench();
  private final List<String> taken = new ArrayList<>();
  private final ItemSink sink =
      (item, body) ->
          taken.add(item.name() + "=" + new String(body.readAllBytes(), StandardCharsets.UTF_8));

  @Test
  void rawItems_comeInOrderAtOnce_andTheResultOnceItIsPublished() throws IOException {
    Engine engine = bench.engine(Bench.copying());
    Receipt receipt = Bench.submit(engine, RIDE, "b", "first", "a", "second");

    assertEquals(Optional.of(receipt.manifest()), engine.readRaw(RIDE, sink));
    assertEquals(List.of("b=first", "a=second"), taken);
    assertTrue(engine.readResult(RIDE, sink).isEmpty());

    bench.run(engine);
    taken.clear();
    assertEquals(
        Optional.of(bench.entry(RIDE).published().orElseThrow().result().manifest()),
        engine.readResult(RIDE, sink));
    assertEquals(List.of("b=first", "a=second"), taken);
  }

  @Test
  void rawItemsOfWhatExpired_areNothingAndItsResultStays() throws IOException {
    Care care = new Care();
    care.verified(RIDE);
    care.bench.time.advance(TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE));
    Expirer expirer = care.expirer();
    expirer.tick();
    expirer.tick();
    assertEquals(State.EXPIRED, care.bench.state(RIDE));

    assertTrue(care.engine.readRaw(RIDE, sink).isEmpty());
    assertTrue(care.engine.readResult(RIDE, sink).isPresent());
    assertEquals(List.of("a=x of " + RIDE, "b=y"), taken);
  }

  @Test
  void unknownSequence_isNothing() throws IOException {
    Engine engine = bench.engine(Bench.copying());

    assertTrue(engine.readRaw(RIDE, sink).isEmpty());
    assertTrue(engine.readResult(RIDE, sink).isEmpty());
  }

  @Test
  void damagedItem_failsAtItsEnd() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "first", "b", "second");
    bench.corrupt(KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 1));

    DamagedContentException damaged =
        assertThrows(DamagedContentException.class, () -> engine.readRaw(RIDE, sink));

    assertTrue(String.valueOf(damaged.getMessage()).contains("item \"b\""), damaged.getMessage());
    assertEquals(List.of("a=first"), taken);
  }

  @Test
  void missingItem_isNotAnEnd() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "first", "b", "second");
    ContentKey second = KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 1);
    bench.remove(second);

    ContentMissingException missing =
        assertThrows(ContentMissingException.class, () -> engine.readRaw(RIDE, sink));

    assertTrue(String.valueOf(missing.getMessage()).contains(second.value()), missing.getMessage());
  }

  @Test
  void damagedManifest_givesNoLastItem() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "first");
    bench.corrupt(KeyLayout.rawManifest(RIDE, bench.entry(RIDE).raw()));

    assertThrows(DamagedContentException.class, () -> engine.readRaw(RIDE, sink));

    assertEquals(List.of(), taken);
  }

  @Test
  void bytesAndManifestOfAnotherSequence_areNotTakenForItsOwn() {
    Engine engine = bench.engine(Bench.copying());
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    Bench.submit(engine, RIDE, "a", "first");
    Bench.submit(engine, other, "a", "other");
    RawLocation mine = bench.entry(RIDE).raw();
    RawLocation theirs = bench.entry(other).raw();
    ContentPrefix part = KeyLayout.part(RIDE, mine, 0);
    try (ContentWriter writer = bench.content.writer(part)) {
      replace(writer, KeyLayout.rawItem(RIDE, mine, 0), KeyLayout.rawItem(other, theirs, 0));
      replace(writer, KeyLayout.rawManifest(RIDE, mine), KeyLayout.rawManifest(other, theirs));
      writer.commit();
    }

    assertThrows(DamagedContentException.class, () -> engine.readRaw(RIDE, sink));

    assertEquals(List.of(), taken);
  }

  private void replace(ContentWriter writer, ContentKey key, ContentKey by) {
    bench.content.remove(key);
    ByteArrayInputStream bytes = new ByteArrayInputStream(bench.content.bytes(by));
    writer.put(key, new StreamBody(bytes, OptionalLong.empty(), Runnable::run));
  }

  @Test
  void failedSequence_keepsItsRawBytes() throws IOException {
    Stage broken =
        Stage.perItem(
            "broken",
            1,
            (item, output) -> {
              throw new PermanentStageException("no such format");
            });
    Engine engine = bench.engine(Bench.pipeline(broken));
    Bench.submit(engine, RIDE, "a", "first");
    bench.run(engine);

    assertEquals(State.FAILED, bench.state(RIDE));
    assertTrue(engine.readRaw(RIDE, sink).isPresent());
    assertEquals(List.of("a=first"), taken);
  }

  @Test
  void sinkThatFails_endsTheReading() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "first", "b", "second");
    List<String> names = new ArrayList<>();

    IOException full =
        assertThrows(
            IOException.class,
            () ->
                engine.readRaw(
                    RIDE,
                    (item, body) -> {
                      names.add(item.name().value());
                      throw new IOException("no space left");
                    }));

    assertEquals("no space left", full.getMessage());
    assertEquals(List.of("a"), names);
  }

  @Test
  void states_eitherKeepTheirRawBytesOrNot() {
    Set<State> gone =
        EnumSet.of(State.EXPIRING, State.EXPIRED, State.DISCARDING, State.DISCARDED, State.LOST);
    for (State state : State.values()) {
      assertEquals(
          !gone.contains(state), AuditRules.raw(state) == AuditRules.Presence.WHOLE, state.name());
    }
  }
}
