package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is the store's fault passes, and is not held against the photograph. */
final class ThumbnailsTest {

  @Test
  void storeThatFailsInTheMiddle_isTriedAgain() throws IOException {
    byte[] photo = Photos.noise(5, 200);
    StageItem item = new Broken(photo);
    assertThatThrownBy(() -> new Thumbnails().apply(item, untouched()))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the store is gone");
  }

  @ParameterizedTest
  @CsvSource({"14000, 14000", "60000, 2000", "1, 1"})
  void tiff_isNotTakenWhateverItsSize(int width, int height) {
    assertRefused(tiff(width, height), "is no picture of a known kind, but tif");
  }

  @Test
  void pngOfOneLine_isRefusedBeforeTheLineIsHeld() throws IOException {
    assertRefused(Photos.pngThatClaims(100_000_000, 1), "100000000 x 1 pixels");
  }

  @Test
  void jpegOfManyScans_isRefusedBeforeAnyPass() throws IOException {
    assertRefused(Photos.jpegInScans(8_000, 100), "has more than 100 scans");
  }

  @Test
  void scansOfAnEncoder_areCountedUpToTheEndOfTheImage() throws IOException {
    byte[] jpeg = Photos.jpegInScans(64, 0);
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(jpeg);
    two.writeBytes(Photos.jpegInScans(64, 200));
    assertThat(JpegScans.count(jpeg, 1_000)).isBetween(2, 20);
    assertThat(JpegScans.count(two.toByteArray(), 1_000)).isEqualTo(JpegScans.count(jpeg, 1_000));
  }

  @Test
  void scansBehindTablesAlone_areCounted() throws IOException {
    ByteArrayOutputStream tables = new ByteArrayOutputStream();
    tables.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xd9});
    tables.writeBytes(Photos.jpegInScans(64, 200));
    assertThat(JpegScans.count(tables.toByteArray(), 1_000)).isGreaterThan(200);
  }

  @Test
  void scansBehindAMarkerThatHasALengthForNobody_areCounted() throws IOException {
    byte[] plain = Photos.jpegInScans(64, 200);
    int half = plain.length / 2;
    while (plain[half] != (byte) 0xff || plain[half + 1] != (byte) 0xda) {
      half++;
    }
    ByteArrayOutputStream hidden = new ByteArrayOutputStream();
    hidden.write(plain, 0, half);
    hidden.writeBytes(new byte[] {(byte) 0xff, 2, 0x7f, 0x7f});
    hidden.write(plain, half, plain.length - half);
    assertThat(JpegScans.count(hidden.toByteArray(), 1_000))
        .isEqualTo(JpegScans.count(plain, 1_000));
  }

  private static void assertRefused(byte[] photo, String why) {
    assertThatThrownBy(() -> new Thumbnails().apply(new Whole(photo), untouched()))
        .isInstanceOf(PermanentStageException.class)
        .hasMessageContaining(why);
  }

  /** One strip of four samples of 16 bits for each pixel, of which nothing is there. */
  private static byte[] tiff(int width, int height) {
    int[][] fields = {
      {256, width},
      {257, height},
      {258, 16},
      {259, 1},
      {262, 1},
      {273, 150},
      {277, 4},
      {278, height},
      {279, 50}
    };
    ByteBuffer bytes = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'I', 'I', 42, 0}).putInt(8).putShort((short) fields.length);
    for (int[] field : fields) {
      bytes.putShort((short) field[0]).putShort((short) 4).putInt(1).putInt(field[1]);
    }
    return bytes.array();
  }

  private static StageContext untouched() {
    Class<?>[] types = {StageContext.class};
    return (StageContext)
        Proxy.newProxyInstance(
            ThumbnailsTest.class.getClassLoader(),
            types,
            (proxy, method, arguments) -> {
              throw new AssertionError("nothing is to be done, but " + method);
            });
  }

  /** What is there. */
  private static class Whole implements StageItem {

    private final byte[] photo;

    Whole(byte[] photo) {
      this.photo = photo;
    }

    @Override
    public ItemName name() {
      return ItemName.of("a.png");
    }

    @Override
    public long length() {
      return photo.length;
    }

    @Override
    public Digest digest() {
      return Digest.ofHex(Photos.sha256(photo));
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(photo);
    }
  }

  /** Gives half of the bytes, and then what a store throws that does not answer. */
  private static final class Broken extends Whole {

    private final byte[] photo;

    Broken(byte[] photo) {
      super(photo);
      this.photo = photo;
    }

    @Override
    public InputStream open() {
      InputStream half = new ByteArrayInputStream(Arrays.copyOf(photo, photo.length / 2));
      return new SequenceInputStream(
          half,
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("the store is gone");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
              return read();
            }
          });
    }
  }
}
