package dev.ingest.testkit.s3;

import dev.ingest.testkit.s3.Completion.ListedPart;
import dev.ingest.testkit.s3.Upload.Part;
import dev.ingest.testkit.s3.Upload.Protection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Answers what is asked of multipart uploads. */
final class UploadCalls {

  private static final int MAX_PARTS = 10_000;

  private final Buckets buckets;
  private final Settings settings;

  UploadCalls(Buckets buckets, Settings settings) {
    this.buckets = buckets;
    this.settings = settings;
  }

  Reply create(Call call) {
    Upload upload =
        buckets
            .of(call)
            .uploads()
            .create(call.key(), protection(call), KeptHeaders.of(call.headers()));
    Reply reply =
        Reply.xml(
            Xml.document(
                "InitiateMultipartUploadResult",
                xml ->
                    xml.element("Bucket", call.bucket())
                        .element("Key", call.key())
                        .element("UploadId", upload.id())));
    if (settings.is(S3Switch.IGNORES_CHECKSUMS)) {
      return reply;
    }
    boolean composite = settings.is(S3Switch.COMPOSITE_CHECKSUMS);
    return reply
        .header("x-amz-checksum-algorithm", upload.protection().algorithm().name())
        .header(
            "x-amz-checksum-type",
            composite ? ObjectChecksum.COMPOSITE : upload.protection().type());
  }

  private static Protection protection(Call call) {
    Optional<String> name = call.header("x-amz-checksum-algorithm");
    Optional<String> type = call.header("x-amz-checksum-type");
    if (name.isEmpty()) {
      if (type.isPresent()) {
        throw Refusal.invalid("The x-amz-checksum-type header needs a checksum algorithm");
      }
      return new Protection(ChecksumAlgorithm.CRC64NVME, ObjectChecksum.FULL_OBJECT, false);
    }
    ChecksumAlgorithm algorithm =
        ChecksumAlgorithm.named(name.get())
            .orElseThrow(() -> Refusal.invalid("Checksum algorithm is unknown: " + name.get()));
    boolean crc64 = algorithm == ChecksumAlgorithm.CRC64NVME;
    String wanted =
        type.map(one -> one.toUpperCase(Locale.ROOT))
            .orElse(crc64 ? ObjectChecksum.FULL_OBJECT : ObjectChecksum.COMPOSITE);
    boolean full = wanted.equals(ObjectChecksum.FULL_OBJECT);
    boolean possible =
        full ? algorithm.spansParts() : wanted.equals(ObjectChecksum.COMPOSITE) && !crc64;
    if (!possible) {
      throw Refusal.invalid(
          "The " + wanted + " checksum type cannot be used with the " + algorithm + " algorithm");
    }
    return new Protection(algorithm, wanted, true);
  }

  Reply put(Call call) {
    UploadTable table = buckets.of(call).uploads();
    String id = call.parameter("uploadId");
    int number = call.number("partNumber", 0, 1, MAX_PARTS);
    Upload upload = table.find(call.key(), id);
    Optional<ObjectChecksum> sent = BodyChecks.sent(call);
    requireSame(upload.protection(), sent);
    BodyChecks.requireIntact(call, settings, sent);
    byte[] bytes = call.bytes();
    Part part =
        new Part(
            number,
            new Blob(bytes),
            ChecksumAlgorithm.hex(ChecksumAlgorithm.md5(bytes)),
            BodyChecks.stored(bytes, settings, sent, upload.protection().algorithm()),
            settings.now());
    if (call.fault(S3Fault.LostPart.class).isPresent()) {
      call.strike();
    } else {
      table.put(call.key(), id, part);
    }
    return Reply.of(200)
        .header("ETag", ObjectCalls.quoted(part.etag()))
        .checksum(call.told(part.checksum()));
  }

  private void requireSame(Protection protection, Optional<ObjectChecksum> sent) {
    if (!settings.checksBodies() || !protection.asked()) {
      return;
    }
    boolean missing = sent.isEmpty() && !protection.full();
    boolean other = sent.isPresent() && sent.get().algorithm() != protection.algorithm();
    if (missing || other) {
      throw Refusal.invalid(
          "Checksum Type mismatch occurred, expected checksum Type: "
              + protection.algorithm()
              + ", actual checksum Type: "
              + sent.map(one -> one.algorithm().name()).orElse("null"));
    }
  }

  Reply complete(Call call) {
    boolean ignores =
        settings.is(S3Switch.IGNORES_IF_NONE_MATCH)
            || settings.is(S3Switch.IGNORES_IF_NONE_MATCH_OF_COMPLETION);
    BodyChecks.requireIntact(call, settings, Optional.empty());
    Completion completion =
        new Completion(
            RequestXml.parse(call.bytes(), "CompleteMultipartUpload").children("Part").stream()
                .map(UploadCalls::listed)
                .toList(),
            BodyChecks.sent(call),
            call.header("x-amz-checksum-type"),
            call.header("x-amz-mp-object-size").map(UploadCalls::length),
            Condition.of(call, ignores));
    Version version =
        buckets.of(call).uploads().complete(call.key(), call.parameter("uploadId"), completion);
    Content content = version.object();
    Optional<ObjectChecksum> checksum = call.told(content.checksum());
    Reply reply =
        Reply.xml(
            Xml.document(
                "CompleteMultipartUploadResult",
                xml -> {
                  xml.element("Location", "/" + call.bucket() + "/" + call.key());
                  xml.element("Bucket", call.bucket()).element("Key", call.key());
                  xml.element("ETag", ObjectCalls.quoted(content.etag()));
                  checksum.ifPresent(one -> ObjectCalls.tellChecksum(xml, one));
                }));
    KeptHeaders.tellEncryption(content, reply);
    return ObjectCalls.withVersion(reply, version);
  }

  private static Long length(String value) {
    if (!value.matches("\\d{1,18}")) {
      throw Refusal.invalid("x-amz-mp-object-size is no length: " + value);
    }
    return Long.valueOf(value);
  }

  private static ListedPart listed(RequestXml part) {
    Map<ChecksumAlgorithm, String> checksums = new EnumMap<>(ChecksumAlgorithm.class);
    for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
      part.child(algorithm.element()).ifPresent(one -> checksums.put(algorithm, one.text()));
    }
    String number = part.required("PartNumber").strip();
    if (!number.matches("\\d{1,5}")) {
      throw Refusal.malformed("A part has no number: " + number);
    }
    return new ListedPart(
        Integer.parseInt(number), Condition.unquoted(part.required("ETag")), checksums);
  }

  Reply abort(Call call) {
    Bucket bucket = buckets.of(call);
    bucket.uploads().abort(call.key(), call.parameter("uploadId"));
    if (settings.is(S3Switch.ABORT_DELETES_OBJECT)) {
      bucket.objects().delete(call.key(), Optional.empty());
    }
    return Reply.of(204);
  }
}
