package dev.ingest.testkit.s3;

import static dev.ingest.testkit.s3.Wire.NOTHING;
import static dev.ingest.testkit.s3.Wire.assertRefused;
import static dev.ingest.testkit.s3.Wire.bytes;
import static dev.ingest.testkit.s3.Wire.crc32c;
import static dev.ingest.testkit.s3.Wire.element;
import static dev.ingest.testkit.s3.Wire.elements;
import static dev.ingest.testkit.s3.Wire.header;
import static dev.ingest.testkit.s3.Wire.md5;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class S3ObjectsTest extends OnServer {

  S3ObjectsTest() throws IOException {
    super(S3ServerOptions.DEFAULT);
  }

  @Test
  void bucket_isCreatedOnceAndFound() throws Exception {
    assertEquals(200, wire.put("/other", NOTHING).statusCode());
    assertRefused(409, "BucketAlreadyOwnedByYou", wire.put("/other", NOTHING));
    assertRefused(400, "InvalidBucketName", wire.put("/No", NOTHING));
    assertEquals(200, wire.send("HEAD", "/other", NOTHING).statusCode());
    assertEquals(404, wire.send("HEAD", "/none", NOTHING).statusCode());
    assertRefused(404, "NoSuchBucket", wire.put("/none/key", bytes(1, 1)));
  }

  @Test
  void put_isReadBackWithWhatCameWithIt() throws Exception {
    byte[] body = bytes(70_000, 1);
    HttpResponse<byte[]> put =
        wire.put(
            "/bucket/a%20b+c/%C3%BC",
            body,
            "x-amz-checksum-crc32c",
            crc32c(body),
            "Content-Type",
            "image/jpeg",
            "x-amz-meta-name",
            "value",
            "x-amz-server-side-encryption",
            "AES256");
    assertEquals(200, put.statusCode());
    assertEquals(crc32c(body), header(put, "x-amz-checksum-crc32c"));
    assertEquals("FULL_OBJECT", header(put, "x-amz-checksum-type"));
    assertEquals("AES256", header(put, "x-amz-server-side-encryption"));
    HttpResponse<byte[]> got =
        wire.get("/bucket/a%20b%2Bc/%C3%BC", "x-amz-checksum-mode", "ENABLED");
    assertArrayEquals(body, got.body());
    assertEquals(header(put, "ETag"), header(got, "ETag"));
    assertEquals(crc32c(body), header(got, "x-amz-checksum-crc32c"));
    assertEquals("image/jpeg", header(got, "Content-Type"));
    assertEquals("value", header(got, "x-amz-meta-name"));
    assertArrayEquals(body, server.bytes("bucket", "a b+c/ü").orElseThrow());
    assertEquals(
        Optional.of(
            Map.of(
                "content-type",
                "image/jpeg",
                "x-amz-meta-name",
                "value",
                "x-amz-server-side-encryption",
                "AES256")),
        server.headers("bucket", "a b+c/ü"));
  }

  @Test
  void head_tellsLengthAndChecksumWithoutBody() throws Exception {
    byte[] body = bytes(1_234, 2);
    wire.put("/bucket/key", body, "x-amz-checksum-sha256", sha256(body));
    HttpResponse<byte[]> head =
        wire.send("HEAD", "/bucket/key", NOTHING, "x-amz-checksum-mode", "ENABLED");
    assertEquals(200, head.statusCode());
    assertEquals("1234", header(head, "Content-Length"));
    assertEquals(sha256(body), header(head, "x-amz-checksum-sha256"));
    assertEquals(404, wire.send("HEAD", "/bucket/none", NOTHING).statusCode());
    assertEquals("", header(wire.send("HEAD", "/bucket/key", NOTHING), "x-amz-checksum-sha256"));
  }

  private static String sha256(byte[] body) {
    return ChecksumAlgorithm.SHA256.base64(body);
  }

  @Test
  void range_isExactAndWithoutTheChecksumOfTheWhole() throws Exception {
    byte[] body = bytes(1_000, 3);
    wire.store("/bucket/key", body);
    HttpResponse<byte[]> got =
        wire.get("/bucket/key", "Range", "bytes=10-19", "x-amz-checksum-mode", "ENABLED");
    assertEquals(206, got.statusCode());
    assertArrayEquals(Arrays.copyOfRange(body, 10, 20), got.body());
    assertEquals("bytes 10-19/1000", header(got, "Content-Range"));
    assertEquals("", header(got, "x-amz-checksum-type"));
    assertEquals(10, wire.get("/bucket/key", "Range", "bytes=990-").body().length);
    assertEquals(10, wire.get("/bucket/key", "Range", "bytes=990-5000").body().length);
    assertEquals(7, wire.get("/bucket/key", "Range", "bytes=-7").body().length);
    assertEquals(200, wire.get("/bucket/key", "Range", "bytes=9-3").statusCode());
    assertEquals(200, wire.get("/bucket/key", "Range", "lines=1-2").statusCode());
    assertRefused(416, "InvalidRange", wire.get("/bucket/key", "Range", "bytes=1000-"));
    assertRefused(416, "InvalidRange", wire.get("/bucket/key", "Range", "bytes=-0"));
  }

  @Test
  void conditionsOfReadings_areJudged() throws Exception {
    wire.store("/bucket/key", bytes(5, 4));
    String etag = header(wire.get("/bucket/key"), "ETag");
    assertEquals(200, wire.get("/bucket/key", "If-Match", etag).statusCode());
    assertRefused(412, "PreconditionFailed", wire.get("/bucket/key", "If-Match", "\"other\""));
    assertEquals(304, wire.get("/bucket/key", "If-None-Match", etag).statusCode());
    assertRefused(404, "NoSuchKey", wire.get("/bucket/none", "If-Match", etag));
  }

  @Test
  void conditionsOfWrites_areJudged() throws Exception {
    assertEquals(200, wire.put("/bucket/key", bytes(5, 1), "If-None-Match", "*").statusCode());
    assertRefused(
        412, "PreconditionFailed", wire.put("/bucket/key", bytes(5, 2), "If-None-Match", "*"));
    assertArrayEquals(bytes(5, 1), server.bytes("bucket", "key").orElseThrow());
    String etag = header(wire.get("/bucket/key"), "ETag");
    assertRefused(
        412, "PreconditionFailed", wire.put("/bucket/key", bytes(5, 2), "If-Match", "\"x\""));
    assertEquals(200, wire.put("/bucket/key", bytes(5, 2), "If-Match", etag).statusCode());
    assertRefused(404, "NoSuchKey", wire.put("/bucket/no", bytes(5, 2), "If-Match", etag));
    assertRefused(
        501, "NotImplemented", wire.put("/bucket/no", bytes(5, 2), "If-None-Match", etag));
  }

  @Test
  void racingConditionalPuts_haveOneWinner() throws Exception {
    int threads = 16;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        String path = "/bucket/race" + round;
        CyclicBarrier together = new CyclicBarrier(threads);
        List<Callable<Integer>> puts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          byte[] body = bytes(5_000, i);
          puts.add(
              () -> {
                together.await(20, TimeUnit.SECONDS);
                return wire.put(path, body, "If-None-Match", "*").statusCode();
              });
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> one : pool.invokeAll(puts, 30, TimeUnit.SECONDS)) {
          statuses.add(one.get());
        }
        assertEquals(1, Collections.frequency(statuses, 200), statuses::toString);
        assertEquals(threads - 1, Collections.frequency(statuses, 412), statuses::toString);
        int winner = statuses.indexOf(200);
        assertArrayEquals(
            bytes(5_000, winner), server.bytes("bucket", "race" + round).orElseThrow());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void wrongChecksums_areRefusedAndNothingIsStored() throws Exception {
    byte[] body = bytes(100, 5);
    for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
      assertRefused(
          400,
          "BadDigest",
          wire.put("/bucket/key", body, algorithm.header(), algorithm.base64(bytes(99, 5))));
      assertEquals(
          200,
          wire.put("/bucket/" + algorithm, body, algorithm.header(), algorithm.base64(body))
              .statusCode());
    }
    assertRefused(400, "BadDigest", wire.put("/bucket/key", body, "Content-MD5", md5("other")));
    assertRefused(
        400,
        "XAmzContentSHA256Mismatch",
        wire.put("/bucket/key", body, "x-amz-content-sha256", "0".repeat(64)));
    assertRefused(
        400,
        "InvalidRequest",
        wire.put(
            "/bucket/key",
            body,
            "x-amz-checksum-crc32c",
            crc32c(body),
            "x-amz-checksum-sha256",
            sha256(body)));
    assertEquals(Optional.empty(), server.bytes("bucket", "key"));
  }

  @Test
  void withoutChecksum_theServersOwnIsStored() throws Exception {
    byte[] body = bytes(100, 6);
    wire.store("/bucket/key", body);
    assertEquals(
        ChecksumAlgorithm.CRC64NVME.base64(body),
        header(
            wire.get("/bucket/key", "x-amz-checksum-mode", "ENABLED"), "x-amz-checksum-crc64nvme"));
  }

  @Test
  void attributes_tellChecksumAndLength() throws Exception {
    byte[] body = bytes(100, 7);
    wire.put("/bucket/key", body, "x-amz-checksum-crc32c", crc32c(body));
    HttpResponse<byte[]> reply =
        wire.get("/bucket/key?attributes", "x-amz-object-attributes", "ETag,Checksum, ObjectSize");
    assertEquals(crc32c(body), element(reply, "ChecksumCRC32C"));
    assertEquals("FULL_OBJECT", element(reply, "ChecksumType"));
    assertEquals("100", element(reply, "ObjectSize"));
    assertEquals(List.of(), elements(reply, "StorageClass"));
  }

  @Test
  void listing_isInTheOrderOfBytesAndInPages() throws Exception {
    List<String> keys =
        List.of("p/-", "p/0", "p/a", "p/a/b", "p/a0", "p/&<\">", "p/\uFF5E", "p/\uD83D\uDE00");
    for (String key : keys) {
      wire.store("/bucket/" + encoded(key), bytes(3, 1));
    }
    wire.store("/bucket/o", bytes(1, 1));
    wire.store("/bucket/q", bytes(1, 1));
    List<String> ordered = List.of("&<\">", "-", "0", "a", "a/b", "a0", "\uFF5E", "\uD83D\uDE00");
    for (int max = 1; max <= 9; max++) {
      List<String> listed = new ArrayList<>();
      String token = "";
      do {
        HttpResponse<byte[]> page =
            wire.get("/bucket?list-type=2&prefix=p/&max-keys=" + max + token);
        listed.addAll(elements(page, "Key"));
        token = "&continuation-token=" + encoded(element(page, "NextContinuationToken"));
        assertEquals(
            element(page, "NextContinuationToken").isEmpty(),
            element(page, "IsTruncated").equals("false"));
      } while (!token.endsWith("="));
      assertEquals(
          ordered.stream().map(key -> "p/" + escaped(key)).toList(), listed, "in pages of " + max);
    }
    assertEquals(
        List.of("p/a0", "p/\uFF5E", "p/\uD83D\uDE00"),
        elements(wire.get("/bucket?list-type=2&prefix=p/&start-after=p/a/b"), "Key"));
    assertEquals(
        "p/%26%3C%22%3E",
        element(wire.get("/bucket?list-type=2&prefix=p/&max-keys=1&encoding-type=url"), "Key"));
    assertEquals(
        List.of("0", "false"),
        List.of(
            element(wire.get("/bucket?list-type=2&max-keys=0"), "KeyCount"),
            element(wire.get("/bucket?list-type=2&max-keys=0"), "IsTruncated")));
  }

  private static String encoded(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8);
  }

  private static String escaped(String key) {
    return key.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  @Test
  void deletion_isIdempotent() throws Exception {
    wire.store("/bucket/key", bytes(3, 1));
    assertEquals(204, wire.send("DELETE", "/bucket/key", NOTHING).statusCode());
    assertEquals(204, wire.send("DELETE", "/bucket/key", NOTHING).statusCode());
    assertRefused(404, "NoSuchKey", wire.get("/bucket/key"));
    assertRefused(404, "NoSuchVersion", wire.get("/bucket/key?versionId=v1"));
  }

  @Test
  void batchDeletion_namesEachKey() throws Exception {
    wire.store("/bucket/a", bytes(3, 1));
    wire.store("/bucket/b%26", bytes(3, 1));
    wire.store("/bucket/c", bytes(3, 1));
    String objects =
        "<Object><Key>a</Key></Object><Object><Key>b&amp;</Key></Object>"
            + "<Object><Key>none</Key></Object>";
    String loud = "<Delete>" + objects + "</Delete>";
    HttpResponse<byte[]> reply = wire.post("/bucket?delete", loud, "Content-MD5", md5(loud));
    assertEquals(200, reply.statusCode());
    assertEquals(List.of("a", "b&amp;", "none"), elements(reply, "Key"));
    assertEquals(
        List.of("c"), server.objects("bucket").stream().map(S3StoredVersion::key).toList());
    String quiet = "<Delete><Quiet>true</Quiet>" + objects + "</Delete>";
    assertEquals(
        List.of(), elements(wire.post("/bucket?delete", quiet, "Content-MD5", md5(quiet)), "Key"));
    assertRefused(400, "InvalidRequest", wire.post("/bucket?delete", loud));
    assertRefused(400, "BadDigest", wire.post("/bucket?delete", loud, "Content-MD5", md5(quiet)));
  }

  @Test
  void brokenXml_isRefused() throws Exception {
    List<String> documents =
        List.of(
            "",
            "<Delete>",
            "<Other/>",
            "<Delete/>",
            "<Delete><Object/></Delete>",
            "<!DOCTYPE x [<!ENTITY e 'a'>]><Delete><Object><Key>&e;</Key></Object></Delete>",
            "<Delete>" + "<a>".repeat(9) + "</a>".repeat(9) + "</Delete>",
            "<Delete>" + "<Object><Key>k</Key></Object>".repeat(1_001) + "</Delete>");
    for (String document : documents) {
      assertRefused(
          400, "MalformedXML", wire.post("/bucket?delete", document, "Content-MD5", md5(document)));
    }
  }

  @Test
  void unknownRequests_areRefusedAndCounted() throws Exception {
    wire.store("/bucket/key", bytes(3, 1));
    assertRefused(501, "NotImplemented", wire.get("/bucket/key?acl"));
    assertRefused(501, "NotImplemented", wire.get("/bucket"));
    assertRefused(501, "NotImplemented", wire.get("/"));
    assertRefused(501, "NotImplemented", wire.get("/bucket?list-type=2&delimiter=/"));
    assertRefused(
        501, "NotImplemented", wire.put("/bucket/copy", NOTHING, "x-amz-copy-source", "a/b"));
    assertRefused(400, "KeyTooLongError", wire.put("/bucket/" + "k".repeat(1_025), bytes(1, 1)));
    assertEquals(4, server.requests(S3Operation.OTHER));
    assertEquals(2, server.requests(S3Operation.PUT_OBJECT));
    assertEquals(7, server.requests());
    assertTrue(server.exchanges().stream().allMatch(one -> one.fault().isEmpty()));
  }

  @Test
  void moreThanFits_isRefusedUntilSomethingIsDeleted() throws Exception {
    try (S3FaultServer small = S3FaultServer.start(S3ServerOptions.DEFAULT.withMaxBytes(10_000))) {
      small.createBucket("bucket");
      Wire other = new Wire(small);
      other.store("/bucket/a", bytes(5_000, 1));
      assertRefused(400, "EntityTooLarge", other.put("/bucket/b", bytes(5_000, 1)));
      assertRefused(400, "EntityTooLarge", other.put("/bucket/b", bytes(10_001, 1)));
      assertEquals(204, other.send("DELETE", "/bucket/a", NOTHING).statusCode());
      other.store("/bucket/b", bytes(5_000, 1));
    }
  }

  @Test
  void belowTheProtocol_bytesAreDamagedAndLost() throws Exception {
    byte[] body = bytes(10, 1);
    wire.store("/bucket/key", body);
    server.damage("bucket", "key", 3);
    body[3] ^= 1;
    assertArrayEquals(body, wire.get("/bucket/key").body());
    assertTrue(server.lose("bucket", "key"));
    assertRefused(404, "NoSuchKey", wire.get("/bucket/key"));
  }
}
