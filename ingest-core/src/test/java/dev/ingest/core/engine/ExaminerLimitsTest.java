package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Finding;
import dev.ingest.core.Verification;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How an examination reads and lists, and where it ends. */
final class ExaminerLimitsTest {

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @BeforeEach
  void submit() {
    Bench.submit(care.engine, RIDE, "a", "x", "b", "yy");
  }

  private StoredSet raw() {
    return StoredSet.raw(bench.entry(RIDE));
  }

  private ContentKey item(int ordinal) {
    return KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), ordinal);
  }

  private static Examiner of(ContentStore content) {
    return new Examiner(content, () -> {});
  }

  @Test
  void whatFollowsALongerItem_isExaminedAllTheSame() {
    bench.corrupt(item(1));
    ContentStore longer =
        Care.opened(
            bench.content,
            (key, stored) ->
                key.equals(item(0)) ? new ByteArrayInputStream(new byte[100]) : stored);
    Examiner examiner = of(longer);
    assertEquals(Optional.empty(), examiner.readBack(raw()));
    assertEquals(
        List.of("a", "b"),
        examiner.findings().stream().map(found -> found.item().orElseThrow().value()).toList());
  }

  @Test
  void findings_areAsManyAsTheirBound() {
    Examiner examiner = of(bench.content);
    bench.remove(item(0));
    examiner.readBack(raw());
    Finding one = examiner.findings().get(0);
    for (int i = 0; i < Verification.MAX_FINDINGS; i++) {
      examiner.add(one);
    }
    assertEquals(Verification.MAX_FINDINGS, examiner.findings().size());
  }

  @Test
  void buffer_isNoLongerThanItemsNeedAndIsKept() {
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    String[] sizes = {
      "a", "x", "b", "x", "c", "x".repeat(5_000), "d", "x".repeat(300_000), "e", "x"
    };
    Bench.submit(care.engine, other, sizes);
    List<Integer> lengths = new ArrayList<>();
    ContentStore heard =
        Care.opened(
            bench.content,
            (key, stored) ->
                new FilterInputStream(stored) {
                  private boolean isRead;

                  @Override
                  public int read(byte[] piece, int from, int length) throws IOException {
                    if (!isRead) {
                      lengths.add(length);
                    }
                    isRead = true;
                    return super.read(piece, from, length);
                  }
                });
    StoredSet set = StoredSet.raw(bench.entry(other));
    assertEquals(Optional.of(set.summary().root()), of(heard).readBack(set));
    // The first is of the manifest.
    assertEquals(List.of(4_096, 4_096, 10_000, 262_144, 262_144), lengths.subList(1, 6));
  }

  @Test
  void meter_asksBetweenItemsAndAfterEach16MebibytesOfALongOne() {
    AtomicInteger asked = new AtomicInteger();
    Examiner.Meter meter = Examiner.Meter.of(asked::incrementAndGet);
    int half = 1 << 23;
    meter.betweenItems();
    assertEquals(1, asked.get());
    meter.read(half);
    meter.read(half - 1);
    assertEquals(1, asked.get());
    meter.read(1);
    assertEquals(2, asked.get());
    meter.read(half);
    assertEquals(2, asked.get());
    meter.read(half);
    assertEquals(3, asked.get());
    meter.read(half);
    meter.betweenItems();
    meter.read(half);
    assertEquals(4, asked.get(), "each item is counted from its own beginning");
  }

  @Test
  void examinations_hearTheMeterBeforeEachItemAndOfAllBytes() {
    List<Integer> heard = new ArrayList<>();
    Examiner.Meter meter =
        new Examiner.Meter() {
          @Override
          public void betweenItems() {
            heard.add(0);
          }

          @Override
          public void read(int bytes) {
            heard.add(bytes);
          }
        };
    new Examiner(bench.content, meter).readBack(raw());
    assertEquals(List.of(0, 1, 0, 2), heard);
    heard.clear();
    new Examiner(bench.content, meter).compareListing(raw(), session());
    assertEquals(List.of(0), heard, "one page");
  }

  private ContentPrefix session() {
    return KeyLayout.part(RIDE, bench.entry(RIDE).raw(), 0);
  }

  @Test
  void listing_isComparedKeyByKeyAndInBytes() {
    Examiner whole = of(bench.content);
    assertEquals(Optional.of(new Examiner.Listed(3, 3)), whole.compareListing(raw(), session()));
    assertEquals(List.of(), whole.findings());
    bench.truncate(item(1));
    Examiner shorter = of(bench.content);
    assertEquals(Optional.of(new Examiner.Listed(3, 1)), shorter.compareListing(raw(), session()));
    assertEquals(List.of(Finding.Kind.RAW_DIFFERS), kinds(shorter));
    bench.remove(item(1));
    Examiner fewer = of(bench.content);
    assertEquals(Optional.of(new Examiner.Listed(2, 1)), fewer.compareListing(raw(), session()));
    assertEquals(List.of(Finding.Kind.RAW_MISSING), kinds(fewer));
    bench.remove(KeyLayout.rawManifest(RIDE, bench.entry(RIDE).raw()));
    assertEquals(
        Optional.of(new Examiner.Listed(1, 1)), of(bench.content).compareListing(raw(), session()));
  }

  @Test
  void keyAfterTheLastItem_isExtra() {
    StoredSet set = raw();
    ManifestSummary two = set.summary();
    StoredSet one =
        new StoredSet(
            RIDE,
            StoredSet.What.RAW,
            set.manifestKey(),
            set.itemKey(),
            new ManifestSummary(two.root(), 1, 1));
    Examiner examiner = of(bench.content);
    assertEquals(Optional.of(new Examiner.Listed(2, 1)), examiner.compareListing(one, session()));
    assertEquals(List.of(Finding.Kind.EXTRA_BYTES), kinds(examiner));
  }

  @Test
  void listingThatCannotBeRead_isUnreadable() {
    ContentStore deaf =
        Care.hearing(
            bench.content,
            (method, args) -> {
              if (method.equals("list")) {
                throw new ContentException("out");
              }
            });
    Examiner examiner = of(deaf);
    assertEquals(Optional.empty(), examiner.compareListing(raw(), session()));
    assertEquals(List.of(Finding.Kind.UNREADABLE), kinds(examiner));
  }

  @Test
  void manifestThatIsMissingUnreadableOrAnother_isAFinding() {
    ContentKey manifest = raw().manifestKey();
    Examiner unreadable = of(care.failingAt(manifest, new ContentException("out")));
    assertEquals(Optional.empty(), unreadable.readBack(raw()));
    assertEquals(List.of(Finding.Kind.UNREADABLE), kinds(unreadable));
    bench.corrupt(manifest);
    Examiner other = of(bench.content);
    assertEquals(Optional.empty(), other.readBack(raw()));
    assertEquals(List.of(Finding.Kind.MANIFEST_DIFFERS), kinds(other));
    bench.remove(manifest);
    Examiner missing = of(bench.content);
    assertEquals(Optional.empty(), missing.readBack(raw()));
    assertEquals(List.of(Finding.Kind.RAW_MISSING), kinds(missing));
    assertTrue(missing.findings().get(0).expected().contains("a manifest at " + manifest));
  }

  @Test
  void manifestOfMoreItems_isReadToItsEndAndDiffers() {
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    Bench.submit(care.engine, other, "a", "x", "b", "yy", "c", "z", "d", "z");
    ContentKey longer = StoredSet.raw(bench.entry(other)).manifestKey();
    ContentStore swapped =
        Care.opened(
            bench.content,
            (key, stored) ->
                key.equals(raw().manifestKey())
                    ? bench.content.open(longer, ByteRange.ALL, ReadPurpose.PROVE)
                    : stored);
    Examiner examiner = of(swapped);
    assertEquals(Optional.empty(), examiner.readBack(raw()));
    assertEquals(List.of(Finding.Kind.MANIFEST_DIFFERS), kinds(examiner));
  }

  @Test
  void itemThatIsMissingOrUnreadable_isAFindingOfItsName() {
    ContentStore failing = care.failingAt(item(1), new ContentException("a bad sector"));
    for (Examiner examiner : examined(failing)) {
      assertEquals(List.of(Finding.Kind.UNREADABLE), kinds(examiner));
      assertEquals("b", examiner.findings().get(0).item().orElseThrow().value());
    }
    bench.remove(item(1));
    for (Examiner examiner : examined(bench.content)) {
      assertEquals(List.of(Finding.Kind.RAW_MISSING), kinds(examiner));
      assertEquals("b", examiner.findings().get(0).item().orElseThrow().value());
    }
  }

  private List<Examiner> examined(ContentStore store) {
    Examiner readBack = of(store);
    readBack.readBack(raw());
    Examiner proven = of(store);
    proven.prove(raw());
    return List.of(readBack, proven);
  }

  @Test
  void digestThatTheStoreComputes_sparesTheReading() {
    AtomicInteger opened = new AtomicInteger();
    ContentStore heard = Care.opening(bench.content, purpose -> opened.incrementAndGet());
    assertEquals(Optional.of(raw().summary().root()), of(heard).prove(raw()));
    assertEquals(1, opened.get(), "the manifest");
    assertEquals(Optional.of(raw().summary().root()), of(heard).readBack(raw()));
    assertEquals(4, opened.get());
  }

  @Test
  void streamThatGivesNothingForAMoment_isReadToItsEnd() {
    ContentStore slow =
        Care.opened(
            bench.content,
            (key, stored) ->
                new FilterInputStream(stored) {
                  private boolean waits = !key.equals(raw().manifestKey());

                  @Override
                  public int read(byte[] piece, int from, int length) throws IOException {
                    int given = waits ? 0 : super.read(piece, from, length);
                    waits = false;
                    return given;
                  }
                });
    assertEquals(Optional.of(raw().summary().root()), of(slow).readBack(raw()));
  }

  private static List<Finding.Kind> kinds(Examiner examiner) {
    return examiner.findings().stream().map(Finding::kind).toList();
  }
}
