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
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.testkit.s3.S3Fault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class S3FaultsTest extends OnServer {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final byte[] BODY = bytes(1_000, 1);

  S3FaultsTest() throws IOException {
    super(S3ServerOptions.DEFAULT.withMinPartBytes(1));
  }

  private void next(S3Operation operation, S3Fault fault) {
    server.rule(S3Rule.at(operation, 1, fault));
  }

  private HttpResponse<byte[]> put() throws Exception {
    return wire.put("/bucket/key", BODY, "x-amz-checksum-crc32c", crc32c(BODY));
  }

  private Optional<byte[]> stored() {
    return server.bytes("bucket", "key");
  }

  @Test
  void errorBefore_hasNoEffectAndStrikesOnce() throws Exception {
    for (S3Fault.ErrorBefore fault :
        List.of(
            new S3Fault.ErrorBefore(500, "InternalError"),
            new S3Fault.ErrorBefore(503, "ServiceUnavailable"),
            new S3Fault.ErrorBefore(409, "ConditionalRequestConflict"))) {
      next(S3Operation.PUT_OBJECT, fault);
      assertRefused(fault.status(), fault.code(), put());
      assertEquals(Optional.empty(), stored());
      assertEquals(200, put().statusCode());
      assertTrue(server.lose("bucket", "key"));
    }
    assertEquals(Map.of(Kind.ERROR_BEFORE, 3L), server.struck());
  }

  @Test
  void errorOfHead_hasNoBody() throws Exception {
    next(S3Operation.HEAD_OBJECT, new S3Fault.Throttle());
    HttpResponse<byte[]> reply = wire.send("HEAD", "/bucket/key", NOTHING);
    assertEquals(503, reply.statusCode());
    assertEquals(0, reply.body().length);
  }

  @Test
  void throttle_isSlowDown() throws Exception {
    next(S3Operation.PUT_OBJECT, new S3Fault.Throttle());
    assertRefused(503, "SlowDown", put());
    assertEquals(Optional.empty(), stored());
    assertEquals(1, server.struck(Kind.THROTTLE));
  }

  @Test
  void dropBefore_hasNoEffectAndNoReply() {
    next(S3Operation.PUT_OBJECT, new S3Fault.DropBefore());
    assertThrows(IOException.class, this::put);
    assertEquals(Optional.empty(), stored());
    assertEquals(1, server.struck(Kind.DROP_BEFORE));
    assertEquals(0, server.exchanges().get(0).status());
  }

  @Test
  void effectThenDrop_hasItsEffectAndNoReply() {
    next(S3Operation.PUT_OBJECT, new S3Fault.EffectThenDrop());
    assertThrows(IOException.class, this::put);
    assertArrayEquals(BODY, stored().orElseThrow());
    assertEquals(1, server.struck(Kind.EFFECT_THEN_DROP));
  }

  @Test
  void effectThenError_hasItsEffect() throws Exception {
    next(S3Operation.PUT_OBJECT, new S3Fault.EffectThenError(500, "InternalError"));
    assertRefused(500, "InternalError", put());
    assertArrayEquals(BODY, stored().orElseThrow());
    assertEquals(1, server.struck(Kind.EFFECT_THEN_ERROR));
  }

  @Test
  void errorIn200OfAPut_hasNoTagAndItsEffectOrNot() throws Exception {
    for (boolean effect : List.of(false, true)) {
      next(S3Operation.PUT_OBJECT, new S3Fault.ErrorIn200("InternalError", effect));
      HttpResponse<byte[]> put = wire.put("/bucket/key", bytes(10, 1));
      assertEquals(200, put.statusCode());
      assertEquals("", Wire.header(put, "ETag"));
      assertEquals(effect, server.bytes("bucket", "key").isPresent());
    }
  }

  @Test
  void errorIn200_hasItsEffectOrNot() throws Exception {
    for (boolean effect : new boolean[] {false, true}) {
      String upload = wire.begin("/bucket/key");
      String part = wire.part("/bucket/key", upload, 1, BODY);
      next(S3Operation.COMPLETE_MULTIPART_UPLOAD, new S3Fault.ErrorIn200("InternalError", effect));
      assertRefused(200, "InternalError", wire.complete("/bucket/key", upload, part));
      assertEquals(effect, stored().isPresent());
      assertEquals(1, server.uploads("bucket").size());
    }
    assertEquals(2, server.struck(Kind.ERROR_IN_200));
  }

  @Test
  void shortBody_endsBeforeItsLength() throws Exception {
    put();
    for (int kept : new int[] {0, 1, 999, 5_000}) {
      next(S3Operation.GET_OBJECT, new S3Fault.ShortBody(kept));
      IOException cut = assertThrows(IOException.class, () -> wire.get("/bucket/key"));
      String message = String.valueOf(cut.getMessage());
      assertTrue(message.contains("received: " + Math.min(kept, 999)), message);
    }
    next(S3Operation.LIST_OBJECTS_V2, new S3Fault.ShortBody(10));
    assertThrows(IOException.class, () -> wire.get("/bucket?list-type=2"));
    assertEquals(5, server.struck(Kind.SHORT_BODY));
  }

  @Test
  void corruptBody_flipsOneByteToTheClient() throws Exception {
    put();
    next(S3Operation.GET_OBJECT, new S3Fault.CorruptBody(1_003));
    byte[] got = wire.get("/bucket/key").body();
    got[3] ^= 1;
    assertArrayEquals(BODY, got);
    assertArrayEquals(BODY, wire.get("/bucket/key").body());
    assertEquals(1, server.struck(Kind.CORRUPT_BODY));
  }

  @Test
  void corruptBody_toTheServerIsRefusedIfItIsChecked() throws Exception {
    next(S3Operation.PUT_OBJECT, new S3Fault.CorruptBody(3));
    assertRefused(400, "BadDigest", put());
    server.set(S3Switch.IGNORES_CHECKSUMS, true);
    next(S3Operation.PUT_OBJECT, new S3Fault.CorruptBody(3));
    assertEquals(200, put().statusCode());
    byte[] damaged = stored().orElseThrow();
    damaged[3] ^= 1;
    assertArrayEquals(BODY, damaged);
    assertEquals(2, server.struck(Kind.CORRUPT_BODY));
  }

  @Test
  void checksum_isWrongOrMissingInTheReply() throws Exception {
    next(S3Operation.PUT_OBJECT, new S3Fault.WrongChecksum());
    String wrong = header(put(), "x-amz-checksum-crc32c");
    assertNotEquals(crc32c(BODY), wrong);
    assertEquals(8, wrong.length());
    next(S3Operation.PUT_OBJECT, new S3Fault.NoChecksum());
    assertEquals("", header(put(), "x-amz-checksum-crc32c"));
    String[] asked = {"x-amz-checksum-mode", "ENABLED"};
    next(S3Operation.GET_OBJECT, new S3Fault.WrongChecksum());
    assertEquals(wrong, header(wire.get("/bucket/key", asked), "x-amz-checksum-crc32c"));
    next(S3Operation.HEAD_OBJECT, new S3Fault.NoChecksum());
    assertEquals(
        "", header(wire.send("HEAD", "/bucket/key", NOTHING, asked), "x-amz-checksum-crc32c"));
    next(S3Operation.HEAD_OBJECT, new S3Fault.NoChecksum());
    wire.send("HEAD", "/bucket/key", NOTHING);
    assertEquals(2, server.struck(Kind.WRONG_CHECKSUM));
    assertEquals(2, server.struck(Kind.NO_CHECKSUM), "a reply without one cannot lose it");
  }

  @Test
  void checksumOfCompletion_isWrongOrMissing() throws Exception {
    for (S3Fault fault : List.of(new S3Fault.WrongChecksum(), new S3Fault.NoChecksum())) {
      String upload = wire.begin("/bucket/key");
      String part = wire.part("/bucket/key", upload, 1, BODY);
      next(S3Operation.COMPLETE_MULTIPART_UPLOAD, fault);
      HttpResponse<byte[]> done = wire.complete("/bucket/key", upload, part);
      assertEquals(200, done.statusCode());
      assertNotEquals(crc32c(BODY), element(done, "ChecksumCRC32C"));
    }
  }

  @Test
  void lostPart_isAcknowledgedAndNotThere() throws Exception {
    String upload = wire.begin("/bucket/key");
    String first = wire.part("/bucket/key", upload, 1, BODY);
    next(S3Operation.UPLOAD_PART, new S3Fault.LostPart());
    String second = wire.part("/bucket/key", upload, 2, BODY);
    assertEquals(List.of(1), server.uploads("bucket").get(0).parts());
    assertRefused(400, "InvalidPart", wire.complete("/bucket/key", upload, first + second));
    assertEquals(1, server.struck(Kind.LOST_PART));
  }

  @Test
  void staleListing_omitsTheNewestAndHasTheDeleted() throws Exception {
    for (String key : List.of("d", "b", "c", "a")) {
      wire.store("/bucket/" + key, BODY);
    }
    wire.send("DELETE", "/bucket/d", NOTHING);
    next(S3Operation.LIST_OBJECTS_V2, new S3Fault.StaleListing(2, 1));
    HttpResponse<byte[]> stale = wire.get("/bucket?list-type=2");
    assertEquals(List.of("b", "d"), elements(stale, "Key"));
    assertEquals(List.of("1000", "1000"), elements(stale, "Size"));
    assertEquals(List.of("a", "b", "c"), elements(wire.get("/bucket?list-type=2"), "Key"));
    next(S3Operation.LIST_OBJECTS_V2, new S3Fault.StaleListing(2, 1));
    wire.get("/bucket?list-type=2&prefix=b");
    assertEquals(1, server.struck(Kind.STALE_LISTING), "a page that is fresh is not stale");
  }

  @Test
  void refusedKeys_areNamedAndNotDeleted() throws Exception {
    wire.store("/bucket/a", BODY);
    wire.store("/bucket/b", BODY);
    String batch =
        "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object><Object><Key>b</Key></Object>"
            + "</Delete>";
    next(S3Operation.DELETE_OBJECTS, new S3Fault.KeysRefused(1));
    HttpResponse<byte[]> reply = wire.post("/bucket?delete", batch, "Content-MD5", md5(batch));
    assertEquals(200, reply.statusCode());
    assertEquals(List.of("a"), elements(reply, "Key"));
    assertEquals("InternalError", element(reply, "Code"));
    assertEquals(
        List.of("a"), server.objects("bucket").stream().map(S3StoredVersion::key).toList());
  }

  private CompletableFuture<Integer> putting() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return put().statusCode();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        });
  }

  @Test
  void hang_landsLateWhenReleased() throws Exception {
    next(S3Operation.PUT_OBJECT, new S3Fault.Hang());
    CompletableFuture<Integer> putting = putting();
    assertTrue(server.awaitHanging(1, SOON));
    assertEquals(Optional.empty(), stored());
    assertRefused(404, "NoSuchKey", wire.get("/bucket/key"));
    server.release();
    assertEquals(200, putting.get(20, TimeUnit.SECONDS));
    assertArrayEquals(BODY, stored().orElseThrow());
    assertEquals(1, server.struck(Kind.HANG));
  }

  @Test
  void effectThenHang_holdsOnlyTheReply() throws Exception {
    next(S3Operation.PUT_OBJECT, new S3Fault.EffectThenHang());
    CompletableFuture<Integer> putting = putting();
    assertTrue(server.awaitHanging(1, SOON));
    assertArrayEquals(BODY, stored().orElseThrow());
    assertFalse(putting.isDone());
    server.release();
    assertEquals(200, putting.get(20, TimeUnit.SECONDS));
  }

  @Test
  void hang_endsWithoutEffectWhenItsTimeIsOver() throws Exception {
    try (S3FaultServer brief =
        S3FaultServer.start(S3ServerOptions.DEFAULT.withLongestHang(Duration.ofMillis(50)))) {
      brief.createBucket("bucket");
      brief.rule(S3Rule.at(S3Operation.PUT_OBJECT, 1, new S3Fault.Hang()));
      assertThrows(IOException.class, () -> new Wire(brief).put("/bucket/key", BODY));
      assertEquals(Optional.empty(), brief.bytes("bucket", "key"));
      assertEquals(1, brief.struck(Kind.HANG));
    }
  }

  @Test
  void close_endsWhatHangs() throws Exception {
    server.rule(S3Rule.next(S3Operation.PUT_OBJECT, Long.MAX_VALUE, new S3Fault.Hang()));
    List<CompletableFuture<Integer>> putting = List.of(putting(), putting());
    assertTrue(server.awaitHanging(1, SOON));
    server.close();
    server.close();
    for (CompletableFuture<Integer> one : putting) {
      assertThrows(Exception.class, () -> one.get(20, TimeUnit.SECONDS));
    }
    String prefix = "s3-fault-server-" + server.endpoint().getPort();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith(prefix)) {
        // A pool counts as ended a moment before its last thread is.
        thread.join(SOON.toMillis());
        assertFalse(thread.isAlive(), thread::toString);
      }
    }
  }

  @Test
  void drip_sendsEachByteAfterItsPauseAndTheRestAtOnceWhenReleased() throws Exception {
    put();
    next(S3Operation.GET_OBJECT, new S3Fault.Drip(Duration.ofMillis(10)));
    long begun = System.nanoTime();
    HttpResponse<InputStream> reply =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.endpoint().resolve("/bucket/key")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = reply.body()) {
      assertArrayEquals(Arrays.copyOf(BODY, 5), in.readNBytes(5));
      assertTrue(System.nanoTime() - begun >= TimeUnit.MILLISECONDS.toNanos(30));
      server.release();
      assertArrayEquals(Arrays.copyOfRange(BODY, 5, BODY.length), in.readAllBytes());
    }
    assertEquals(Map.of(Kind.DRIP, 1L), server.struck());
  }

  @Test
  void drip_endsWithTheServer() throws Exception {
    put();
    // A client may ask again when its connection ends before an answer, and drips again then.
    server.rule(
        S3Rule.next(
            S3Operation.GET_OBJECT, Long.MAX_VALUE, new S3Fault.Drip(Duration.ofMinutes(1))));
    CompletableFuture<HttpResponse<byte[]>> reply =
        HttpClient.newHttpClient()
            .sendAsync(
                HttpRequest.newBuilder(server.endpoint().resolve("/bucket/key")).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    long end = System.nanoTime() + SOON.toNanos();
    while (server.struck(Kind.DRIP) == 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    server.close();
    assertThrows(CompletionException.class, reply::join);
  }
}
