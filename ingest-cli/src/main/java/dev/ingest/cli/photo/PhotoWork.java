package dev.ingest.cli.photo;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.InvalidValueException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * What the pipeline does with one item.
 *
 * <p>What is no photograph by its first bytes is described by type and size and never decoded. A
 * photograph that a decoder can be asked for gets its thumbnail, or fails the sequence by name: it
 * was promised as a photograph, and leaving its thumbnail out would be silent. Between the two lie
 * whole photographs that are not decoded, because they are larger than this work is bounded to or
 * coded in a way that the decoder does not know; their description says why.
 */
final class PhotoWork {

  /** Photographs of more bytes are described but not decoded. */
  static final long MAX_BYTES = 64L << 20;

  /**
   * Photographs of more pixels are described but not decoded: for images in several scans the
   * decoder holds up to 6 bytes per pixel outside the heap.
   */
  static final long MAX_PIXELS = 120_000_000;

  private PhotoWork() {}

  static void describe(StageItem item, StageContext context) throws IOException {
    ResultNames.check(context.sequence(), item);
    try {
      Description description = examine(item);
      context.emit(
          ResultNames.description(item.name()), new ByteArrayInputStream(description.toJson()));
      Optional<byte[]> thumbnail = description.thumbnail();
      if (thumbnail.isPresent()) {
        context.emit(ResultNames.thumbnail(item.name()), new ByteArrayInputStream(thumbnail.get()));
      }
    } catch (CorruptPhotoException e) {
      throw new PermanentStageException(
          "%s: item \"%s\" begins as a JPEG, but %s; replace or remove the file, submit it under another id, and discard this one"
              .formatted(
                  context.sequence(),
                  InvalidValueException.escape(item.name().value()),
                  e.getMessage()),
          e);
    }
  }

  private static Description examine(StageItem item) throws IOException, CorruptPhotoException {
    JpegHeader header;
    try (InputStream in = new BufferedInputStream(item.open())) {
      in.mark(FileType.PROBED_BYTES);
      String type = FileType.of(in.readNBytes(FileType.PROBED_BYTES));
      if (!type.equals(FileType.JPEG)) {
        return Description.other(item, type);
      }
      in.reset();
      header = JpegHeader.read(in);
    }
    Capture capture = header.exif().map(Capture::read).orElse(Capture.NOTHING);
    JpegHeader.Frame frame = header.frame();
    Optional<String> reason = notDecoded(item, frame);
    if (reason.isPresent()) {
      return Description.undecoded(item, frame, capture, reason.get());
    }
    try {
      return Description.photograph(
          item, frame, capture, Thumbnail.of(item, frame, capture.orientation()));
    } catch (TooManyScansException e) {
      return Description.undecoded(item, frame, capture, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> notDecoded(StageItem item, JpegHeader.Frame frame) {
    if (item.length() > MAX_BYTES) {
      return Optional.of("larger than " + MAX_BYTES + " bytes");
    }
    if ((long) frame.width() * frame.height() > MAX_PIXELS) {
      return Optional.of("more than " + MAX_PIXELS + " pixels");
    }
    return frame.undecodable();
  }
}
