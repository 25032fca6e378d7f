package dev.ingest.store.s3;

import java.util.Optional;

/**
 * Something that keeps a server or a bucket from being used.
 *
 * @param risk by which it can be accepted; empty if it cannot
 * @param found what was found
 */
record Finding(Optional<S3Risk> risk, String found) {

  static Finding never(String found) {
    return new Finding(Optional.empty(), found);
  }

  static Finding of(S3Risk risk, String found) {
    return new Finding(Optional.of(risk), found);
  }

  String told() {
    return found + risk.map(named -> " [" + named + ": " + named.meaning() + "]").orElse("");
  }
}
