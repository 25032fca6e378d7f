package dev.ingest.cli.photo;

/**
 * Counts the scans of a JPEG as its bytes go by, from the first to the end marker.
 *
 * <p>A scan can have eleven bytes and be about every pixel, so that of a file of 100 KB a decoder
 * makes 10,000 passes over 120 megapixels, for an hour and in one call that nobody can end.
 */
final class ScanCount {

  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;

  /** What the next byte is. */
  private enum Next {
    /** One of a scan, or of what lies between segments. */
    DATA,
    /** A marker's second byte. */
    MARKER,
    /** The upper half of a segment's length. */
    LENGTH,
    /** The lower half. */
    LENGTH_END,
    /** What nobody looks at any more. */
    REST
  }

  private Next next = Next.DATA;
  private int length;
  private int toSkip;
  private int scans;

  /** Returns how many have begun. */
  int scans() {
    return scans;
  }

  /** Takes the next bytes. */
  void take(byte[] bytes, int count) {
    for (int i = 0; i < count && next != Next.REST; i++) {
      if (toSkip > 0) {
        int skipped = Math.min(toSkip, count - i);
        toSkip -= skipped;
        i += skipped - 1;
      } else {
        take(bytes[i] & 0xff);
      }
    }
  }

  private void take(int value) {
    switch (next) {
      case DATA -> next = value == 0xff ? Next.MARKER : Next.DATA;
      case MARKER -> marker(value);
      case LENGTH -> {
        length = value << 8;
        next = Next.LENGTH_END;
      }
      case LENGTH_END -> {
        toSkip = Math.max(0, (length | value) - 2);
        next = Next.DATA;
      }
      case REST -> {}
    }
  }

  private void marker(int marker) {
    if (marker == START_OF_SCAN) {
      scans++;
    }
    if (marker == END_OF_IMAGE && scans > 0) {
      next = Next.REST;
    } else if (isAlone(marker)) {
      next = Next.DATA;
    } else if (marker != 0xff) {
      next = Next.LENGTH;
    }
  }

  /**
   * Markers below those of frames have no length for a decoder, which looks on right behind them.
   */
  private static boolean isAlone(int marker) {
    return marker < 0xc0 || (marker >= 0xd0 && marker <= END_OF_IMAGE);
  }
}
