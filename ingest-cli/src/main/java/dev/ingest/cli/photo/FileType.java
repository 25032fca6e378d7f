package dev.ingest.cli.photo;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The media type that the first bytes of a file tell; its name is never asked. */
final class FileType {

  /** How many leading bytes are looked at. */
  static final int PROBED_BYTES = 16;

  static final String JPEG = "image/jpeg";
  private static final String UNKNOWN = "application/octet-stream";

  private static final List<Magic> KNOWN =
      List.of(
          new Magic(0, "\u00ff\u00d8\u00ff", JPEG),
          new Magic(0, "\u0089PNG\r\n\u001a\n", "image/png"),
          new Magic(0, "GIF8", "image/gif"),
          new Magic(0, "II*\0", "image/tiff"),
          new Magic(0, "MM\0*", "image/tiff"),
          new Magic(8, "WEBP", "image/webp"),
          new Magic(4, "ftyphei", "image/heif"),
          new Magic(4, "ftypmif1", "image/heif"),
          new Magic(4, "ftypavif", "image/avif"),
          new Magic(4, "ftyp", "video/mp4"),
          new Magic(0, "%PDF-", "application/pdf"),
          new Magic(0, "PK\u0003\u0004", "application/zip"));

  private FileType() {}

  /**
   * Names the type.
   *
   * @param start the first {@link #PROBED_BYTES} bytes, or all if there are fewer
   */
  static String of(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    for (Magic magic : KNOWN) {
      if (text.startsWith(magic.bytes, magic.offset)) {
        return magic.type;
      }
    }
    return UNKNOWN;
  }

  private record Magic(int offset, String bytes, String type) {}
}
