package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The checksum of all bytes of an object as they arrive, compared with the one that the server
 * keeps: its SHA-256 if it has one, or else its CRC32C. Not for several threads.
 */
final class Arrival {

  private final Stored stored;
  private final @Nullable MessageDigest digest;
  private final CRC32C running = new CRC32C();
  private @Nullable String difference;
  private boolean ended;

  Arrival(Stored stored) {
    this.stored = stored;
    this.digest = stored.digest().isPresent() ? Digest.newMessageDigest() : null;
  }

  void add(byte[] bytes, int offset, int count) {
    if (digest != null) {
      digest.update(bytes, offset, count);
    } else {
      running.update(bytes, offset, count);
    }
  }

  /** What differs, after the last byte; empty also if the server told nothing. */
  Optional<String> difference() {
    if (!ended) {
      ended = true;
      difference = found();
    }
    return Optional.ofNullable(difference);
  }

  private @Nullable String found() {
    if (digest != null) {
      return told(
          "SHA-256", Stored.base64(Digest.finish(digest)), stored.digest().map(Stored::base64));
    }
    return told("CRC32C", Stored.base64((int) running.getValue()), stored.checksum());
  }

  private static @Nullable String told(String name, String found, Optional<String> kept) {
    return kept.filter(expected -> !expected.equals(found))
        .map(expected -> "the " + name + " " + found + ", and the server keeps " + expected)
        .orElse(null);
  }
}
