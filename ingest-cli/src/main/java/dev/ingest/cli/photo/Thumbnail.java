package dev.ingest.cli.photo;

import dev.ingest.core.StageItem;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A small, upright picture of a photograph.
 *
 * <p>The photograph is decoded line by line, and of its pixels only every n-th is kept so that at
 * most twice {@link #DECODED} remain on a side: some 3 MB whatever the camera. From there the
 * picture is halved by averaging, which hides that pixels were skipped.
 */
final class Thumbnail {

  /** The longest side of a thumbnail, in pixels. Smaller photographs are not enlarged. */
  static final int LONGEST_SIDE = 256;

  private static final int DECODED = 512;

  private Thumbnail() {}

  /**
   * Decodes a photograph and makes its thumbnail.
   *
   * @param item a JPEG that its header says can be decoded
   * @param frame its frame
   * @param orientation the EXIF orientation
   * @return the thumbnail as a JPEG
   * @throws CorruptPhotoException if the bytes are no whole photograph
   * @throws TooManyScansException if it has more scans than are decoded
   * @throws IOException if the bytes cannot be read, which another attempt may mend
   */
  static byte[] of(StageItem item, JpegHeader.Frame frame, int orientation)
      throws IOException, CorruptPhotoException {
    try (ItemImageInput input = new ItemImageInput(item)) {
      BufferedImage decoded = decode(input, frame);
      input.drain();
      return encode(turned(shrunk(decoded), orientation));
    }
  }

  private static BufferedImage decode(ItemImageInput input, JpegHeader.Frame frame)
      throws IOException, CorruptPhotoException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    List<String> damage = new ArrayList<>(1);
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (damage.isEmpty() && isDamage(warning)) {
            damage.add(warning);
          }
        });
    try {
      reader.setInput(input, true, true);
      BufferedImage image = reader.read(0, subsampled(reader, frame));
      if (input.ranOut()) {
        throw new CorruptPhotoException("it is truncated within its image data");
      }
      if (!damage.isEmpty()) {
        throw new CorruptPhotoException("its image data is damaged: " + damage.get(0));
      }
      return image;
    } catch (IOException | RuntimeException e) {
      rethrow(input.failure());
      throw new CorruptPhotoException(
          input.ranOut() ? "it is truncated within its image data" : "it cannot be decoded: " + e,
          e);
    } finally {
      reader.dispose();
    }
  }

  /** Many cameras leave a few bytes between a scan and the marker after it; that loses no pixel. */
  private static boolean isDamage(String warning) {
    return warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous bytes");
  }

  private static void rethrow(@Nullable Exception underneath) throws IOException {
    if (underneath instanceof IOException e) {
      throw e;
    }
    if (underneath instanceof RuntimeException e) {
      throw e;
    }
  }

  private static ImageReadParam subsampled(ImageReader reader, JpegHeader.Frame frame) {
    int step = Math.max(1, Math.max(frame.width(), frame.height()) / DECODED);
    ImageReadParam param = reader.getDefaultReadParam();
    // A photograph that is less than a step wide still gives one pixel.
    param.setSourceRegion(new Rectangle(0, 0, frame.width(), frame.height()));
    param.setSourceSubsampling(Math.min(step, frame.width()), Math.min(step, frame.height()), 0, 0);
    return param;
  }

  private static BufferedImage shrunk(BufferedImage image) {
    double scale =
        Math.min(1.0, (double) LONGEST_SIDE / Math.max(image.getWidth(), image.getHeight()));
    int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
    BufferedImage current = image;
    while (current.getWidth() >= 2 * width && current.getHeight() >= 2 * height) {
      current = scaled(current, current.getWidth() / 2, current.getHeight() / 2);
    }
    return scaled(current, width, height);
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage target = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = target.createGraphics();
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(image, 0, 0, width, height, null);
    } finally {
      graphics.dispose();
    }
    return target;
  }

  /** Turns an image as its EXIF orientation says, so that its first line is the top. */
  static BufferedImage turned(BufferedImage image, int orientation) {
    if (orientation == 1) {
      return image;
    }
    int w = image.getWidth();
    int h = image.getHeight();
    boolean swapped = orientation >= 5;
    BufferedImage upright =
        new BufferedImage(swapped ? h : w, swapped ? w : h, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < upright.getHeight(); y++) {
      for (int x = 0; x < upright.getWidth(); x++) {
        upright.setRGB(x, y, stored(image, orientation, x, y));
      }
    }
    return upright;
  }

  private static int stored(BufferedImage image, int orientation, int x, int y) {
    int right = image.getWidth() - 1;
    int bottom = image.getHeight() - 1;
    return switch (orientation) {
      case 2 -> image.getRGB(right - x, y);
      case 3 -> image.getRGB(right - x, bottom - y);
      case 4 -> image.getRGB(x, bottom - y);
      case 5 -> image.getRGB(y, x);
      case 6 -> image.getRGB(y, bottom - x);
      case 7 -> image.getRGB(right - y, bottom - x);
      case 8 -> image.getRGB(right - y, x);
      default -> image.getRGB(x, y);
    };
  }

  private static byte[] encode(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 15);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(new IIOImage(image, null, null));
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
