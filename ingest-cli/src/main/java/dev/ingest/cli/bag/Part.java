package dev.ingest.cli.bag;

import java.util.Locale;

/** What a bag of Ingest holds of a sequence, and where in the bag. */
public enum Part {
  /** What was uploaded. */
  RAW("raw"),
  /** What was published of it. */
  RESULT("result");

  private final String name;

  Part(String name) {
    this.name = name;
  }

  /** Returns the path of an item whose name can be a file's everywhere. */
  String named(String item) {
    return BagPath.PAYLOAD + name + "/" + item;
  }

  /**
   * Returns the path of an item whose name cannot.
   *
   * @param ordinal its place in the order of the items, from 0
   */
  String numbered(int ordinal) {
    return String.format(Locale.ROOT, "%s%s-by-number/%07d", BagPath.PAYLOAD, name, ordinal);
  }

  /** Returns the tag file that holds the canonical manifest. */
  String manifest() {
    return "ingest/" + name + "-manifest.txt";
  }

  /** Returns the label in {@code bag-info.txt} that says the manifest's digest. */
  String rootLabel() {
    return this == RAW ? BagInfo.ROOT : BagInfo.RESULT_ROOT;
  }
}
