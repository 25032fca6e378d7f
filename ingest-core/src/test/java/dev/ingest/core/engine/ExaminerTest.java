package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ingest.core.Finding;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an examination says it observed is what is stored, and not what should be. */
final class ExaminerTest {

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @BeforeEach
  void submit() {
    Bench.submit(care.engine, RIDE, "a", "x", "b", "yy");
  }

  private StoredSet raw() {
    return StoredSet.raw(bench.entry(RIDE));
  }

  private Digest root() {
    return bench.entry(RIDE).receipt().manifest().root();
  }

  private ContentKey item(int ordinal) {
    return KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), ordinal);
  }

  private static Examiner of(ContentStore content) {
    return new Examiner(content, () -> {});
  }

  @Test
  void whatIsWhole_comesToTheLedgersRoot() {
    assertEquals(Optional.of(root()), of(bench.content).readBack(raw()));
    assertEquals(Optional.of(root()), of(bench.content).prove(raw()));
  }

  @Test
  void everything_isReadPastTheCaches() {
    Set<ReadPurpose> purposes = EnumSet.noneOf(ReadPurpose.class);
    ContentStore heard = Care.opening(bench.content, purposes::add);
    assertEquals(Optional.of(root()), of(heard).readBack(raw()));
    assertEquals(Optional.of(root()), of(heard).prove(raw()));
    assertEquals(Set.of(ReadPurpose.PROVE), purposes);
  }

  @Test
  void otherBytes_comeToAnotherRoot() {
    bench.corrupt(item(1));
    Examiner examiner = of(bench.content);
    assertNotEquals(root(), examiner.readBack(raw()).orElseThrow());
    assertNotEquals(root(), of(bench.content).prove(raw()).orElseThrow());
    assertEquals(
        List.of(Finding.Kind.RAW_DIFFERS),
        examiner.findings().stream().map(Finding::kind).toList());
  }

  @Test
  void otherLengths_comeToNoRoot() {
    bench.truncate(item(0));
    Examiner examiner = of(bench.content);
    assertEquals(Optional.empty(), examiner.readBack(raw()));
    assertEquals(1, examiner.findings().size());
  }

  @Test
  void manifestThatIsNotTheLedgers_saysNothingOfItems() {
    SequenceKey key = SequenceKey.of("alice", "three");
    Bench.submit(care.engine, key, "a", "x", "b", "yy", "c", "zzz");
    bench.joinLines(KeyLayout.rawManifest(key, bench.entry(key).raw()), 2);
    StoredSet raw = StoredSet.raw(bench.entry(key));
    for (boolean isProof : List.of(true, false)) {
      Examiner examiner = of(bench.content);
      assertEquals(Optional.empty(), isProof ? examiner.prove(raw) : examiner.readBack(raw));
      assertEquals(
          List.of(Finding.Kind.MANIFEST_DIFFERS),
          examiner.findings().stream().map(Finding::kind).toList(),
          () -> examiner.findings().toString());
    }
  }

  @Test
  void whatIsMissingOrUnreadable_comesToNoRoot() {
    ContentStore failing = care.failingAt(item(0), new ContentException("out"));
    assertEquals(Optional.empty(), of(failing).readBack(raw()));
    assertEquals(Optional.empty(), of(failing).prove(raw()));
    bench.remove(item(0));
    assertEquals(Optional.empty(), of(bench.content).readBack(raw()));
    assertEquals(Optional.empty(), of(bench.content).prove(raw()));
  }
}
