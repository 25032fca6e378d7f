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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.testkit.ManualTime;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3SwitchesTest {

  private final ManualTime time = new ManualTime(Instant.parse("2026-11-25T10:00:00Z"));
  private S3FaultServer server;
  private Wire wire;

  @BeforeEach
  void start() throws Exception {
    server = S3FaultServer.start(S3ServerOptions.DEFAULT.withClock(time));
    server.createBucket("bucket");
    wire = new Wire(server);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private HttpResponse<byte[]> conditionalCompletion() throws Exception {
    String upload = wire.begin("/bucket/key");
    String part = wire.part("/bucket/key", upload, 1, bytes(10, 3));
    return wire.complete("/bucket/key", upload, part, "If-None-Match", "*");
  }

  @Test
  void ignoredIfNoneMatch_lastWriterWins() throws Exception {
    wire.store("/bucket/key", bytes(10, 1));
    server.set(S3Switch.IGNORES_IF_NONE_MATCH, true);
    assertEquals(200, wire.put("/bucket/key", bytes(10, 2), "If-None-Match", "*").statusCode());
    assertArrayEquals(bytes(10, 2), server.bytes("bucket", "key").orElseThrow());
    assertEquals(200, conditionalCompletion().statusCode());
    server.set(S3Switch.IGNORES_IF_NONE_MATCH, false);
    assertEquals(412, conditionalCompletion().statusCode());
  }

  @Test
  void ignoredIfNoneMatchOfCompletion_putsStillHeedIt() throws Exception {
    wire.store("/bucket/key", bytes(10, 1));
    server.set(S3Switch.IGNORES_IF_NONE_MATCH_OF_COMPLETION, true);
    assertEquals(412, wire.put("/bucket/key", bytes(10, 2), "If-None-Match", "*").statusCode());
    assertEquals(200, conditionalCompletion().statusCode());
  }

  @Test
  void checkBeforeTheAct_letsSeveralOfThoseThatRaceWin() throws Exception {
    server.set(S3Switch.CHECKS_THEN_ACTS, true);
    assertEquals(200, wire.put("/bucket/key", bytes(10, 1), "If-None-Match", "*").statusCode());
    assertEquals(412, wire.put("/bucket/key", bytes(10, 2), "If-None-Match", "*").statusCode());
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      // Two that never meet, since the machine is busy, show nothing, so there are more rounds.
      boolean both = false;
      for (int round = 0; round < 50 && !both; round++) {
        String path = "/bucket/raced" + round;
        Future<Integer> one = pool.submit(() -> raced(path, 1));
        Future<Integer> other = pool.submit(() -> raced(path, 2));
        both = one.get() == 200 && other.get() == 200;
      }
      assertTrue(both, "only one won in each round");
    } finally {
      pool.shutdown();
    }
  }

  private int raced(String path, int seed) throws Exception {
    return wire.put(path, bytes(10, seed), "If-None-Match", "*").statusCode();
  }

  @Test
  void abortThatDeletesTheObject_doesSoOnlyIfTold() throws Exception {
    wire.store("/bucket/key", bytes(10, 1));
    String first = wire.begin("/bucket/key");
    assertEquals(204, wire.send("DELETE", "/bucket/key?uploadId=" + first, NOTHING).statusCode());
    assertTrue(server.bytes("bucket", "key").isPresent());
    server.set(S3Switch.ABORT_DELETES_OBJECT, true);
    String second = wire.begin("/bucket/key");
    assertEquals(204, wire.send("DELETE", "/bucket/key?uploadId=" + second, NOTHING).statusCode());
    assertTrue(server.bytes("bucket", "key").isEmpty());
  }

  @Test
  void ignoredChecksums_areNeitherCheckedNorTold() throws Exception {
    server.set(S3Switch.IGNORES_CHECKSUMS, true);
    HttpResponse<byte[]> put =
        wire.put("/bucket/key", bytes(10, 1), "x-amz-checksum-crc32c", "AAAAAA==");
    assertEquals(200, put.statusCode());
    assertEquals("", header(put, "x-amz-checksum-crc32c"));
    HttpResponse<byte[]> got = wire.get("/bucket/key", "x-amz-checksum-mode", "ENABLED");
    assertEquals("", header(got, "x-amz-checksum-type"));
    HttpResponse<byte[]> done = conditionalCompletionOf("/bucket/multi", "AAAAAA==");
    assertEquals(200, done.statusCode());
    assertEquals("", element(done, "ChecksumType"));
    assertEquals("", element(wire.get("/bucket?list-type=2"), "ChecksumAlgorithm"));
  }

  private HttpResponse<byte[]> conditionalCompletionOf(String path, String checksum)
      throws Exception {
    String upload = wire.begin(path);
    String part = wire.part(path, upload, 1, bytes(10, 3));
    return wire.complete(
        path, upload, part, "If-None-Match", "*", "x-amz-checksum-crc32c", checksum);
  }

  @Test
  void echoedChecksums_areToldAsTheyCame() throws Exception {
    server.set(S3Switch.ECHOES_CHECKSUMS, true);
    HttpResponse<byte[]> put =
        wire.put("/bucket/key", bytes(10, 1), "x-amz-checksum-crc32c", "AAAAAA==");
    assertEquals("AAAAAA==", header(put, "x-amz-checksum-crc32c"));
    assertEquals(
        "AAAAAA==",
        header(
            wire.send("HEAD", "/bucket/key", NOTHING, "x-amz-checksum-mode", "ENABLED"),
            "x-amz-checksum-crc32c"));
    assertEquals(
        "AAAAAA==",
        element(conditionalCompletionOf("/bucket/multi", "AAAAAA=="), "ChecksumCRC32C"));
  }

  @Test
  void compositeChecksums_comeThoughTheFullObjectWasAskedFor() throws Exception {
    server.set(S3Switch.COMPOSITE_CHECKSUMS, true);
    HttpResponse<byte[]> done = conditionalCompletionOf("/bucket/key", crc32c(bytes(10, 3)));
    assertEquals("COMPOSITE", element(done, "ChecksumType"));
    assertTrue(element(done, "ChecksumCRC32C").endsWith("-1"), () -> Wire.text(done));
    assertEquals(
        "COMPOSITE",
        header(wire.get("/bucket/key", "x-amz-checksum-mode", "ENABLED"), "x-amz-checksum-type"));
  }

  @Test
  void versions_areKeptListedAndDeletedOneByOne() throws Exception {
    server.set(S3Switch.VERSIONING, true);
    assertEquals("Enabled", element(wire.get("/bucket?versioning"), "Status"));
    String first = header(wire.put("/bucket/key", bytes(10, 1)), "x-amz-version-id");
    String second = header(wire.put("/bucket/key", bytes(10, 2)), "x-amz-version-id");
    HttpResponse<byte[]> deleted = wire.send("DELETE", "/bucket/key", NOTHING);
    String marker = header(deleted, "x-amz-version-id");
    assertEquals("true", header(deleted, "x-amz-delete-marker"));
    assertRefused(404, "NoSuchKey", wire.get("/bucket/key"));
    assertArrayEquals(bytes(10, 1), wire.get("/bucket/key?versionId=" + first).body());
    wire.put("/bucket/other", bytes(1, 1));
    List<String> ids = new ArrayList<>();
    String markers = "";
    do {
      HttpResponse<byte[]> page = wire.get("/bucket?versions&prefix=key&max-keys=1" + markers);
      ids.addAll(elements(page, "VersionId"));
      markers =
          "&key-marker="
              + element(page, "NextKeyMarker")
              + "&version-id-marker="
              + element(page, "NextVersionIdMarker");
    } while (!markers.endsWith("="));
    assertEquals(List.of(marker, second, first), ids);
    String batch =
        "<Delete>"
            + ids.stream()
                .map(id -> "<Object><Key>key</Key><VersionId>" + id + "</VersionId></Object>")
                .reduce("", String::concat)
            + "</Delete>";
    HttpResponse<byte[]> gone = wire.post("/bucket?delete", batch, "Content-MD5", md5(batch));
    assertEquals(ids, elements(gone, "VersionId"));
    assertEquals(List.of(marker), elements(gone, "DeleteMarkerVersionId"));
    assertEquals(
        List.of("other"), server.versions("bucket").stream().map(S3StoredVersion::key).toList());
  }

  @Test
  void objectLock_isToldAndKept() throws Exception {
    assertRefused(404, "ObjectLockConfigurationNotFoundError", wire.get("/bucket?object-lock"));
    server.lockObjects(2);
    assertEquals("2", element(wire.get("/bucket?object-lock"), "Days"));
    assertEquals("Enabled", element(wire.get("/bucket?versioning"), "Status"));
    String id = header(wire.put("/bucket/key", bytes(10, 1)), "x-amz-version-id");
    String path = "/bucket/key?versionId=" + id;
    assertRefused(403, "AccessDenied", wire.send("DELETE", path, NOTHING));
    String batch =
        "<Delete><Object><Key>key</Key><VersionId>" + id + "</VersionId></Object></Delete>";
    assertEquals(
        "AccessDenied",
        element(wire.post("/bucket?delete", batch, "Content-MD5", md5(batch)), "Code"));
    time.advance(Duration.ofDays(2));
    assertEquals(204, wire.send("DELETE", path, NOTHING).statusCode());
    server.lockObjects(0);
    assertEquals("", element(wire.get("/bucket?object-lock"), "Days"));
    server.unlockObjects();
    assertEquals("", element(wire.get("/bucket?versioning"), "Status"));
    assertThrows(IllegalArgumentException.class, () -> server.lockObjects(-1));
  }

  @Test
  void lifecycleRules_areTold() throws Exception {
    assertRefused(404, "NoSuchLifecycleConfiguration", wire.get("/bucket?lifecycle"));
    server.lifecycle(
        List.of(
            S3LifecycleRule.expire("clean", "raw/<", 30),
            new S3LifecycleRule(
                "off", "", false, OptionalInt.empty(), OptionalInt.of(1), OptionalInt.of(7))));
    HttpResponse<byte[]> told = wire.get("/bucket?lifecycle");
    assertEquals(List.of("clean", "off"), elements(told, "ID"));
    assertEquals(List.of("raw/&lt;", ""), elements(told, "Prefix"));
    assertEquals(List.of("Enabled", "Disabled"), elements(told, "Status"));
    assertEquals(List.of("30"), elements(told, "Days"));
    assertEquals(List.of("1"), elements(told, "NoncurrentDays"));
    assertEquals(List.of("7"), elements(told, "DaysAfterInitiation"));
    server.lifecycleXml("<LifecycleConfiguration><Rule/></LifecycleConfiguration>");
    assertTrue(Wire.text(wire.get("/bucket?lifecycle")).contains("<Rule/>"));
    server.lifecycle(List.of());
    assertRefused(404, "NoSuchLifecycleConfiguration", wire.get("/bucket?lifecycle"));
    assertThrows(IllegalArgumentException.class, () -> S3LifecycleRule.expire("never", "", 0));
  }

  @Test
  void deniedConfiguration_isNotAbsentConfiguration() throws Exception {
    server.set(S3Switch.CONFIGURATION_DENIED, true);
    for (String what : List.of("lifecycle", "versioning", "object-lock")) {
      assertRefused(403, "AccessDenied", wire.get("/bucket?" + what));
    }
    assertEquals(200, wire.send("HEAD", "/bucket", NOTHING).statusCode());
  }
}
