package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.DamagedContentException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Bytes that are skipped are checked like those that are read. */
final class CheckedStreamTest {

  private static final int LENGTH = 20_000;

  private final byte[] bytes = new byte[LENGTH];
  private final ManifestItem item =
      new ManifestItem(ItemName.of("a"), LENGTH, Digest.of(new byte[LENGTH]));

  private CheckedStream stream() {
    return new CheckedStream(new ByteArrayInputStream(bytes), item, "the store");
  }

  @Test
  void wholeItem_endsHoweverMuchIsSkipped() throws IOException {
    for (int skipped : new int[] {1, 8_192, 8_193, LENGTH}) {
      try (CheckedStream stream = stream()) {
        assertEquals(skipped, stream.skip(skipped));
        assertEquals(LENGTH - skipped, stream.readAllBytes().length);
      }
    }
  }

  @Test
  void damageInWhatIsSkipped_isFoundAtTheEnd() throws IOException {
    bytes[9_000] = 1;
    try (CheckedStream stream = stream()) {
      assertEquals(LENGTH, stream.skip(LENGTH));
      assertThrows(DamagedContentException.class, stream::read);
    }
  }
}
