package dev.ingest.cli.photo;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Draws small photographs of a street, as a camera on a car would take them one after the other,
 * with the time, position and direction of each. The same bytes at every call on one Java release.
 */
public final class SamplePhotos {

  /** How many photographs there are. */
  public static final int COUNT = 4;

  private static final int WIDTH = 800;
  private static final int HEIGHT = 600;
  private static final int HORIZON = 330;

  private SamplePhotos() {}

  /**
   * Writes the photographs.
   *
   * @param directory an existing directory
   * @return the files, in the order in which they were taken
   * @throws IOException if a file exists or cannot be written
   */
  public static List<Path> writeTo(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      Path file = directory.resolve("street-%03d.jpg".formatted(i + 1));
      Files.write(file, photo(i, 1), StandardOpenOption.CREATE_NEW);
      files.add(file);
    }
    return files;
  }

  /**
   * Makes one photograph.
   *
   * @param number 0 to 59
   * @param orientation its EXIF orientation, 1 to 8; the pixels stay as they are
   * @return the JPEG
   * @throws IOException if the platform cannot encode a JPEG
   */
  static byte[] photo(int number, int orientation) throws IOException {
    byte[] exif =
        ExifBlock.segment(
            "2026:05:04 09:30:%02d".formatted(number),
            "+02:00",
            orientation,
            52.5200 + number * 0.0001,
            13.4050 + number * 0.0002,
            34.5,
            87.25);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream(1 << 16);
    if (!ImageIO.write(street(number), "jpeg", encoded)) {
      throw new IOException("this Java platform has no JPEG encoder");
    }
    byte[] plain = encoded.toByteArray();
    ByteArrayOutputStream photo = new ByteArrayOutputStream(plain.length + exif.length);
    photo.write(plain, 0, 2);
    photo.write(exif);
    photo.write(plain, 2, plain.length - 2);
    return photo.toByteArray();
  }

  private static BufferedImage street(int number) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setPaint(
          new GradientPaint(0, 0, new Color(0x5b8fc9), 0, HORIZON, new Color(0xd8e6f2)));
      graphics.fillRect(0, 0, WIDTH, HORIZON);
      graphics.setColor(new Color(0x7a7f78));
      graphics.fillRect(0, HORIZON, WIDTH, HEIGHT - HORIZON);
      houses(graphics, number);
      road(graphics, number);
    } finally {
      graphics.dispose();
    }
    return image;
  }

  private static void houses(Graphics2D graphics, int number) {
    // The car moves on, so the row of houses moves to the left from photograph to photograph.
    int left = -number * 70;
    for (int house = 0; left < WIDTH; house++) {
      int width = 90 + scatter(house, 1, 80);
      int top = HORIZON - 90 - scatter(house, 2, 220);
      graphics.setColor(new Color(Color.HSBtoRGB(scatter(house, 3, 100) / 800f, 0.35f, 0.7f)));
      graphics.fillRect(left, top, width, HORIZON + 40 - top);
      windows(graphics, house, left, top, width);
      left += width + 4;
    }
  }

  private static void windows(Graphics2D graphics, int house, int left, int top, int width) {
    for (int y = top + 14; y < HORIZON; y += 34) {
      for (int x = left + 10; x < left + width - 20; x += 26) {
        boolean lit = scatter(house * 31 + x - left, y - top, 5) == 0;
        graphics.setColor(lit ? new Color(0xf5e6a8) : new Color(0x36424d));
        graphics.fillRect(x, y, 14, 20);
      }
    }
  }

  private static void road(Graphics2D graphics, int number) {
    int middle = WIDTH / 2;
    graphics.setColor(new Color(0x4a4c50));
    graphics.fillPolygon(
        new Polygon(
            new int[] {middle - 40, middle + 40, WIDTH - 60, 60},
            new int[] {HORIZON + 20, HORIZON + 20, HEIGHT, HEIGHT},
            4));
    graphics.setColor(new Color(0xe8e4d8));
    for (int mark = 0; mark < 5; mark++) {
      int y = HORIZON + 40 + mark * mark * 18 + (number * 9) % 18;
      graphics.fillRect(middle - 2 - mark, y, 4 + 2 * mark, 10 + 6 * mark);
    }
  }

  /** Spreads small numbers over 0 to bound − 1, the same way everywhere. */
  private static int scatter(int a, int b, int bound) {
    int mixed = (a * 0x9e3779b1) ^ (b * 0x85ebca6b);
    mixed ^= mixed >>> 15;
    mixed *= 0x2c1b3c6d;
    return Math.floorMod(mixed ^ (mixed >>> 13), bound);
  }
}
