package dev.ingest.testkit.s3;

import dev.ingest.testkit.s3.S3Fault.StaleListing;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Answers listings. */
final class ListCalls {

  private static final int MAX_PAGE = 1_000;
  private static final StaleListing FRESH = new StaleListing(0, 0);

  private final Buckets buckets;

  ListCalls(Buckets buckets) {
    this.buckets = buckets;
  }

  Reply objects(Call call) {
    requirePlain(call);
    if (!call.parameter("list-type").equals("2")) {
      throw Refusal.notImplemented("A listing of another type than 2");
    }
    int max = call.number("max-keys", MAX_PAGE, 0, Integer.MAX_VALUE);
    Optional<String> token = call.optional("continuation-token");
    String after = token.map(ListCalls::decode).orElse(call.parameter("start-after"));
    StaleListing lag = call.fault(StaleListing.class).orElse(FRESH);
    ObjectTable table = buckets.of(call).objects();
    Page<Listed> page = table.list(call.parameter("prefix"), after, Math.min(max, MAX_PAGE), lag);
    strikeIfStale(call, table, page, after);
    UnaryOperator<String> coded = coding(call);
    return Reply.xml(
        Xml.document(
            "ListBucketResult",
            xml -> {
              xml.element("Name", call.bucket());
              xml.element("Prefix", coded.apply(call.parameter("prefix")));
              call.optional("start-after")
                  .ifPresent(key -> xml.element("StartAfter", coded.apply(key)));
              token.ifPresent(one -> xml.element("ContinuationToken", one));
              head(call, xml, page);
              xml.element("MaxKeys", max).element("KeyCount", page.entries().size());
              if (page.more()) {
                xml.element("NextContinuationToken", encode(page.last().key()));
              }
              page.entries().forEach(one -> xml.group("Contents", in -> tell(in, one, coded)));
            }));
  }

  /** Notes a stale listing only where it differs from a fresh one. */
  private static void strikeIfStale(Call call, ObjectTable table, Page<Listed> page, String after) {
    if (call.fault(StaleListing.class).isPresent()) {
      int max = Math.min(call.number("max-keys", MAX_PAGE, 0, Integer.MAX_VALUE), MAX_PAGE);
      if (!page.equals(table.list(call.parameter("prefix"), after, max, FRESH))) {
        call.strike();
      }
    }
  }

  private static void tell(Xml xml, Listed one, UnaryOperator<String> coded) {
    xml.element("Key", coded.apply(one.key()));
    xml.time("LastModified", one.modified());
    xml.element("ETag", ObjectCalls.quoted(one.etag()));
    one.checksum()
        .ifPresent(
            checksum ->
                xml.element("ChecksumAlgorithm", checksum.algorithm())
                    .element("ChecksumType", checksum.type()));
    xml.element("Size", one.length()).element("StorageClass", "STANDARD");
  }

  Reply versions(Call call) {
    requirePlain(call);
    int max = call.number("max-keys", MAX_PAGE, 0, Integer.MAX_VALUE);
    ObjectTable table = buckets.of(call).objects();
    Page<Version> page =
        table.versions(
            call.parameter("prefix"),
            call.parameter("key-marker"),
            call.parameter("version-id-marker"),
            Math.min(max, MAX_PAGE));
    UnaryOperator<String> coded = coding(call);
    return marked(
        call,
        new Form("ListVersionsResult", "Name", "VersionId", "version-id-marker", "MaxKeys", max),
        page,
        Version::key,
        Version::id,
        (xml, one) -> tell(xml, one, table.isNewest(one), coded));
  }

  /** The names of what a listing has whose pages begin behind a key and an id. */
  private record Form(
      String document, String bucket, String id, String marker, String most, int max) {}

  private static <T> Reply marked(
      Call call,
      Form form,
      Page<T> page,
      Function<T, String> key,
      Function<T, String> id,
      BiConsumer<Xml, T> each) {
    UnaryOperator<String> coded = coding(call);
    String idMarker = form.id() + "Marker";
    return Reply.xml(
        Xml.document(
            form.document(),
            xml -> {
              xml.element(form.bucket(), call.bucket());
              xml.element("Prefix", coded.apply(call.parameter("prefix")));
              xml.element("KeyMarker", coded.apply(call.parameter("key-marker")));
              xml.element(idMarker, call.parameter(form.marker()));
              head(call, xml, page);
              xml.element(form.most(), form.max());
              if (page.more()) {
                xml.element("NextKeyMarker", coded.apply(key.apply(page.last())));
                xml.element("Next" + idMarker, id.apply(page.last()));
              }
              page.entries().forEach(one -> each.accept(xml, one));
            }));
  }

