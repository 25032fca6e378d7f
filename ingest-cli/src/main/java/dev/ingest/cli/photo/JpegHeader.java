package dev.ingest.cli.photo;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a JPEG says of itself before its first scan. Reads marker by marker and keeps the frame and
 * one EXIF block of at most 64 KiB, however large the header is.
 *
 * @param frame the frame's measures
 * @param exif the TIFF structure of the first EXIF block
 */
record JpegHeader(Frame frame, Optional<byte[]> exif) {

  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP1 = 0xe1;
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  /**
   * A frame header.
   *
   * @param process the low four bits of its marker: 0 to 2 for the usual coding processes
   * @param precision bits per sample
   * @param width pixels per line
   * @param height lines; 0 if told only after the scan
   * @param components colour components
   */
  record Frame(int process, int precision, int width, int height, int components) {

    /** Tells why a thumbnail cannot be made although nothing is wrong with the photograph. */
    Optional<String> undecodable() {
      if (process > 2 || precision != 8) {
        return Optional.of(
            "coding process SOF%d with %d bits per sample".formatted(process, precision));
      }
      if (components != 1 && components != 3) {
        return Optional.of(components + " colour components");
      }
      return height == 0 ? Optional.of("the height is not in the header") : Optional.empty();
    }
  }

  /**
   * Reads up to the first scan.
   *
   * @param in the bytes from the start; left behind the first start-of-scan marker
   */
  static JpegHeader read(InputStream in) throws IOException, CorruptPhotoException {
    try {
      if (in.read() != 0xff || in.read() != SOI) {
        throw new CorruptPhotoException("the start marker is missing");
      }
      Frame frame = null;
      byte[] exif = null;
      for (int marker = nextMarker(in); marker != SOS; marker = nextMarker(in)) {
        if (marker == EOI) {
          throw new CorruptPhotoException("it ends before any image data");
        }
        if (isAlone(marker)) {
          continue;
        }
        int length = twoBytes(in) - 2;
        if (length < 0) {
          throw new CorruptPhotoException(
              "the segment of marker %02x has no length".formatted(marker));
        }
        if (isFrame(marker)) {
          frame = frame(marker, segment(in, length));
        } else if (marker == APP1 && exif == null) {
          exif = exif(segment(in, length));
        } else {
          in.skipNBytes(length);
        }
      }
      if (frame == null) {
        throw new CorruptPhotoException("no frame header comes before the image data");
      }
      return new JpegHeader(frame, Optional.ofNullable(exif));
    } catch (EOFException e) {
      throw new CorruptPhotoException("it is truncated before any image data", e);
    }
  }

  private static int nextMarker(InputStream in) throws IOException {
    int marker;
    int before = 0;
    // Cameras pad between segments; like decoders, skip to what follows the next run of ff.
    while ((marker = oneByte(in)) == 0xff || before != 0xff) {
      before = marker;
    }
    return marker;
  }

  private static boolean isAlone(int marker) {
    return marker <= 0x01 || (marker >= 0xd0 && marker <= SOI);
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static Frame frame(int marker, byte[] segment) throws CorruptPhotoException {
    if (segment.length < 6) {
      throw new CorruptPhotoException("its frame header is too short");
    }
    ByteBuffer fields = ByteBuffer.wrap(segment);
    int precision = fields.get() & 0xff;
    int height = fields.getShort() & 0xffff;
    int width = fields.getShort() & 0xffff;
    if (width == 0) {
      throw new CorruptPhotoException("its width is 0");
    }
    return new Frame(marker & 0x0f, precision, width, height, fields.get() & 0xff);
  }

  private static byte @Nullable [] exif(byte[] segment) {
    return segment.length > EXIF.length
            && Arrays.equals(segment, 0, EXIF.length, EXIF, 0, EXIF.length)
        ? Arrays.copyOfRange(segment, EXIF.length, segment.length)
        : null;
  }

  private static byte[] segment(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static int twoBytes(InputStream in) throws IOException {
    return oneByte(in) << 8 | oneByte(in);
  }

  private static int oneByte(InputStream in) throws IOException {
    int value = in.read();
    if (value < 0) {
      throw new EOFException();
    }
    return value;
  }
}
