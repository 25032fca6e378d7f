package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bag-info.txt} says. Of its labels, which anybody may choose, only those are kept that
 * something here depends on; each of them may stand once.
 */
final class BagInfo {

  /** The file's name. */
  static final String FILE = "bag-info.txt";

  static final String OXUM = "Payload-Oxum";
  static final String ROOT = "Ingest-Root";
  static final String RESULT_ROOT = "Ingest-Result-Root";

  private static final int MAX_LINES = 100_000;
  private static final int MAX_FOLDED = 100;
  private static final Set<String> KEPT = Set.of(folded(OXUM), folded(ROOT), folded(RESULT_ROOT));
  private static final String REMEDY = "have bag-info.txt written again";

  private record Value(String text, Place place) {}

  private final Map<String, Value> values = new HashMap<>();

  /** Without a {@code bag-info.txt}, which a bag need not have. */
  static BagInfo none() {
    return new BagInfo();
  }

  static BagInfo read(TagLines lines) throws IOException, BagException {
    BagInfo info = new BagInfo();
    @Nullable String label = null;
    int count = 0;
    for (String line = lines.next(); line != null; line = lines.next()) {
      count++;
      if (count > MAX_LINES) {
        throw lines
            .place()
            .refused(Problem.TOO_LARGE, MAX_LINES + " lines at most", "more", REMEDY);
      }
      boolean continues = line.startsWith(" ") || line.startsWith("\t");
      if (label == null || !continues) {
        label = info.add(line, lines.place());
      } else if (KEPT.contains(label)) {
        // What something here depends on is short; a second line of it would be left out.
        throw lines
            .place()
            .refused(Problem.BAD_LINE, label + " in one line", BagException.quoted(line), REMEDY);
      }
    }
    return info;
  }

  private String add(String line, Place place) throws BagException {
    int colon = line.indexOf(':');
    if (colon < 1 || line.isBlank()) {
      throw place.refused(
          Problem.BAD_LINE, "a label, a colon and a value", BagException.quoted(line), REMEDY);
    }
    String label = folded(line.substring(0, colon).strip());
    if (KEPT.contains(label)) {
      Value value = new Value(line.substring(colon + 1).strip(), place);
      @Nullable Value earlier = values.put(label, value);
      if (earlier != null) {
        throw place.refused(
            Problem.DUPLICATE_ENTRY,
            label + " once",
            "a second one, after line " + earlier.place().line(),
            REMEDY);
      }
    }
    return label;
  }

  /** Returns the value of a label that is kept. */
  Optional<String> value(String label) {
    return Optional.ofNullable(values.get(folded(label))).map(Value::text);
  }

  /** Returns where a label that is kept stands. */
  Place place(String label) {
    Value value = values.get(folded(label));
    return value == null ? Place.file(FILE) : value.place();
  }

  private static String folded(String label) {
    // A longer one is none that is kept, and takes time and memory by the square of its letters.
    return label.length() > MAX_FOLDED ? label : label.toLowerCase(Locale.ROOT);
  }
}
