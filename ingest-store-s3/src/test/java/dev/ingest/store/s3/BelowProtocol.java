package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.testkit.s3.S3FaultServer;
import dev.ingest.testkit.s3.S3StoredUpload;
import dev.ingest.testkit.s3.S3StoredVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges by what a server really holds, whatever it says and whatever the adapter makes of it. */
record BelowProtocol(S3FaultServer server, S3Place place) {

  static BelowProtocol of(FaultyPlace place) {
    return new BelowProtocol(place.server(), place.options().place());
  }

  Optional<byte[]> bytes(ContentKey key) {
    return server.bytes(place.bucket(), place.root() + key.value());
  }

  /** Whatever is there is complete. */
  void requireAbsentOrComplete(Map<ContentKey, byte[]> possible) {
    for (String found : keys()) {
      if (!found.startsWith(place.root() + Probe.AREA)) {
        ContentKey key = new ContentKey(found.substring(place.root().length()));
        byte[] expected = possible.get(key);
        if (expected == null) {
          throw new AssertionError(key + " is stored, and was never put");
        }
        requireStored(key, expected);
      }
    }
  }

  /** All of it is there, each byte as it was put. */
  void requireStored(Map<ContentKey, byte[]> expected) {
    expected.forEach(this::requireStored);
  }

  void requireStored(ContentKey key, byte[] expected) {
    byte[] found =
        bytes(key).orElseThrow(() -> new AssertionError(key + " is lost: nothing is stored"));
    if (!Arrays.equals(expected, found)) {
      throw new AssertionError(
          key
              + " is damaged: stored "
              + found.length
              + " bytes, put "
              + expected.length
              + ", the first difference is at "
              + Arrays.mismatch(expected, found));
    }
  }

  void requireAbsent(ContentKey key) {
    if (bytes(key).isPresent()) {
      throw new AssertionError(key + " counts as deleted, and is stored");
    }
  }

  void requireNoUploads() {
    List<S3StoredUpload> uploads = server.uploads(place.bucket());
    if (!uploads.isEmpty()) {
      throw new AssertionError("uploads are left: " + uploads);
    }
  }

  /** No object, version, delete marker or upload is left. */
  void requireNothing() {
    requireNoUploads();
    List<S3StoredVersion> versions = server.versions(place.bucket());
    if (!versions.isEmpty()) {
      throw new AssertionError("objects or versions are left: " + versions);
    }
  }

  private List<String> keys() {
    return server.objects(place.bucket()).stream().map(S3StoredVersion::key).toList();
  }
}
