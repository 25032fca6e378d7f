package dev.ingest.testkit.s3;

import static dev.ingest.testkit.s3.Wire.NOTHING;
import static dev.ingest.testkit.s3.Wire.assertRefused;
import static dev.ingest.testkit.s3.Wire.bytes;
import static dev.ingest.testkit.s3.Wire.crc32c;
import static dev.ingest.testkit.s3.Wire.element;
import static dev.ingest.testkit.s3.Wire.elements;
import static dev.ingest.testkit.s3.Wire.header;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.testkit.ManualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class S3UploadsTest extends OnServer {

  private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
  private static final byte[] FIRST = bytes(1_000, 1);
  private static final byte[] SECOND = bytes(1_500, 2);
  private static final byte[] LAST = bytes(10, 3);

  S3UploadsTest() throws IOException {
    super(S3ServerOptions.DEFAULT.withMinPartBytes(1_000).withClock(new ManualTime(NOW)));
  }

  private static byte[] whole() {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(FIRST);
    joined.writeBytes(SECOND);
    joined.writeBytes(LAST);
    return joined.toByteArray();
  }

  private String parts(String upload) throws Exception {
    return wire.part("/bucket/key", upload, 1, FIRST)
        + wire.part("/bucket/key", upload, 5, SECOND)
        + wire.part("/bucket/key", upload, 10_000, LAST);
  }

  @Test
  void completion_makesTheObjectWithTheChecksumOfTheWhole() throws Exception {
    String upload = wire.begin("/bucket/key");
    String parts = parts(upload);
    assertEquals(
        List.of(new S3StoredUpload("key", upload, NOW, List.of(1, 5, 10_000))),
        server.uploads("bucket"));
    HttpResponse<byte[]> done =
        wire.complete(
            "/bucket/key",
            upload,
            parts,
            "x-amz-checksum-crc32c",
            crc32c(whole()),
            "x-amz-mp-object-size",
            "2510");
    assertEquals(200, done.statusCode(), () -> Wire.text(done));
    assertEquals(crc32c(whole()), element(done, "ChecksumCRC32C"));
    assertEquals("FULL_OBJECT", element(done, "ChecksumType"));
    assertEquals("-3&quot;", element(done, "ETag").substring(38));
    assertArrayEquals(whole(), wire.get("/bucket/key").body());
    assertEquals(List.of(), server.uploads("bucket"));
    assertRefused(404, "NoSuchUpload", wire.complete("/bucket/key", upload, parts));
  }

  @Test
  void compositeChecksum_isOfTheChecksumsOfTheParts() throws Exception {
    HttpResponse<byte[]> begun =
        wire.post("/bucket/key?uploads", "", "x-amz-checksum-algorithm", "SHA256");
    assertEquals("COMPOSITE", header(begun, "x-amz-checksum-type"));
    String upload = element(begun, "UploadId");
    String sha = ChecksumAlgorithm.SHA256.base64(LAST);
    String path = "/bucket/key?partNumber=1&uploadId=" + upload;
    assertRefused(400, "InvalidRequest", wire.put(path, LAST));
    assertRefused(
        400, "InvalidRequest", wire.put(path, LAST, "x-amz-checksum-crc32c", crc32c(LAST)));
    HttpResponse<byte[]> part = wire.put(path, LAST, "x-amz-checksum-sha256", sha);
    String named = "<PartNumber>1</PartNumber><ETag>" + header(part, "ETag") + "</ETag>";
    assertRefused(
        400, "InvalidRequest", wire.complete("/bucket/key", upload, "<Part>" + named + "</Part>"));
    HttpResponse<byte[]> done =
        wire.complete(
            "/bucket/key",
            upload,
            "<Part>" + named + "<ChecksumSHA256>" + sha + "</ChecksumSHA256></Part>");
    assertEquals(
        ChecksumAlgorithm.SHA256.base64(ChecksumAlgorithm.SHA256.raw(LAST)) + "-1",
        element(done, "ChecksumSHA256"));
    assertEquals("COMPOSITE", element(done, "ChecksumType"));
  }

  @Test
  void impossibleChecksumTypes_areRefused() throws Exception {
    for (List<String> one :
        List.of(
            List.of("SHA256", "FULL_OBJECT"),
            List.of("CRC64NVME", "COMPOSITE"),
            List.of("CRC32C", "OTHER"),
            List.of("MD4", "COMPOSITE"))) {
      assertRefused(
          400,
          "InvalidRequest",
          wire.post(
              "/bucket/key?uploads",
              "",
              "x-amz-checksum-algorithm",
              one.get(0),
              "x-amz-checksum-type",
              one.get(1)));
    }
  }

  @Test
  void wrongCompletions_areRefusedAndTheUploadStays() throws Exception {
    String upload = wire.begin("/bucket/key");
    String parts = parts(upload);
    String small = wire.part("/bucket/key", upload, 2, LAST);
    String first = parts.substring(0, parts.indexOf("</Part>") + 7);
    assertRefused(400, "MalformedXML", wire.complete("/bucket/key", upload, ""));
    assertRefused(400, "InvalidPartOrder", wire.complete("/bucket/key", upload, first + first));
    assertRefused(
        400, "InvalidPart", wire.complete("/bucket/key", upload, first.replace(">1<", ">3<")));
    assertRefused(
        400, "InvalidPart", wire.complete("/bucket/key", upload, first.replace(">1<", ">5<")));
    assertRefused(
        400,
        "InvalidPart",
        wire.complete(
            "/bucket/key",
            upload,
            first.replace("</Part>", "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part>")));
    assertRefused(
        400,
        "EntityTooSmall",
        wire.complete("/bucket/key", upload, first + small + parts.substring(first.length())));
    assertRefused(
        400,
        "BadDigest",
        wire.complete("/bucket/key", upload, parts, "x-amz-checksum-crc32c", "AAAAAA=="));
    assertRefused(
        400,
        "InvalidRequest",
        wire.complete("/bucket/key", upload, parts, "x-amz-checksum-type", "COMPOSITE"));
    assertRefused(
        400,
        "InvalidRequest",
        wire.complete("/bucket/key", upload, parts, "x-amz-mp-object-size", "2511"));
    assertRefused(404, "NoSuchUpload", wire.complete("/bucket/other", upload, parts));
    assertEquals(1, server.uploads("bucket").size());
    assertEquals(Optional.empty(), server.bytes("bucket", "key"));
  }

  @Test
  void conditionalCompletion_losesAgainstAnObject() throws Exception {
    String upload = wire.begin("/bucket/key");
    String parts = parts(upload);
    wire.store("/bucket/key", LAST);
    assertRefused(
        412,
        "PreconditionFailed",
        wire.complete("/bucket/key", upload, parts, "If-None-Match", "*"));
    assertArrayEquals(LAST, server.bytes("bucket", "key").orElseThrow());
    assertEquals(1, server.uploads("bucket").size());
    assertEquals(204, wire.send("DELETE", "/bucket/key?uploadId=" + upload, NOTHING).statusCode());
    assertEquals(List.of(), server.uploads("bucket"));
    assertRefused(
        404, "NoSuchUpload", wire.send("DELETE", "/bucket/key?uploadId=" + upload, NOTHING));
  }

  @Test
  void partAgain_replacesTheFirst() throws Exception {
    String upload = wire.begin("/bucket/key");
    String before = wire.part("/bucket/key", upload, 1, FIRST);
    String after = wire.part("/bucket/key", upload, 1, SECOND);
    assertRefused(400, "InvalidPart", wire.complete("/bucket/key", upload, before));
    assertEquals(200, wire.complete("/bucket/key", upload, after).statusCode());
    assertArrayEquals(SECOND, server.bytes("bucket", "key").orElseThrow());
  }

  @Test
  void wrongParts_areRefused() throws Exception {
    String upload = wire.begin("/bucket/key");
    String path = "/bucket/key?uploadId=" + upload + "&partNumber=";
    assertRefused(400, "InvalidArgument", wire.put(path + "0", FIRST));
    assertRefused(400, "InvalidArgument", wire.put(path + "10001", FIRST));
    assertRefused(
        400, "BadDigest", wire.put(path + "1", FIRST, "x-amz-checksum-crc32c", "AAAAAA=="));
    assertRefused(404, "NoSuchUpload", wire.put("/bucket/key?uploadId=no&partNumber=1", FIRST));
    assertEquals(List.of(), server.uploads("bucket").get(0).parts());
  }

  @Test
  void partsAndUploads_areListedInPages() throws Exception {
    String upload = wire.begin("/bucket/b");
    for (int number = 1; number <= 5; number++) {
      wire.part("/bucket/b", upload, number, LAST);
    }
    List<String> numbers = new ArrayList<>();
    String marker = "0";
    while (!marker.isEmpty()) {
      HttpResponse<byte[]> page =
          wire.get("/bucket/b?uploadId=" + upload + "&max-parts=2&part-number-marker=" + marker);
      numbers.addAll(elements(page, "PartNumber"));
      marker = element(page, "NextPartNumberMarker");
      assertEquals("FULL_OBJECT", element(page, "ChecksumType"));
    }
    assertEquals(List.of("1", "2", "3", "4", "5"), numbers);
    List<String> begun = List.of(wire.begin("/bucket/a"), upload, wire.begin("/bucket/b"));
    wire.begin("/bucket/c");
    HttpResponse<byte[]> page = wire.get("/bucket?uploads&max-uploads=2");
    List<String> ids = new ArrayList<>(elements(page, "UploadId"));
    HttpResponse<byte[]> rest =
        wire.get(
            "/bucket?uploads&max-uploads=2&key-marker="
                + element(page, "NextKeyMarker")
                + "&upload-id-marker="
                + element(page, "NextUploadIdMarker"));
    assertEquals("2026-11-25T10:00:00.000Z", element(rest, "Initiated"));
    ids.addAll(elements(rest, "UploadId"));
    assertEquals(begun, ids.subList(0, 3));
    assertEquals(4, ids.size());
    assertEquals(begun.subList(0, 1), elements(wire.get("/bucket?uploads&prefix=a"), "UploadId"));
  }
}
