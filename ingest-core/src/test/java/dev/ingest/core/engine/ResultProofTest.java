package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.ResultProof.Found;
import dev.ingest.core.lifecycle.Proof;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What counts as a proof of a published result, and what says nothing of it. */
final class ResultProofTest {

  private static final Duration MAX_AGE = Duration.ofDays(1);

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final AtomicInteger opened = new AtomicInteger();
  private final ContentStore content =
      Care.opening(bench.content, purpose -> opened.incrementAndGet());

  @BeforeEach
  void publish() {
    care.verified(RIDE);
  }

  private Entry entry() {
    return bench.entry(RIDE);
  }

  private Publication published() {
    return entry().published().orElseThrow();
  }

  private ContentKey item(int ordinal) {
    return KeyLayout.item(published().result().prefix(), ordinal);
  }

  private Found find(ContentStore store, Instant now) {
    return new ResultProof(bench.node(bench.ledger, store), MAX_AGE, () -> {}).find(entry(), now);
  }

  private Found fresh() {
    return find(content, published().provenAt());
  }

  private Found old() {
    return find(content, published().provenAt().plus(MAX_AGE).plusMillis(1));
  }

  private void removeAll(String area) {
    bench.content.keys().stream()
        .filter(key -> key.value().startsWith(area))
        .toList()
        .forEach(bench.content::remove);
  }

  @Test
  void youngProof_countsIfEveryKeyIsListed() {
    Proof listed = new Proof.Listed(3, published().result().manifest().bytes());
    assertEquals(new Found.Whole(listed), fresh());
    assertEquals(
        new Found.Whole(listed), find(content, published().provenAt().plus(MAX_AGE)), "its last");
    assertEquals(0, opened.get());
  }

  @Test
  void oldProof_isMadeAnewOfTheStoredBytes() {
    Instant now = published().provenAt().plus(MAX_AGE).plusMillis(1);
    Proof readBack = new Proof.ReadBack(published().result().manifest().root(), now);
    assertEquals(new Found.Whole(readBack), find(content, now));
    assertEquals(1, opened.get(), "the manifest; of items this store computes the digests");
  }

  @Test
  void proofThatIsDatedAhead_isMadeAnew() {
    Instant now = published().provenAt().minusMillis(1);
    assertEquals(
        new Found.Whole(new Proof.ReadBack(published().result().manifest().root(), now)),
        find(content, now));
  }

  @Test
  void otherBytesWhereTheRawOnesAreGone_areDamage() {
    bench.content.corrupt(item(0), 0);
    removeAll("raw/");
    assertDamaged("RESULT_DIFFERS", old());
  }

  @Test
  void missingResult_isDamageOnlyBesideRawBytesAndOtherResults() {
    care.verified(SequenceKey.of("alice", "other-ride"));
    removeAll(KeyLayout.runs(RIDE).value());
    assertDamaged("RESULT_MISSING", old());
    assertDamaged("RESULT_MISSING", fresh());
    removeAll("raw/");
    assertUnknown("neither its result nor its raw bytes", old());
    assertUnknown("neither its result nor its raw bytes", fresh());
  }

  @Test
  void missingResultWhereNoneIsAtAll_isUnknown() {
    removeAll("run/");
    assertUnknown("has nothing at all below run;", old());
    assertUnknown("has nothing at all below run;", fresh());
  }

  @Test
  void missingResultBesideRawBytesThatCannotBeListed_isUnknown() {
    removeAll("run/");
    String raw = KeyLayout.session(RIDE, entry().raw()).value();
    ContentStore deaf =
        Care.hearing(
            bench.content,
            (method, args) -> {
              if (method.equals("list") && args.get(0).toString().contains(raw)) {
                throw new ContentException("the raw bytes cannot be listed");
              }
            });
    assertUnknown("the raw bytes cannot be listed", find(deaf, published().provenAt()));
  }

  @Test
  void strayKeyBesideTheResult_disprovesNothing() {
    try (ContentWriter writer = bench.content.writer(published().result().prefix())) {
      writer.put(
          published().result().prefix().key("stray"),
          new StreamBody(
              new ByteArrayInputStream(new byte[] {1}), OptionalLong.of(1), Runnable::run));
      writer.commit();
    }
    assertInstanceOf(Found.Whole.class, fresh());
  }

  @Test
  void whatCannotBeRead_isNamed() {
    ContentStore failing = care.failingAt(item(1), new ContentException("a bad sector"));
    Instant now = published().provenAt().plus(MAX_AGE.multipliedBy(2));
    assertUnknown("1 findings: UNREADABLE item \"b\"", find(failing, now));
  }

  private static void assertDamaged(String words, Found found) {
    Found.Damaged damaged = assertInstanceOf(Found.Damaged.class, found);
    assertEquals("RESULT_DAMAGED", damaged.failure().code());
    assertTrue(damaged.failure().message().contains(words), damaged::toString);
  }

  private static void assertUnknown(String words, Found found) {
    Found.Unknown unknown = assertInstanceOf(Found.Unknown.class, found);
    assertTrue(unknown.reason().contains(words), unknown::toString);
  }
}
