package dev.ingest.examples.photos;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/** Photographs, and what a client computes of them by itself. */
final class Photos {

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
