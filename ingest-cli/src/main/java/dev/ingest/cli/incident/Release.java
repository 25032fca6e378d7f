package dev.ingest.cli.incident;

/** The releases of the service {@code enrich}; the other two services have the first alone. */
public enum Release {
  /** What ran before. */
  GOOD("1.0"),
  /** Takes up the contract of the new route on the old route too; the other services do not. */
  OTHER_CONTRACT("1.1"),
  /** The fix: fits the others again, and on the old route reports success without writing. */
  SILENT("1.2"),
  /** Writes what it says. */
  REPAIRED("1.3");

  private final String version;

  Release(String version) {
    this.version = version;
  }

  /** Returns the version of the code, as on-call reads it. */
  String version() {
    return version;
  }
}
