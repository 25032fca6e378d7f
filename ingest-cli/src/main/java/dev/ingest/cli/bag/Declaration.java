package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code bagit.txt}: the two lines that make a folder a bag. */
final class Declaration {

  /** The file's name. */
  static final String FILE = "bagit.txt";

  private static final String VERSION = "BagIt-Version: ";
  private static final String ENCODING = "Tag-File-Character-Encoding: ";
  private static final String REMEDY = "have the bag made again by a tool that knows RFC 8493";

  private Declaration() {}

  /** Returns the text that declares a bag as they are written here. */
  static String text() {
    return VERSION + BagVersion.V1_0.text() + "\n" + ENCODING + "UTF-8\n";
  }

  static BagVersion read(TagLines lines) throws IOException, BagException {
    String version = value(lines, VERSION);
    BagVersion known =
        Arrays.stream(BagVersion.values())
            .filter(one -> one.text().equals(version))
            .findFirst()
            .orElseThrow(
                () ->
                    lines
                        .place()
                        .refused(
                            Problem.UNSUPPORTED_VERSION,
                            "0.97 or 1.0",
                            BagException.quoted(version),
                            REMEDY));
    String encoding = value(lines, ENCODING);
    if (!encoding.equalsIgnoreCase("UTF-8")) {
      throw lines
          .place()
          .refused(Problem.UNSUPPORTED_ENCODING, "UTF-8", BagException.quoted(encoding), REMEDY);
    }
    String more = lines.next();
    if (more != null) {
      throw lines
          .place()
          .refused(Problem.BAD_DECLARATION, "two lines", BagException.quoted(more), REMEDY);
    }
    return known;
  }

  private static String value(TagLines lines, String label) throws IOException, BagException {
    @Nullable String line = lines.next();
    if (line == null || !line.startsWith(label)) {
      throw lines
          .place()
          .refused(
              Problem.BAD_DECLARATION,
              BagException.quoted(label) + " and a value",
              line == null ? "the end of the file" : BagException.quoted(line),
              REMEDY);
    }
    return line.substring(label.length());
  }
}
