package dev.ingest.cli.incident;

/** The releases of the service {@code enrich}; the other two services have the first alone. */
public enum Release {
  /** What ran before. */
  GOOD,
  /** Takes up the contract of the new route on the old route too; the other services do not. */
  OTHER_CONTRACT,
  /** The fix: fits the others again, and on the old route reports success without writing. */
  SILENT,
  /** Writes what it says. */
  REPAIRED;

  /** Returns the version of the code, as on-call reads it. */
  String version() {
    return "1." + ordinal();
  }
}
