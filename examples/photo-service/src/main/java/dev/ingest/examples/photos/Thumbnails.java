package dev.ingest.examples.photos;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Makes a small JPEG of each photograph. Of a large one only every n-th pixel is decoded, and what
 * a stranger sends cannot take more than a bound: what claims to be larger is refused before any of
 * it is decoded.
 *
 * <p>A file of 2 KB can claim anything, so each kind needs bounds of its own. A <b>TIFF</b> can be
 * one strip, which its reader holds as a whole, with up to 1,024 samples for each pixel, and is not
 * taken. A <b>PNG</b> is read by lines, hence the longest side. Of a <b>JPEG</b> in several scans
 * the reader holds up to 6 bytes a pixel outside the heap, 720 MB at most, and passes over all of
 * it for each scan, which can have eleven bytes. A service that is short of memory takes less.
 */
final class Thumbnails implements Stage.ItemWork {

  private static final int LONGEST_SIDE = 256;
  private static final long MAX_PIXELS = 120_000_000;

  /** As much as a JPEG can have. */
  private static final int MAX_SIDE = 65_535;

  private static final int MAX_SCANS = 100;

  /** Kinds of which it is known what their readers take. */
  private static final Set<String> KINDS = Set.of("jpeg", "png", "gif");

  /** As much as the service takes, since a photograph is held in memory. */
  private static final long MAX_BYTES = 64L << 20;

  /** What the name of a thumbnail has beside that of its photograph; in ASCII. */
  private static final String SUFFIX = ".thumb.jpg";

  private static final int MAX_NAME_BYTES = ItemName.MAX_BYTES - SUFFIX.length();

  /**
   * Names a photograph whose thumbnail can have a name, too.
   *
   * @throws InvalidValueException if it is no item name, or has more than 1,014 bytes of UTF-8
   */
  static ItemName photo(String name) {
    ItemName photo = ItemName.of(name);
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw new InvalidValueException(
          InvalidValueException.Kind.ITEM_NAME,
          name,
          String.format(
              Locale.ROOT,
              "the name of a photograph has at most %,d bytes of UTF-8, and %s comes behind it",
              MAX_NAME_BYTES,
              SUFFIX));
    }
    return photo;
  }

  /** Names the thumbnail of a photograph. */
  static ItemName nameFor(ItemName photo) {
    return ItemName.of(photo + SUFFIX);
  }

  @Override
  public void apply(StageItem item, StageContext context) throws IOException {
    ByteArrayOutputStream thumbnail = new ByteArrayOutputStream();
    ImageIO.write(scaled(decoded(item)), "jpeg", thumbnail);
    context.emit(nameFor(item.name()), new ByteArrayInputStream(thumbnail.toByteArray()));
  }

  private static BufferedImage decoded(StageItem item) throws IOException {
    if (item.length() > MAX_BYTES) {
      throw new PermanentStageException(item.name() + " has more than " + MAX_BYTES + " bytes");
    }
    // Read before anything is decoded: what fails here passes, and what fails below does not.
    byte[] photo;
    try (InputStream body = item.open()) {
      photo = body.readAllBytes();
    }
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(photo))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new PermanentStageException(item.name() + " is no picture of a known kind");
      }
      ImageReader reader = readers.next();
      try {
        requireKnown(item, reader, photo);
        reader.setInput(input, true, true);
        return reader.read(0, subsampled(item, reader));
      } catch (IIOException | IndexOutOfBoundsException | IllegalArgumentException e) {
        throw new PermanentStageException(item.name() + " cannot be decoded: " + e, e);
      } finally {
        reader.dispose();
      }
    }
  }

  private static void requireKnown(StageItem item, ImageReader reader, byte[] photo)
      throws IOException {
    String kind = reader.getFormatName().toLowerCase(Locale.ROOT);
    if (!KINDS.contains(kind)) {
      throw new PermanentStageException(
          "%s is no picture of a known kind, but %s".formatted(item.name(), kind));
    }
    if (kind.equals("jpeg") && JpegScans.count(photo, MAX_SCANS + 1) > MAX_SCANS) {
      throw new PermanentStageException(
          "%s has more than %d scans".formatted(item.name(), MAX_SCANS));
    }
  }

  private static ImageReadParam subsampled(StageItem item, ImageReader reader) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if (Math.max(width, height) > MAX_SIDE || (long) width * height > MAX_PIXELS) {
      throw new PermanentStageException(
          "%s has %d x %d pixels, more than %d, or than %d along a side"
              .formatted(item.name(), width, height, MAX_PIXELS, MAX_SIDE));
    }
    int step = Math.max(1, Math.max(width, height) / (2 * LONGEST_SIDE));
    ImageReadParam param = reader.getDefaultReadParam();
    param.setSourceSubsampling(Math.min(step, width), Math.min(step, height), 0, 0);
    return param;
  }

  private static BufferedImage scaled(BufferedImage image) {
    double factor =
        Math.min(1, (double) LONGEST_SIDE / Math.max(image.getWidth(), image.getHeight()));
    int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
    int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
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
}
