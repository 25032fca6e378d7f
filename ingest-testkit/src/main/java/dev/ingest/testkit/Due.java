package dev.ingest.testkit;

import dev.ingest.spi.SequenceKey;
import java.time.Instant;

/** A place in an index on time; equal times stand in key order. */
record Due(Instant at, SequenceKey key) implements Comparable<Due> {
  @Override
  public int compareTo(Due other) {
    int byTime = at.compareTo(other.at);
    return byTime != 0 ? byTime : key.compareTo(other.key);
  }
}
