package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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
