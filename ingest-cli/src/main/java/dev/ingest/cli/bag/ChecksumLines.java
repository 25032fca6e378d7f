package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines of a manifest, payload or tag: a checksum, white space and a path. */
final class ChecksumLines {

  private static final Pattern LINE = Pattern.compile("(\\S++)[ \\t]++(.+)");
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]+");
  private static final String REMEDY =
      "have the manifests written again by the tool that made the bag";

  private ChecksumLines() {}

  /** Takes what a line says. */
  @FunctionalInterface
  interface Each {
    void take(String path, byte[] checksum, Place place) throws BagException;
  }

  static void read(TagLines lines, Algorithm algorithm, BagVersion version, Each each)
      throws IOException, BagException {
    for (String line = lines.next(); line != null; line = lines.next()) {
      Place place = lines.place();
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        throw place.refused(
            Problem.BAD_LINE,
            "a checksum, white space and a path",
            BagException.quoted(line),
            REMEDY);
      }
      String checksum = parts.group(1);
      if (checksum.length() != 2 * algorithm.bytes() || !HEX.matcher(checksum).matches()) {
        throw place.refused(
            Problem.BAD_CHECKSUM,
            "%d hexadecimal digits for %s".formatted(2 * algorithm.bytes(), algorithm.bagName()),
            BagException.quoted(checksum),
            REMEDY);
      }
      each.take(
          BagPath.decode(parts.group(2), version, place), HexFormat.of().parseHex(checksum), place);
    }
  }

  /** Returns a line as it is written here, and as {@code sha256sum -c} reads it. */
  static String line(byte[] checksum, String path) {
    return HexFormat.of().formatHex(checksum) + "  " + path + "\n";
  }
}
