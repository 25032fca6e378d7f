package dev.ingest.examples.photos;

/** How often a reader passes over a JPEG. */
final class JpegScans {

  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;

  private JpegScans() {}

  /**
   * Counts scans up to the end of the image.
   *
   * @param jpeg the bytes
   * @param most as far as is counted
   */
  static int count(byte[] jpeg, int most) {
    int scans = 0;
    int at = 0;
    while (scans < most && at + 1 < jpeg.length) {
      int marker = jpeg[at] == (byte) 0xff ? jpeg[at + 1] & 0xff : 0;
      if (marker == END_OF_IMAGE && scans > 0) {
        return scans;
      }
      scans += marker == START_OF_SCAN ? 1 : 0;
      at += isSegment(marker) ? 2 + length(jpeg, at + 2) : 1;
    }
    return scans;
  }

  /**
   * Markers below those of frames have no length for a decoder, which looks on right behind them.
   */
  private static boolean isSegment(int marker) {
    return marker >= 0xc0 && marker != 0xff && !(marker >= 0xd0 && marker <= END_OF_IMAGE);
  }

  private static int length(byte[] jpeg, int at) {
    return at + 1 < jpeg.length ? Math.max(2, ((jpeg[at] & 0xff) << 8) | (jpeg[at + 1] & 0xff)) : 2;
  }
}
