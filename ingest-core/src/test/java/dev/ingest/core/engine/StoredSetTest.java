package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.DamagedContentException;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The items of a stored manifest, and what is said and closed where it is not as it must be. */
final class StoredSetTest {

  private final Bench bench = new Bench();
  private int closed;

  @BeforeEach
  void submit() {
    Bench.submit(bench.engine(Bench.copying()), RIDE, "a", "x", "b", "yy");
  }

  private StoredSet raw() {
    return StoredSet.raw(bench.entry(RIDE));
  }

  private StoredSet raw(ManifestSummary summary) {
    StoredSet set = raw();
    return new StoredSet(RIDE, set.what(), set.manifestKey(), set.itemKey(), summary);
  }

  private String described() {
    return "the raw manifest of alice/ride-1 at "
        + raw().manifestKey()
        + " in "
        + bench.content.name();
  }

  private StoredSet.Cursor open(StoredSet set, UnaryOperator<InputStream> bent) {
    ContentStore store =
        Care.opened(bench.content, (key, stored) -> new Counting(bent.apply(stored)));
    return set.open(store, ReadPurpose.PROVE);
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream bytes) {
      super(bytes);
    }

    @Override
    public void close() throws IOException {
      closed++;
      super.close();
    }
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static InputStream unreadable() {
    return new FilterInputStream(InputStream.nullInputStream()) {
      @Override
      public int read() throws IOException {
        throw new IOException("a bad sector");
      }

      @Override
      public int read(byte[] piece, int from, int length) throws IOException {
        throw new IOException("a bad sector");
      }
    };
  }

  private static InputStream unclosable(InputStream stored) {
    return new FilterInputStream(stored) {
      @Override
      public void close() throws IOException {
        throw new IOException("cannot be closed");
      }
    };
  }

  @Test
  void items_haveTheirOrdinalsAndKeysInOrder() {
    StoredSet set = raw();
    List<StoredSet.Located> items = new ArrayList<>();
    try (StoredSet.Cursor cursor = open(set, stored -> stored)) {
      cursor.forEachRemaining(items::add);
      assertEquals(0, closed);
    }
    assertEquals(1, closed);
    assertEquals(List.of(0, 1), items.stream().map(StoredSet.Located::ordinal).toList());
    assertEquals(
        List.of(set.itemKey().apply(0), set.itemKey().apply(1)),
        items.stream().map(StoredSet.Located::key).toList());
  }

  @Test
  void whatIsNoManifest_isDamagedAndClosed() {
    DamagedContentException damaged =
        assertThrows(
            DamagedContentException.class, () -> open(raw(), stored -> text("no manifest\n")));
    assertTrue(message(damaged).startsWith(described() + ": "), message(damaged));
    assertEquals(1, closed);
  }

  @Test
  void manifestThatBreaksOff_isDamaged() {
    try (StoredSet.Cursor cursor = open(raw(), StoredSetTest::withoutItsEnd)) {
      DamagedContentException damaged =
          assertThrows(DamagedContentException.class, () -> cursor.forEachRemaining(item -> {}));
      assertTrue(message(damaged).startsWith(described() + ": "), message(damaged));
    }
  }

  private static InputStream withoutItsEnd(InputStream stored) {
    try {
      byte[] all = stored.readAllBytes();
      return new ByteArrayInputStream(all, 0, all.length - 3);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void manifestThatCannotBeRead_isNoDamage() {
    UncheckedIOException failed =
        assertThrows(UncheckedIOException.class, () -> open(raw(), stored -> unreadable()));
    assertEquals("reading " + described(), message(failed));
    assertEquals("java.io.IOException: a bad sector", String.valueOf(failed.getCause()));
    assertEquals(1, closed);
  }

  @Test
  void manifestThatCannotBeClosed_isSaidSo() {
    StoredSet.Cursor cursor = open(raw(), StoredSetTest::unclosable);
    assertEquals(
        "closing " + described(), message(assertThrows(UncheckedIOException.class, cursor::close)));
  }

  @Test
  void manifestOfAnotherRoot_givesAllItemsButTheLast() {
    ManifestSummary other = new ManifestSummary(raw().summary().root(), 2, 4);
    try (StoredSet.Cursor cursor = open(raw(other), stored -> stored)) {
      assertEquals("a", cursor.next().item().name().value());
      DamagedContentException damaged = assertThrows(DamagedContentException.class, cursor::next);
      assertTrue(message(damaged).contains("the ledger says " + other), message(damaged));
    }
  }

  @Test
  void manifestWithoutItems_isComparedWithItsRootAsItIsOpened() {
    Manifest empty = Manifest.of(List.of());
    UnaryOperator<InputStream> emptied = stored -> new ByteArrayInputStream(empty.toBytes());
    try (StoredSet.Cursor cursor = open(raw(empty.summary()), emptied)) {
      assertFalse(cursor.hasNext());
    }
    DamagedContentException damaged =
        assertThrows(DamagedContentException.class, () -> open(raw(), emptied));
    assertTrue(message(damaged).contains("the stored one is " + empty.summary()), message(damaged));
    assertEquals(2, closed, "nobody has it to close");
  }

  @Test
  void manifestWithoutItemsOfAnotherRoot_isDamagedThoughItCannotBeClosed() {
    byte[] empty = Manifest.of(List.of()).toBytes();
    DamagedContentException damaged =
        assertThrows(
            DamagedContentException.class,
            () -> open(raw(), stored -> unclosable(new ByteArrayInputStream(empty))));
    assertEquals("cannot be closed", message(damaged.getSuppressed()[0]));
  }

  private static String message(Throwable problem) {
    return String.valueOf(problem.getMessage());
  }
}
