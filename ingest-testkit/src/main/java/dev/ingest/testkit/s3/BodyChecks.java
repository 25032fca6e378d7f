package dev.ingest.testkit.s3;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Compares the bytes that came with the checksums that came with them. */
final class BodyChecks {

  private BodyChecks() {}

  /** Returns the checksum that a request carries, in its headers or behind its body. */
  static Optional<ObjectChecksum> sent(Call call) {
    List<ObjectChecksum> sent = new ArrayList<>();
    for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
      call.header(algorithm.header())
          .ifPresent(value -> sent.add(ObjectChecksum.full(algorithm, value)));
    }
    if (sent.size() > 1) {
      throw Refusal.invalid("Expecting a single x-amz-checksum- header, not " + sent.size());
    }
    return sent.stream().findFirst();
  }

  /** Refuses bytes that are not those that were sent. */
  static void requireIntact(Call call, Settings settings, Optional<ObjectChecksum> sent) {
    if (!settings.checksBodies()) {
      return;
    }
    byte[] bytes = call.bytes();
    call.header("content-md5")
        .ifPresent(md5 -> requireEqual("MD5", Base64.getEncoder().encodeToString(md5(bytes)), md5));
    call.header("x-amz-content-sha256")
        .filter(hash -> hash.length() == 64)
        .ifPresent(
            hash -> {
              if (!ChecksumAlgorithm.hex(ChecksumAlgorithm.SHA256.raw(bytes)).equals(hash)) {
                throw new Refusal(
                    400,
                    "XAmzContentSHA256Mismatch",
                    "The provided x-amz-content-sha256 does not match what was computed");
              }
            });
    sent.ifPresent(
        one -> requireEqual(one.algorithm().name(), one.algorithm().base64(bytes), one.value()));
  }

  private static byte[] md5(byte[] bytes) {
    return ChecksumAlgorithm.md5(bytes);
  }

  private static void requireEqual(String name, String computed, String sent) {
    if (!computed.equals(sent)) {
      throw Refusal.badDigest(
          "The " + name + " you specified, " + sent + ", did not match the calculated " + computed);
    }
  }

  /** Returns the checksum that is stored with bytes. */
  static Optional<ObjectChecksum> stored(
      byte[] bytes,
      Settings settings,
      Optional<ObjectChecksum> sent,
      ChecksumAlgorithm unlessSent) {
    if (settings.is(S3Switch.IGNORES_CHECKSUMS)) {
      return Optional.empty();
    }
    if (settings.is(S3Switch.ECHOES_CHECKSUMS) && sent.isPresent()) {
      return sent;
    }
    return Optional.of(
        ObjectChecksum.full(sent.map(ObjectChecksum::algorithm).orElse(unlessSent), bytes));
  }
}
