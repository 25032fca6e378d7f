package dev.ingest.testkit.s3;

import dev.ingest.testkit.s3.Upload.Part;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a client asks for when it completes a multipart upload.
 *
 * @param listed the parts in its order
 * @param whole the checksum of the object that it expects
 * @param type the type of checksum that it expects
 * @param length the length of the object that it expects
 * @param condition on what the write depends
 */
record Completion(
    List<ListedPart> listed,
    Optional<ObjectChecksum> whole,
    Optional<String> type,
    Optional<Long> length,
    Condition condition) {

  /**
   * A part as the client names it.
   *
   * @param etag without quotes
   */
  record ListedPart(int number, String etag, Map<ChecksumAlgorithm, String> checksums) {}

  /** Makes the object, or refuses. */
  Content assemble(Upload upload) {
    List<Part> parts = parts(upload);
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    ByteArrayOutputStream tags = new ByteArrayOutputStream();
    for (Part part : parts) {
      joined.writeBytes(part.bytes());
      tags.writeBytes(ChecksumAlgorithm.md5(part.bytes()));
    }
    byte[] bytes = joined.toByteArray();
    if (length.isPresent() && length.get() != bytes.length) {
      throw Refusal.invalid(
          "The parts have " + bytes.length + " bytes, and x-amz-mp-object-size is " + length.get());
    }
    String etag =
        ChecksumAlgorithm.hex(ChecksumAlgorithm.md5(tags.toByteArray())) + "-" + parts.size();
    return new Content(
        new Blob(bytes), etag, checksum(upload, parts, bytes), upload.headers(), parts.size());
  }

  private List<Part> parts(Upload upload) {
    if (listed.isEmpty()) {
      throw Refusal.malformed("A completion names one part or more");
    }
    List<Part> parts = new ArrayList<>();
    int before = 0;
    for (ListedPart one : listed) {
      if (one.number() <= before) {
        throw new Refusal(
            400, "InvalidPartOrder", "Part " + one.number() + " comes after part " + before);
      }
      before = one.number();
      parts.add(part(upload, one));
    }
    for (Part part : parts.subList(0, parts.size() - 1)) {
      if (part.bytes().length < upload.settings().minPartBytes()) {
        throw new Refusal(
            400,
            "EntityTooSmall",
            "Part "
                + part.number()
                + " has "
                + part.bytes().length
                + " bytes, and all but the last have at least "
                + upload.settings().minPartBytes());
      }
    }
    return parts;
  }

  private static Part part(Upload upload, ListedPart one) {
    Part part = upload.parts().get(one.number());
    if (part == null || !part.etag().equals(one.etag())) {
      throw invalidPart(one, part == null ? "is not there" : "has the entity tag " + part.etag());
    }
    if (upload.settings().checksBodies()) {
      one.checksums().forEach((algorithm, value) -> requireEqual(one, part, algorithm, value));
      Upload.Protection protection = upload.protection();
      boolean needed = protection.asked() && !protection.full();
      if (needed && !one.checksums().containsKey(protection.algorithm())) {
        throw Refusal.invalid(
            "The upload has composite checksums of "
                + protection.algorithm()
                + ", and its completion has none for part "
                + one.number());
      }
    }
    return part;
  }

  private static void requireEqual(
      ListedPart one, Part part, ChecksumAlgorithm algorithm, String value) {
    if (!algorithm.base64(part.bytes()).equals(value)) {
      throw invalidPart(one, "has another " + algorithm);
    }
  }

  private static Refusal invalidPart(ListedPart one, String how) {
    return new Refusal(
        400,
        "InvalidPart",
        "Part " + one.number() + " with the entity tag " + one.etag() + " " + how);
  }

  private Optional<ObjectChecksum> checksum(Upload upload, List<Part> parts, byte[] bytes) {
    Settings settings = upload.settings();
    Upload.Protection protection = upload.protection();
    if (settings.is(S3Switch.IGNORES_CHECKSUMS)) {
      return Optional.empty();
    }
    if (!protection.full() || settings.is(S3Switch.COMPOSITE_CHECKSUMS)) {
      return Optional.of(composite(protection.algorithm(), parts));
    }
    if (settings.is(S3Switch.ECHOES_CHECKSUMS) && whole.isPresent()) {
      return whole;
    }
    ObjectChecksum computed = ObjectChecksum.full(protection.algorithm(), bytes);
    if (settings.checksBodies()) {
      requireExpected(protection, computed);
    }
    return Optional.of(computed);
  }

  private void requireExpected(Upload.Protection protection, ObjectChecksum computed) {
    if (type.isPresent() && !type.get().equalsIgnoreCase(protection.type())) {
      throw Refusal.invalid(
          "The upload has a checksum of type " + protection.type() + ", not " + type.get());
    }
    if (whole.isPresent() && whole.get().algorithm() != protection.algorithm()) {
      throw Refusal.invalid(
          "The upload has a checksum by "
              + protection.algorithm()
              + ", not by "
              + whole.get().algorithm());
    }
    if (whole.isPresent() && !whole.get().value().equals(computed.value())) {
      throw Refusal.badDigest(
          "The object's "
              + protection.algorithm()
              + " is "
              + computed.value()
              + ", and the completion says "
              + whole.get().value());
    }
  }

  private static ObjectChecksum composite(ChecksumAlgorithm algorithm, List<Part> parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    parts.forEach(part -> joined.writeBytes(algorithm.raw(part.bytes())));
    byte[] raw = algorithm.raw(joined.toByteArray());
    return new ObjectChecksum(
        algorithm,
        Base64.getEncoder().encodeToString(raw) + "-" + parts.size(),
        ObjectChecksum.COMPOSITE);
  }
}
