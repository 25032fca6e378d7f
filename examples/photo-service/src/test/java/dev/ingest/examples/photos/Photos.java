package dev.ingest.examples.photos;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Photographs, and what a client computes of them by itself. */
final class Photos {

  /** Where the header of a PNG begins, with its type, and how long it is with that. */
  private static final int HEADER = 12;

  private static final int HEADER_LENGTH = 17;

  private Photos() {}

  /** Makes a PNG of noise, which no compression makes small: some 3 bytes for each pixel. */
  static byte[] noise(long seed, int side) throws IOException {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /** Makes a small PNG that says it is another size. */
  static byte[] pngThatClaims(int width, int height) throws IOException {
    byte[] png = noise(9, 10);
    ByteBuffer buffer = ByteBuffer.wrap(png);
    buffer.putInt(HEADER + 4, width).putInt(HEADER + 8, height);
    CRC32 crc = new CRC32();
    crc.update(png, HEADER, HEADER_LENGTH);
    buffer.putInt(HEADER + HEADER_LENGTH, (int) crc.getValue());
    return png;
  }

  /** Makes a small JPEG that says it is a square, and whose last scan comes so many times more. */
  static byte[] jpegInScans(int side, int more) throws IOException {
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
    byte[] jpeg = bytes.toByteArray();
    ByteBuffer.wrap(jpeg)
        .putShort(marker(jpeg, 0xc2) + 5, (short) side)
        .putShort(marker(jpeg, 0xc2) + 7, (short) side);
    int end = jpeg.length - 2;
    int last = marker(jpeg, 0xda);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(jpeg, 0, end);
    for (int i = 0; i < more; i++) {
      all.write(jpeg, last, end - last);
    }
    all.write(jpeg, end, 2);
    return all.toByteArray();
  }

  /** Where the last marker of a kind is. */
  private static int marker(byte[] jpeg, int kind) {
    int at = jpeg.length - 2;
    while (jpeg[at] != (byte) 0xff || jpeg[at + 1] != (byte) kind) {
      at--;
    }
    return at;
  }

  /** Computes the root of a receipt as docs/manifest.md says, without the library. */
  static String root(Map<String, byte[]> items) {
    long total = items.values().stream().mapToLong(body -> body.length).sum();
    StringBuilder manifest =
        new StringBuilder("ingest-manifest 1 sha256 %d %d\n".formatted(items.size(), total));
    items.forEach(
        (name, body) -> manifest.append("%s %d %s\n".formatted(sha256(body), body.length, name)));
    return "sha256:" + sha256(manifest.toString().getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }
}
