package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Stage;
import dev.ingest.core.StageItem;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many streams walks through a set hold open, whatever becomes of the walks. */
final class WalksTest {

  private static final int ITEMS = 40;

  private final Bench bench = new Bench();
  private final ContentStore store =
      Care.opened(bench.watchedContent, (key, stored) -> new Counted(stored));
  private final Walks walks = new Walks(() -> new IllegalStateException("late"));
  private int open;
  private int most;

  private final class Counted extends FilterInputStream {

    private boolean isClosed;

    Counted(InputStream stored) {
      super(stored);
      open++;
      most = Math.max(most, open);
    }

    @Override
    public void close() throws IOException {
      open -= isClosed ? 0 : 1;
      isClosed = true;
      super.close();
    }
  }

  private static String[] items() {
    return IntStream.range(0, ITEMS)
        .boxed()
        .flatMap(i -> List.of("item-%02d".formatted(i), "x" + i).stream())
        .toArray(String[]::new);
  }

  private StoredSet submitted() {
    Bench.submit(bench.engine(Bench.copying()), RIDE, items());
    return StoredSet.raw(bench.entry(RIDE));
  }

  private Walks.Walk begin(StoredSet set) {
    return walks.begin(() -> set.open(store, ReadPurpose.PROVE));
  }

  @Test
  void walksThatAreLeft_holdNoMoreStreamsThanTheBound() {
    StoredSet set = submitted();
    for (int i = 0; i < 200; i++) {
      assertEquals(0, begin(set).next().ordinal());
    }
    assertEquals(Walks.MOST_OPEN, open);
    assertEquals(Walks.MOST_OPEN + 1, most, "the next is opened before the oldest is closed");
    walks.close();
    assertEquals(0, open);
  }

  @Test
  void walksInTurns_giveEachAllItemsInOrder() {
    StoredSet set = submitted();
    List<Walks.Walk> begun = new ArrayList<>();
    for (int i = 0; i < 2 * Walks.MOST_OPEN; i++) {
      begun.add(begin(set));
    }
    for (int ordinal = 0; ordinal < ITEMS; ordinal++) {
      for (Walks.Walk walk : begun) {
        assertTrue(walk.hasNext());
        assertEquals(ordinal, walk.next().ordinal());
      }
    }
    for (Walks.Walk walk : begun) {
      assertFalse(walk.hasNext());
      assertThrows(NoSuchElementException.class, walk::next);
    }
    assertEquals(0, open, "what came to its end is closed");
  }

  @Test
  void theOneUsedLongestAgo_isTheOneThatIsReadAgain() {
    StoredSet set = submitted();
    Walks.Walk first = begin(set);
    for (int i = 1; i < Walks.MOST_OPEN; i++) {
      begin(set);
    }
    first.next();
    int[] opened = {0};
    ContentStore counting =
        Care.opened(
            bench.watchedContent,
            (key, stored) -> {
              opened[0]++;
              return stored;
            });
    walks.begin(() -> set.open(counting, ReadPurpose.PROVE));
    assertEquals(1, opened[0]);
    assertEquals(1, first.next().ordinal());
    assertEquals(Walks.MOST_OPEN, open + 1, "the second one was closed, not the first");
  }

  @Test
  void whatIsAskedAfterTheEnd_isRefusedAndLeavesNothingOpen() {
    StoredSet set = submitted();
    Walks.Walk walk = begin(set);
    walk.next();
    walks.close();
    assertEquals("late", assertThrows(IllegalStateException.class, walk::next).getMessage());
    assertEquals("late", assertThrows(IllegalStateException.class, () -> begin(set)).getMessage());
    assertEquals(0, open);
  }

  /** As for a photograph and its description: each item looks for another by its name. */
  @Test
  void aStageThatLooksUpASiblingOfEachItem_holdsFewStreams() {
    Stage stage =
        Stage.perItem(
            "siblings",
            1,
            (item, context) -> {
              Iterator<StageItem> others = context.items();
              StageItem sibling = others.next();
              assertEquals(items()[0], sibling.name().value());
              context.emit(item.name(), new ByteArrayInputStream(new byte[] {1}));
            });
    Engine engine = bench.engine(bench.watchedLedger, store, Bench.pipeline(stage));
    Bench.submit(engine, RIDE, items());
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE), () -> bench.entry(RIDE).toString());
    assertTrue(most <= Walks.MOST_OPEN + 3, () -> most + " streams were open at once");
    assertEquals(0, open);
  }
}
