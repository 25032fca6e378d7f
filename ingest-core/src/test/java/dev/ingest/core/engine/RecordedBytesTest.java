package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Recorded items are laid beside what is stored, in one listing. */
final class RecordedBytesTest {

  private static final RawLocation RAW = new RawLocation(SessionId.ofBits(1, 2), List.of(0, 3));
  private static final UploadSession SESSION =
      new UploadSession(
          RAW, RIDE, SessionState.OPEN, Reservation.NONE, Reservation.NONE, Bench.START);

  private final Bench bench = new Bench();
  private final List<ContentKey> seen = new ArrayList<>();

  private static ContentKey key(int ordinal) {
    return KeyLayout.rawItem(RIDE, RAW, ordinal);
  }

  private void put(ContentKey key, String text) {
    ContentPrefix below = KeyLayout.uploads();
    try (ContentWriter writer = bench.content.writer(below)) {
      writer.put(
          key,
          new StreamBody(
              new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
              OptionalLong.empty(),
              Runnable::run));
      writer.commit();
    }
  }

  private void store(int... ordinals) {
    for (int ordinal : ordinals) {
      put(key(ordinal), "x".repeat(10 + ordinal));
    }
  }

  private static ManifestItem item(int ordinal) {
    return new ManifestItem(
        ItemName.of("item-" + ordinal), 10 + ordinal, Digest.ofUtf8("any " + ordinal));
  }

  /** Looks for items 0 to 5, of two parts, and then to the end. */
  private Optional<ContentKey> missing() {
    seen.clear();
    RecordedBytes bytes = new RecordedBytes(bench.content, SESSION, stat -> seen.add(stat.key()));
    for (int ordinal = 0; ordinal <= 5; ordinal++) {
      bytes.look(ordinal, item(ordinal));
    }
    bytes.end();
    assertEquals(
        bench.content.keys().stream().sorted(Comparator.naturalOrder()).toList(),
        seen,
        "all that is listed is seen, once");
    return bytes.missing();
  }

  @Test
  void itemsThatAreAllStored_missNothing() {
    store(0, 1, 2, 3, 4, 5);
    assertEquals(Optional.empty(), missing());
  }

  @Test
  void whatIsStoredBesideThem_isPassedOver() {
    store(0, 1, 2, 3, 4, 5, 6, 7);
    RawLocation earlier = new RawLocation(RAW.session(), List.of(0));
    for (int left : List.of(3, 4)) {
      put(KeyLayout.rawItem(RIDE, earlier, left), "left by its first part");
    }
    assertEquals(Optional.empty(), missing());
  }

  @Test
  void firstThatIsNotStored_isMissing() {
    assertEquals(Optional.of(key(0)), missing(), "none at all");
    store(0, 1, 4, 5);
    assertEquals(Optional.of(key(2)), missing(), "two, of two parts");
    store(2);
    assertEquals(Optional.of(key(3)), missing());
    store(3);
    bench.content.remove(key(5));
    assertEquals(Optional.of(key(5)), missing(), "the last");
  }

  @Test
  void itemOfAnotherLength_isMissing() {
    store(0, 1, 2, 3, 4, 5);
    bench.content.truncate(key(4), 13);
    assertEquals(Optional.of(key(4)), missing());
  }

  @Test
  void moreThanAPage_isListedToItsEnd() {
    int count = ContentStore.MAX_PAGE + 5;
    RawLocation raw = new RawLocation(SessionId.ofBits(3, 4), List.of(0));
    UploadSession session =
        new UploadSession(
            raw, RIDE, SessionState.OPEN, Reservation.NONE, Reservation.NONE, Bench.START);
    for (int ordinal = 0; ordinal < count; ordinal++) {
      put(KeyLayout.rawItem(RIDE, raw, ordinal), "x");
    }
    List<ContentStat> listed = new ArrayList<>();
    RecordedBytes none = new RecordedBytes(bench.content, session, listed::add);
    none.end();
    assertEquals(count, listed.size(), "without a look");
    RecordedBytes all = new RecordedBytes(bench.content, session, listed::add);
    for (int ordinal = 0; ordinal < count; ordinal++) {
      all.look(ordinal, new ManifestItem(ItemName.of("i" + ordinal), 1, Digest.ofUtf8("x")));
    }
    all.end();
    assertEquals(2 * count, listed.size());
    assertEquals(Optional.empty(), all.missing());
  }
}
