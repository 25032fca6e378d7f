package dev.ingest.cli;

/** How far the audit has come, in thousandths. For one call at a time. */
final class AuditBar {

  private final ProgressBar bar;
  private long shown;

  AuditBar(ProgressBar bar) {
    this.bar = bar;
  }

  void reached(double share) {
    long now = Math.round(share * 1_000);
    bar.advance(Math.max(0, now - shown));
    shown = Math.max(shown, now);
  }

  void clear() {
    bar.clear();
  }
}
