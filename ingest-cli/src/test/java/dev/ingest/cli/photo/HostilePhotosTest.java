package dev.ingest.cli.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ingest.cli.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;

/** Small photographs that a stranger made to cost as much as they can. */
class HostilePhotosTest {

  private static final int BLOCK = 65_525;
  private static final int BEGIN = 8;
  private static final long MOST_HEAP = 32L << 20;

  private static final int RATIONAL = 5;
  private static final int LONG = 4;

  @Test
  void entriesThatEachNameTheWholeBlock_areNotKept() {
    byte[] bytes = new byte[BLOCK];
    ByteBuffer block = begun(bytes);
    int entries = (BLOCK - BEGIN - 6) / 12;
    block.putShort((short) entries);
    for (int i = 0; i < entries; i++) {
      entry(block, 0xa500 + i, RATIONAL, (BLOCK - BEGIN) / 8, BEGIN);
    }

    assertTakesLittle(bytes);
  }

  @Test
  void directoriesThatAreNamedAgainAndAgain_areEnteredAFewTimes() {
    byte[] bytes = new byte[BLOCK];
    ByteBuffer block = begun(bytes);
    int entries = 500;
    int names = 8_000;
    int at = BLOCK - 4 * names;
    block.putShort((short) entries);
    for (int i = 0; i < entries; i++) {
      entry(block, i % 2 == 0 ? 0x8769 : 0x014a, LONG, names, at);
    }
    for (int i = 0; i < names; i++) {
      block.putInt(at + 4 * i, BEGIN);
    }

    assertTakesLittle(bytes);
  }

  @Test
  void directoriesThatFollowEachOther_hideNothingOfThePhotograph() throws IOException {
    byte[] bytes = new byte[BLOCK];
    ByteBuffer block = begun(bytes);
    for (int at = BEGIN; at + 12 < BLOCK; at += 6) {
      block.putShort((short) 0).putInt(at + 6);
    }
    ByteArrayOutputStream photo = new ByteArrayOutputStream();
    byte[] plain = SamplePhotos.photo(0, 1);
    photo.write(plain, 0, 2);
    photo.writeBytes(new byte[] {(byte) 0xff, (byte) 0xe1});
    int length = 2 + 6 + BLOCK;
    photo.writeBytes(new byte[] {(byte) (length >> 8), (byte) length});
    photo.writeBytes("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    photo.writeBytes(bytes);
    photo.write(plain, 2, plain.length - 2);

    Map<String, byte[]> emitted = StageBench.run("x.jpg", photo.toByteArray());

    assertEquals(List.of("x.jpg.json", "x.jpg.thumb.jpg"), List.copyOf(emitted.keySet()));
  }

  @Test
  void scansWithoutEnd_areDescribedAndNotDecoded() throws IOException {
    Map<String, byte[]> emitted = StageBench.run("x.jpg", inScans(100));

    assertEquals(List.of("x.jpg.json"), List.copyOf(emitted.keySet()));
    Json json = Json.parse(new String(bytes(emitted, "x.jpg.json"), StandardCharsets.UTF_8));
    assertEquals("more than 100 scans", json.text("notDecoded"));
  }

  @Test
  void scansBehindAMarkerThatHasALengthForNobody_areCounted() throws IOException {
    byte[] photo = inScans(100);
    ByteArrayOutputStream hidden = new ByteArrayOutputStream();
    int half = photo.length / 2;
    while (photo[half] != (byte) 0xff || photo[half + 1] != (byte) 0xda) {
      half++;
    }
    hidden.write(photo, 0, half);
    hidden.writeBytes(new byte[] {(byte) 0xff, 2, 0x7f, 0x7f});
    hidden.write(photo, half, photo.length - half);
    ScanCount plain = counted(photo);
    assertEquals(plain.scans(), counted(hidden.toByteArray()).scans());
    assertTrue(plain.scans() > 100);
  }

  private static ScanCount counted(byte[] photo) {
    ScanCount scans = new ScanCount();
    scans.take(photo, photo.length);
    return scans;
  }

  @Test
  void scansAsEncodersMakeThem_areDecoded() throws IOException {
    Map<String, byte[]> emitted = StageBench.run("x.jpg", inScans(0));

    assertEquals(64, image(emitted).getWidth());
  }

  @Test
  void scansAfterTheImage_countForNothing() throws IOException {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(inScans(0));
    two.writeBytes(inScans(100));

    assertEquals(64, image(StageBench.run("x.jpg", two.toByteArray())).getWidth());
  }

  private static ByteBuffer begun(byte[] bytes) {
    return ByteBuffer.wrap(bytes).put(new byte[] {'M', 'M', 0, 42}).putInt(BEGIN);
  }

  private static void entry(ByteBuffer block, int tag, int type, int count, int value) {
    block.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
  }

  private static void assertTakesLittle(byte[] block) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Capture.read(block);
    long before = threads.getCurrentThreadAllocatedBytes();
    Capture.read(block);
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(taken < MOST_HEAP, () -> taken + " bytes of heap for a block of " + BLOCK);
  }

  /** A photograph whose last scan, of no change, comes so many times more. */
  private static byte[] inScans(int more) throws IOException {
    byte[] jpeg = progressive();
    int end = jpeg.length - 2;
    int last = end;
    while (jpeg[last] != (byte) 0xff || jpeg[last + 1] != (byte) 0xda) {
      last--;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(jpeg, 0, end);
    for (int i = 0; i < more; i++) {
      all.write(jpeg, last, end - last);
    }
    all.write(jpeg, end, 2);
    return all.toByteArray();
  }

  private static byte[] progressive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage image(Map<String, byte[]> emitted) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(bytes(emitted, "x.jpg.thumb.jpg")));
  }

  private static byte[] bytes(Map<String, byte[]> emitted, String name) {
    return Objects.requireNonNull(emitted.get(name));
  }
}
