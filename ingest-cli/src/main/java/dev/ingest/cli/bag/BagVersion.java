package dev.ingest.cli.bag;

/** The versions of the format that are read. */
enum BagVersion {
  /** The last draft, which most tools wrote for years. */
  V0_97("0.97"),
  /** RFC 8493. */
  V1_0("1.0");

  private final String text;

  BagVersion(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
