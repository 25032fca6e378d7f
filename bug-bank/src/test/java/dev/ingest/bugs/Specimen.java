package dev.ingest.bugs;

/** What the bank's own tests plant bugs in. */
final class Specimen {

  private Specimen() {}

  static int answer() {
    return 6 * 7;
  }
}
