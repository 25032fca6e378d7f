package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.testkit.Bodies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartSizesTest {

  private static final PartSizes SIZES = new PartSizes(8 << 20);

  @Test
  void sizes_doubleAfterEachThousandParts() {
    assertEquals(8 << 20, SIZES.of(1));
    assertEquals(8 << 20, SIZES.of(1_000));
    assertEquals(16 << 20, SIZES.of(1_001));
    assertEquals(32 << 20, SIZES.of(2_001));
    assertEquals(S3Transfer.MAX_PART, SIZES.of(PartSizes.MAX_PARTS));
  }

  private static int size(long length) {
    PartSizes sizes = SIZES.forBody(OptionalLong.of(length));
    assertEquals(sizes.of(1), sizes.of(PartSizes.MAX_PARTS), "all are equal");
    return sizes.of(1);
  }

  @Test
  void knownLength_hasOneSizeForAllPartsAndAsLittleMoreAsItTakes() {
    assertEquals(8 << 20, size(0));
    assertEquals(8 << 20, size(30L << 30));
    assertEquals(8 << 20, size((8L << 20) * PartSizes.MAX_PARTS));
    assertEquals(9 << 20, size((8L << 20) * PartSizes.MAX_PARTS + 1));
    assertEquals(S3Transfer.MAX_PART, size((512L << 20) * PartSizes.MAX_PARTS));
    assertEquals(S3Transfer.MAX_PART, size(Long.MAX_VALUE));
    assertEquals(
        (512L << 20) * PartSizes.MAX_PARTS, SIZES.forBody(OptionalLong.of(9)).maxItemBytes());
    assertEquals(SIZES, SIZES.forBody(OptionalLong.empty()));
  }

  /** As servers want it that put parts together by their numbers alone. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void partsOfALargeItem_areEqualIfItsLengthIsKnown(boolean announced) {
    int size = 100;
    int length = 1_200 * size + 7;
    Parts parts =
        new Parts(
            "store",
            Bodies.key("a"),
            announced ? Bodies.body(new byte[length]) : Bodies.endless(length),
            new PartSizes(size),
            new Buffers(size, 10L * size));
    TreeSet<Integer> lengths = new TreeSet<>();
    Part part = parts.next();
    while (!parts.ended()) {
      lengths.add(part.length());
      part = parts.next();
    }
    assertEquals(announced ? Set.of(size) : Set.of(size, 2 * size), lengths);
    assertEquals(length, parts.length());
  }

  /** Notes how long the array is that a body was offered at its first read. */
  private static ContentBody noting(ContentBody body, AtomicInteger first) {
    return new ContentBody() {

      @Override
      public OptionalLong length() {
        return body.length();
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        first.compareAndSet(0, buffer.length);
        return body.read(buffer, offset, length);
      }

      @Override
      public Digest digest() {
        return body.digest();
      }
    };
  }

  /** Or whoever announces much and sends nothing would take the memory of all others. */
  @Test
  void announcedLength_takesNoMoreMemoryThanTheLeastPartBeforeItsBytesCome() {
    int least = 100;
    byte[] bytes = new byte[3 * (1 << 20) + 7];
    new SplittableRandom(1).nextBytes(bytes);
    AtomicInteger first = new AtomicInteger();
    Parts parts =
        new Parts(
            "store",
            Bodies.key("a"),
            noting(Bodies.body(bytes), first),
            new PartSizes(least),
            new Buffers(least, 10L << 20));
    List<Integer> lengths = new ArrayList<>();
    while (!parts.ended()) {
      lengths.add(parts.next().length());
    }
    assertEquals(least, first.get());
    assertEquals(List.of(1 << 20, 1 << 20, 1 << 20, 7), lengths, "equal parts all the same");
    CRC32C whole = new CRC32C();
    whole.update(bytes);
    assertEquals((int) whole.getValue(), parts.checksum());
  }

  @Test
  void largestItem_isTheSumOfAllParts() {
    for (int first : new int[] {S3Transfer.MIN_PART, 8 << 20, S3Transfer.MAX_PART}) {
      PartSizes sizes = new PartSizes(first);
      long sum = 0;
      for (int number = 1; number <= PartSizes.MAX_PARTS; number++) {
        sum += sizes.of(number);
      }
      assertEquals(sum, sizes.maxItemBytes());
      assertTrue(sum > 1L << 40, () -> first + " allows less than 1 TiB");
    }
  }
}
