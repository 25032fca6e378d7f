package dev.ingest.cli.bag;

import java.security.MessageDigest;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Digests of the same bytes by several algorithms, computed in one pass. For one thread. */
final class Hashing {

  private final Map<Algorithm, MessageDigest> running = new EnumMap<>(Algorithm.class);
  private long bytes;

  Hashing(Collection<Algorithm> algorithms) {
    for (Algorithm algorithm : algorithms) {
      running.put(algorithm, algorithm.begin());
    }
  }

  void update(byte[] buffer, int offset, int length) {
    for (MessageDigest one : running.values()) {
      one.update(buffer, offset, length);
    }
    bytes += length;
  }

  /** Returns how many bytes there were. */
  long bytes() {
    return bytes;
  }

  /** Ends the computation. */
  Map<Algorithm, byte[]> finish() {
    Map<Algorithm, byte[]> digests = new EnumMap<>(Algorithm.class);
    running.forEach((algorithm, digest) -> digests.put(algorithm, digest.digest()));
    return digests;
  }
}