  private static void tell(Xml xml, Version version, boolean newest, UnaryOperator<String> coded) {
    xml.group(
        version.isObject() ? "Version" : "DeleteMarker",
        in -> {
          in.element("VersionId", version.id()).element("IsLatest", newest);
          if (version.isObject()) {
            tell(in, Listed.of(version), coded);
          } else {
            in.element("Key", coded.apply(version.key()));
            in.time("LastModified", version.modified());
          }
        });
  }

  Reply uploads(Call call) {
    requirePlain(call);
    int max = call.number("max-uploads", MAX_PAGE, 1, Integer.MAX_VALUE);
    Page<Upload> page =
        buckets
            .of(call)
            .uploads()
            .list(
                call.parameter("prefix"),
                call.parameter("key-marker"),
                call.parameter("upload-id-marker"),
                Math.min(max, MAX_PAGE));
    UnaryOperator<String> coded = coding(call);
    return marked(
        call,
        new Form(
            "ListMultipartUploadsResult",
            "Bucket",
            "UploadId",
            "upload-id-marker",
            "MaxUploads",
            max),
        page,
        Upload::key,
        Upload::id,
        (xml, one) -> xml.group("Upload", in -> tell(in, one, coded)));
  }

  private static void tell(Xml xml, Upload upload, UnaryOperator<String> coded) {
    xml.element("Key", coded.apply(upload.key()));
    xml.element("UploadId", upload.id());
    xml.time("Initiated", upload.initiated());
    xml.element("StorageClass", "STANDARD");
    xml.element("ChecksumAlgorithm", upload.protection().algorithm());
    xml.element("ChecksumType", upload.protection().type());
  }

  Reply parts(Call call) {
    int max = call.number("max-parts", MAX_PAGE, 1, Integer.MAX_VALUE);
    int after = call.number("part-number-marker", 0, 0, Integer.MAX_VALUE);
    UploadTable table = buckets.of(call).uploads();
    String id = call.parameter("uploadId");
    Upload upload = table.find(call.key(), id);
    Page<Upload.Part> page = table.parts(call.key(), id, after, Math.min(max, MAX_PAGE));
    return Reply.xml(
        Xml.document(
            "ListPartsResult",
            xml -> {
              xml.element("Bucket", call.bucket()).element("Key", call.key());
              xml.element("UploadId", id).element("StorageClass", "STANDARD");
              xml.element("ChecksumAlgorithm", upload.protection().algorithm());
              xml.element("ChecksumType", upload.protection().type());
              xml.element("PartNumberMarker", after).element("MaxParts", max);
              xml.element("IsTruncated", page.more());
              if (page.more()) {
                xml.element("NextPartNumberMarker", page.last().number());
              }
              page.entries().forEach(part -> xml.group("Part", in -> tell(in, part)));
            }));
  }

  private static void tell(Xml xml, Upload.Part part) {
    xml.element("PartNumber", part.number());
    xml.time("LastModified", part.modified());
    xml.element("ETag", ObjectCalls.quoted(part.etag()));
    xml.element("Size", part.bytes().length);
    part.checksum().ifPresent(one -> xml.element(one.algorithm().element(), one.value()));
  }

  private static void head(Call call, Xml xml, Page<?> page) {
    call.optional("encoding-type").ifPresent(type -> xml.element("EncodingType", type));
    xml.element("IsTruncated", page.more());
  }

  private static void requirePlain(Call call) {
    if (call.optional("delimiter").isPresent()) {
      throw Refusal.notImplemented("A listing with a delimiter");
    }
  }

  private static UnaryOperator<String> coding(Call call) {
    boolean url = call.parameter("encoding-type").equals("url");
    return url
        ? key -> URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/")
        : UnaryOperator.identity();
  }

  private static String encode(String key) {
    return Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "InvalidArgument", "The continuation token is not one of this server");
    }
  }
}
