package dev.ingest.benchmarks.gate;

import dev.ingest.benchmarks.AllocationCounts;
import dev.ingest.benchmarks.DiskCounts;
import dev.ingest.benchmarks.content.RequestCounts;
import dev.ingest.benchmarks.ledger.LedgerCounts;
import java.util.Arrays;
import java.util.List;

/** A part of the hot path that is counted by itself. */
enum Counter {

  /** Round trips of the ledger on PostgreSQL. */
  LEDGER("postgresql", 0),

  /** Requests of content on S3. */
  REQUESTS("s3", 0),

  /** Syncs of files and directories of the embedded default, of which threads may share some. */
  DISK("disk", 5),

  /** Bytes that a decision allocates, by JMH. */
  ALLOCATION("allocation", 0);

  private final String prefix;

  private final int slack;

  Counter(String prefix, int slack) {
    this.prefix = prefix;
    this.slack = slack;
  }

  /** What the names of its counts begin with, before the first dot. */
  String prefix() {
    return prefix;
  }

  List<Count> measure() throws Exception {
    return switch (this) {
      case LEDGER -> LedgerCounts.measure();
      case REQUESTS -> RequestCounts.measure();
      case DISK -> DiskCounts.measure();
      case ALLOCATION -> AllocationCounts.measure();
    };
  }

  /**
   * By how much a count may differ from what is written down, since it varies by itself: less than
   * once for each time that the counted is done.
   */
  int slack() {
    return slack;
  }

  static Counter of(String name) {
    return Arrays.stream(values())
        .filter(counter -> counter.owns(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("nobody counts " + name));
  }

  boolean owns(String name) {
    return name.startsWith(prefix + ".");
  }
}
