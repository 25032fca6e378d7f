package dev.ingest.testkit.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers what is asked of objects. */
final class ObjectCalls {

  private static final int MAX_DELETIONS = 1_000;

  private final Buckets buckets;
  private final Settings settings;
  private final Companions companions = new Companions();

  ObjectCalls(Buckets buckets, Settings settings) {
    this.buckets = buckets;
    this.settings = settings;
  }

  Reply put(Call call) {
    Bucket bucket = buckets.of(call);
    Optional<ObjectChecksum> sent = BodyChecks.sent(call);
    BodyChecks.requireIntact(call, settings, sent);
    byte[] bytes = call.bytes();
    Content content =
        new Content(
            new Blob(bytes),
            ChecksumAlgorithm.hex(ChecksumAlgorithm.md5(bytes)),
            BodyChecks.stored(bytes, settings, sent, ChecksumAlgorithm.CRC64NVME),
            KeptHeaders.of(call.headers()),
            0);
    Condition condition = Condition.of(call, settings.is(S3Switch.IGNORES_IF_NONE_MATCH));
    if (condition.absent() && settings.is(S3Switch.CHECKS_THEN_ACTS)) {
      condition.require(call.key(), bucket.objects().current(call.key()));
      companions.meet(call.bucket() + '/' + call.key());
      condition = new Condition(false, condition.etag());
    }
    Version version = bucket.objects().put(call.key(), content, condition);
    Reply reply =
        Reply.of(200)
            .header("ETag", quoted(content.etag()))
            .checksum(call.told(content.checksum()));
    KeptHeaders.tellEncryption(content, reply);
    return withVersion(reply, version);
  }

  Reply get(Call call) {
    Version version = buckets.of(call).objects().find(call.key(), call.optional("versionId"));
    Content content = version.object();
    if (unmodified(call, content)) {
      return Reply.of(304).header("ETag", quoted(content.etag()));
    }
    int length = content.bytes().length;
    Optional<Range> range = Range.of(call.header("range"), length);
    if (range.isEmpty()) {
      Reply whole = described(version, 200);
      return checksummed(call, content, whole).body(content.bytes(), 0, length);
    }
    return described(version, 206)
        .header(
            "Content-Range",
            "bytes " + range.get().first() + "-" + range.get().last() + "/" + length)
        .body(content.bytes(), range.get().first(), range.get().length());
  }

  Reply head(Call call) {
    Version version = buckets.of(call).objects().find(call.key(), call.optional("versionId"));
    Content content = version.object();
    if (unmodified(call, content)) {
      return Reply.of(304).header("ETag", quoted(content.etag()));
    }
    Reply reply = checksummed(call, content, described(version, 200));
    return reply.header("Content-Length", Integer.toString(content.bytes().length));
  }

  private static boolean unmodified(Call call, Content content) {
    Optional<String> wanted = call.header("if-match");
    if (wanted.isPresent() && !matches(wanted.get(), content)) {
      throw Refusal.precondition("If-Match");
    }
    return call.header("if-none-match").filter(etag -> matches(etag, content)).isPresent();
  }

  private static boolean matches(String etag, Content content) {
    return etag.equals("*") || Condition.unquoted(etag).equals(content.etag());
  }

  private Reply described(Version version, int status) {
    Content content = version.object();
    Reply reply =
        Reply.of(status)
            .header("ETag", quoted(content.etag()))
            .header("Accept-Ranges", "bytes")
            .time("Last-Modified", version.modified());
    KeptHeaders.tell(content, reply);
    if (settings.lockDays().orElse(0) > 0 && settings.locks(version.modified())) {
      reply.header("x-amz-object-lock-mode", "COMPLIANCE");
    }
    return withVersion(reply, version);
  }

  /** Tells the checksum of the whole object to whoever asks for it. */
  private static Reply checksummed(Call call, Content content, Reply reply) {
    boolean asked =
        call.header("x-amz-checksum-mode").filter("ENABLED"::equalsIgnoreCase).isPresent();
    return asked ? reply.checksum(call.told(content.checksum())) : reply;
  }

