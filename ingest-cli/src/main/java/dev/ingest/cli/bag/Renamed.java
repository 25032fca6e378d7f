package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The tag file that says which items lie in the bag under a number because their names cannot be
 * those of files: a line {@code PATH NAME} for each.
 */
final class Renamed {

  /** The file's path. */
  static final String FILE = "ingest/renamed.txt";

  private static final Pattern PATH = Pattern.compile("data/(raw|result)-by-number/\\d{7}");

  private final Map<String, String> names = new HashMap<>();

  static Renamed none() {
    return new Renamed();
  }

  static Renamed read(TagLines lines) throws IOException, BagException {
    Renamed renamed = new Renamed();
    for (String line = lines.next(); line != null; line = lines.next()) {
      int space = line.indexOf(' ');
      String path = line.substring(0, Math.max(0, space));
      if (!PATH.matcher(path).matches()) {
        throw lines
            .place()
            .refused(
                Problem.BAD_LINE,
                "the path of a numbered item, a space and the item's name",
                BagException.quoted(line),
                "export the sequence again");
      }
      if (renamed.names.put(path, line.substring(space + 1)) != null) {
        throw lines
            .place()
            .refused(
                Problem.DUPLICATE_ENTRY,
                "each path once",
                BagException.quoted(path) + " again",
                "export the sequence again");
      }
    }
    return renamed;
  }

  /** Takes the name of what lies at a path out, if there is one. */
  Optional<String> take(String path) {
    return Optional.ofNullable(names.remove(path));
  }

  /** Returns one that nobody took. */
  Optional<String> left() {
    return names.keySet().stream().findFirst();
  }

  static String line(String path, String name) {
    return path + " " + name + "\n";
  }
}