  Reply attributes(Call call) {
    Version version = buckets.of(call).objects().find(call.key(), call.optional("versionId"));
    Content content = version.object();
    List<String> wanted = new ArrayList<>();
    call.headers()
        .getOrDefault("x-amz-object-attributes", List.of())
        .forEach(value -> wanted.addAll(List.of(value.strip().split("\\s*,\\s*"))));
    Optional<ObjectChecksum> checksum =
        wanted.contains("Checksum") ? call.told(content.checksum()) : Optional.empty();
    Reply reply =
        Reply.xml(
            Xml.document(
                "GetObjectAttributesResponse",
                xml -> {
                  if (wanted.contains("ETag")) {
                    xml.element("ETag", content.etag());
                  }
                  checksum.ifPresent(one -> xml.group("Checksum", in -> tellChecksum(in, one)));
                  if (wanted.contains("ObjectParts") && content.parts() > 0) {
                    xml.group("ObjectParts", in -> in.element("PartsCount", content.parts()));
                  }
                  if (wanted.contains("StorageClass")) {
                    xml.element("StorageClass", "STANDARD");
                  }
                  if (wanted.contains("ObjectSize")) {
                    xml.element("ObjectSize", content.bytes().length);
                  }
                }));
    return withVersion(reply.time("Last-Modified", version.modified()), version);
  }

  static void tellChecksum(Xml xml, ObjectChecksum checksum) {
    xml.element(checksum.algorithm().element(), checksum.value());
    xml.element("ChecksumType", checksum.type());
  }

  Reply delete(Call call) {
    if (call.header("if-match").isPresent()) {
      throw Refusal.notImplemented("A conditional deletion");
    }
    Optional<String> id = call.optional("versionId");
    ObjectTable.Deletion deletion = buckets.of(call).objects().delete(call.key(), id);
    Reply reply = Reply.of(204);
    deletion
        .marker()
        .ifPresent(
            marker ->
                reply
                    .header("x-amz-delete-marker", "true")
                    .header("x-amz-version-id", marker.id()));
    return reply;
  }

  Reply deleteAll(Call call) {
    Bucket bucket = buckets.of(call);
    Optional<ObjectChecksum> sent = BodyChecks.sent(call);
    if (sent.isEmpty() && call.header("content-md5").isEmpty()) {
      throw Refusal.invalid("Missing required header for this request: Content-MD5 or a checksum");
    }
    BodyChecks.requireIntact(call, settings, sent);
    RequestXml asked = RequestXml.parse(call.bytes(), "Delete");
    List<Target> wanted = asked.children("Object").stream().map(ObjectCalls::target).toList();
    if (wanted.isEmpty() || wanted.size() > MAX_DELETIONS) {
      throw Refusal.malformed("1 to 1,000 objects are deleted at a time, not " + wanted.size());
    }
    boolean quiet = asked.child("Quiet").filter(child -> child.text().equals("true")).isPresent();
    int refused = call.fault(S3Fault.KeysRefused.class).map(S3Fault.KeysRefused::count).orElse(0);
    if (refused > 0) {
      call.strike();
    }
    return Reply.xml(
        Xml.document(
            "DeleteResult",
            xml -> {
              for (int i = 0; i < wanted.size(); i++) {
                deleteOne(bucket, wanted.get(i), xml, new Manner(i < refused, quiet));
              }
            }));
  }

  private record Target(String key, Optional<String> id) {}

  private record Manner(boolean refused, boolean quiet) {}

  private static Target target(RequestXml object) {
    if (object.children().stream()
        .anyMatch(child -> !List.of("Key", "VersionId").contains(child.name()))) {
      throw Refusal.notImplemented("A conditional deletion");
    }
    return new Target(object.required("Key"), object.child("VersionId").map(RequestXml::text));
  }

  private static void deleteOne(Bucket bucket, Target wanted, Xml xml, Manner manner) {
    String key = wanted.key();
    Optional<String> id = wanted.id();
    try {
      if (manner.refused()) {
        throw new Refusal(500, "InternalError", "We encountered an internal error");
      }
      ObjectTable.Deletion deletion = bucket.objects().delete(key, id);
      if (!manner.quiet()) {
        xml.group("Deleted", in -> tellDeleted(in, key, id, deletion));
      }
    } catch (Refusal e) {
      xml.group(
          "Error",
          in -> {
            in.element("Key", key);
            id.ifPresent(version -> in.element("VersionId", version));
            in.element("Code", e.code()).element("Message", e.message());
          });
    }
  }

  private static void tellDeleted(
      Xml xml, String key, Optional<String> id, ObjectTable.Deletion deletion) {
    xml.element("Key", key);
    id.ifPresent(version -> xml.element("VersionId", version));
    deletion
        .marker()
        .ifPresent(
            marker ->
                xml.element("DeleteMarker", true).element("DeleteMarkerVersionId", marker.id()));
  }

  static Reply withVersion(Reply reply, Version version) {
    boolean kept = !version.id().equals(Version.UNVERSIONED);
    return kept ? reply.header("x-amz-version-id", version.id()) : reply;
  }

  static String quoted(String etag) {
    return '"' + etag + '"';
  }
}
