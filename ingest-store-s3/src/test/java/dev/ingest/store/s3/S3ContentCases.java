package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.Bodies;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** What the adapter does beyond the contract, seen at the requests that a real server gets. */
abstract class S3ContentCases {

  static final int PART = S3Transfer.MIN_PART;

  final Requests requests = new Requests();
  private S3Client client;
  private S3ContentOptions options;
  private S3Content content;

  abstract Server server();

  @BeforeEach
  void open() {
    client = server().client(requests);
    options = server().newPlace().withTransfer(Opened.SMALL);
    content = S3Content.open(client, options, InstantSource.system());
    requests.clear();
  }

  @AfterEach
  void close() {
    content.close();
    client.close();
  }

  private ContentStore store() {
    return content.access().store();
  }

  private void put(ContentKey key, byte[] bytes) {
    Bodies.store(store(), key, bytes);
  }

  private String bucket() {
    return options.place().bucket();
  }

  private void assertCounts(Map<String, Integer> expected) {
    assertEquals(expected, requests.counts());
  }

  private List<String> uploadsLeft() {
    return client.listMultipartUploads(request -> request.bucket(bucket())).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  @Test
  void fewSmallItems_costOnePutEachAndNothingElse() {
    try (ContentWriter writer = store().writer(PREFIX)) {
      for (int i = 0; i < S3ContentWriter.SINGLY; i++) {
        writer.put(key("k" + i), body(bytes(1_000, i)));
      }
      writer.commit();
    }
    assertCounts(Map.of("PutObject", S3ContentWriter.SINGLY));
  }

  @Test
  void manySmallItems_costOnePutEachAndOneLookInAll() throws IOException {
    try (ContentWriter writer = store().writer(PREFIX)) {
      for (int i = 0; i < 50; i++) {
        writer.put(key(String.format("k%03d", i)), body(bytes(1_000, i)));
      }
      writer.commit();
    }
    assertCounts(Map.of("PutObject", 50, "ListObjectsV2", 1));
    for (int i = 0; i < 50; i++) {
      assertArrayEquals(bytes(1_000, i), read(store(), key(String.format("k%03d", i))));
    }
  }

  @Test
  void itemOfOnePart_isPutWholeAndItsDigestIsTheServers() {
    byte[] bytes = bytes(PART, 1);
    put(key("a"), bytes);
    assertCounts(Map.of("PutObject", 1));
    ContentStat stat = store().stat(key("a")).orElseThrow();
    assertEquals(
        Optional.of(new Checksum(Digest.of(bytes), Provenance.BACKEND_COMPUTED)), stat.checksum());
  }

  @Test
  void itemOfOneByteMore_isUploadedInPartsAndHasNoDigest() throws IOException {
    byte[] bytes = bytes(PART + 1, 1);
    put(key("a"), bytes);
    assertCounts(Map.of("CreateMultipartUpload", 1, "UploadPart", 2, "CompleteMultipartUpload", 1));
    assertEquals(
        new ContentStat(key("a"), bytes.length, Optional.empty()),
        store().stat(key("a")).orElseThrow());
    assertArrayEquals(bytes, read(store(), key("a")));
    assertEquals(List.of(), uploadsLeft());
  }

  @Test
  void objects_areReadableWithoutTheSdkAndHaveTheDigestsThatWerePut() throws Exception {
    Map<ContentKey, byte[]> items = Map.of(key("a"), bytes(1_000, 1), key("b"), bytes(PART + 7, 2));
    items.forEach(this::put);
    for (Map.Entry<ContentKey, byte[]> item : items.entrySet()) {
      HttpResponse<byte[]> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(signed(item.getKey()))
                      .timeout(Duration.ofSeconds(30))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, answer.statusCode());
      assertEquals(Digest.of(item.getValue()), Digest.of(answer.body()));
    }
  }

  /** The address of an object, good for a minute, for a client that knows nothing of S3. */
  private URI signed(ContentKey key) {
    try (S3Presigner presigner =
        S3Presigner.builder()
            .endpointOverride(server().endpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(Server.ACCESS_KEY, Server.SECRET_KEY)))
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .build()) {
      return URI.create(
          presigner
              .presignGetObject(
                  sign ->
                      sign.signatureDuration(Duration.ofMinutes(1))
                          .getObjectRequest(
                              get -> get.bucket(bucket()).key(options.place().root() + key)))
              .url()
              .toString());
    }
  }

  @Test
  void itemOfUnknownLength_isStoredWhole() throws IOException {
    long length = 2L * PART + 12_345;
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertEquals(length, writer.put(key("a"), Bodies.endless(length)).length());
      writer.commit();
    }
    byte[] expected = new byte[(int) length];
    Bodies.pattern(expected, 0, expected.length, 0);
    assertArrayEquals(expected, read(store(), key("a")));
    try (InputStream in = store().open(key("a"), new ByteRange(PART - 5, 10), ReadPurpose.PROVE)) {
      assertArrayEquals(Arrays.copyOfRange(expected, PART - 5, PART + 5), in.readAllBytes());
    }
  }

  @Test
  void bodyThatBreaksOffInALaterPart_leavesNoUploadAndItsErrorComesThrough() {
    IllegalStateException refusal = new IllegalStateException("refused");
    ContentBody broken =
        Bodies.generated(
            3L * PART,
            (into, offset, count, from) -> {
              if (from >= 2L * PART) {
                throw refusal;
              }
            });
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertSame(
          refusal, assertThrows(IllegalStateException.class, () -> writer.put(key("a"), broken)));
      writer.put(key("b"), body(bytes(10, 1)));
      writer.commit();
    }
    assertEquals(List.of(), uploadsLeft());
    assertEquals(Optional.empty(), store().stat(key("a")));
  }

  @Test
  void partThatCannotBeSent_leavesNoUpload() {
    requests.failBefore("UploadPart");
    try (ContentWriter writer = store().writer(PREFIX)) {
      ContentException error =
          assertThrows(
              ContentException.class, () -> writer.put(key("a"), body(bytes(3 * PART, 1))));
      assertTrue(error.toString().contains("send part"), error::toString);
    }
    assertEquals(List.of(), uploadsLeft());
    assertEquals(Optional.empty(), store().stat(key("a")));
  }

  @Test
  void uploadOfTheSameBytesAgain_succeedsAndOfOthersIsAConflict() throws IOException {
    byte[] stored = bytes(PART + 100, 1);
    put(key("a"), stored);
    put(key("a"), stored);
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("a"), body(bytes(PART + 100, 2))));
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("a"), body(bytes(PART + 101, 1))));
      writer.commit();
    }
    assertArrayEquals(stored, read(store(), key("a")));
    assertEquals(List.of(), uploadsLeft());
  }

  @Test
  void putWhoseReplyWasLost_isRecognised() throws IOException {
    requests.loseReplies("PutObject", 1);
    put(key("a"), bytes(1_000, 1));
    assertCounts(Map.of("PutObject", 2, "HeadObject", 1));
    assertArrayEquals(bytes(1_000, 1), read(store(), key("a")));
  }

  @Test
  void answerWithoutAChecksum_isAskedForIt() {
    requests.hideChecksums("PutObject"::equals);
    put(key("a"), bytes(1_000, 1));
    assertCounts(Map.of("PutObject", 1, "HeadObject", 1));
    requests.hideChecksums(kind -> true);
    try (ContentWriter writer = store().writer(PREFIX)) {
      ContentException error =
          assertThrows(ContentException.class, () -> writer.put(key("b"), body(bytes(10, 1))));
      assertTrue(error.toString().contains("the server keeps none"), error::toString);
    }
  }

  @Test
  void uploadWhoseLastReplyWasLost_isRecognised() throws IOException {
    requests.loseReplies("CompleteMultipartUpload", 1);
    put(key("a"), bytes(PART + 1, 1));
    assertArrayEquals(bytes(PART + 1, 1), read(store(), key("a")));
    assertEquals(2, requests.counts().get("CompleteMultipartUpload"));
  }

  @Test
  void putWithoutAnyReply_isUnknownAndCanBeRepeated() throws IOException {
    requests.loseReplies("PutObject", 100);
    try (ContentWriter writer = store().writer(PREFIX)) {
      ContentException error =
          assertThrows(ContentException.class, () -> writer.put(key("a"), body(bytes(1_000, 1))));
      assertFalse(error instanceof ContentConflictException, error::toString);
    }
    requests.loseReplies("PutObject", 0);
    put(key("a"), bytes(1_000, 1));
    assertArrayEquals(bytes(1_000, 1), read(store(), key("a")));
  }

  @Test
  void conflictInTheBackground_isToldByTheCommit() throws IOException {
    try (ContentWriter writer = store().writer(PREFIX)) {
      for (int i = 0; i < 5; i++) {
        writer.put(key("k" + i), body(bytes(100, i)));
      }
      put(key("k7"), bytes(100, 70));
      // The put itself tells it if it is known by then, else the commit does.
      ContentConflictException conflict =
          assertThrows(
              ContentConflictException.class,
              () -> {
                writer.put(key("k7"), body(bytes(100, 7)));
                writer.commit();
              });
      assertTrue(conflict.toString().contains(key("k7").value()), conflict::toString);
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("k8"), body(bytes(100, 8))));
    }
    assertArrayEquals(bytes(100, 70), read(store(), key("k7")));
  }

  @Test
  void conflictWithWhatTheWriterSaw_isToldByThePut() {
    put(key("k7"), bytes(100, 70));
    try (ContentWriter writer = store().writer(PREFIX)) {
      for (int i = 0; i < 5; i++) {
        writer.put(key("k" + i), body(bytes(100, i)));
      }
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("k7"), body(bytes(100, 7))));
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("k4"), body(bytes(100, 40))));
      writer.commit();
    }
  }

  /** What the look says of keys behind one that was refused says nothing of those before it. */
  @Test
  void keyBeforeARefusedOne_isStillComparedByItsPut() {
    put(key("k3"), bytes(100, 30));
    put(key("k5"), bytes(100, 50));
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.put(key("k0"), body(bytes(100, 0)));
      writer.put(key("k1"), body(bytes(100, 1)));
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("k5"), body(bytes(100, 5))));
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("k3"), body(bytes(100, 3))));
      writer.commit();
    }
  }

  @Test
  void failureInTheBackground_failsTheCommitAndEverythingAfterIt() {
    try (ContentWriter writer = store().writer(PREFIX)) {
      for (int i = 0; i < 4; i++) {
        writer.put(key("k" + i), body(bytes(100, i)));
      }
      writer.commit();
      writer.put(key("k5"), body(bytes(100, 5)));
      requests.failBefore("PutObject");
      // The put itself tells it if it has failed by then, else the commit does.
      assertThrows(
          ContentException.class,
          () -> {
            writer.put(key("k6"), body(bytes(100, 6)));
            writer.commit();
          });
      assertThrows(ContentException.class, writer::commit);
      assertThrows(ContentException.class, () -> writer.put(key("k7"), body(bytes(1, 1))));
    }
  }

  @Test
  void readThatBreaksOff_goesOnBehindTheLastByteOfTheSameObject() throws IOException {
    byte[] stored = bytes(100_000, 1);
    put(key("a"), stored);
    requests.clear();
    requests.damageReads(ObjectInput.CONTINUATIONS, body -> Arrays.copyOf(body, body.length / 2));
    assertArrayEquals(stored, read(store(), key("a")));
    assertCounts(Map.of("GetObject", 1 + ObjectInput.CONTINUATIONS));
    assertTrue(
        requests.sentRequests().stream()
            .skip(1)
            .allMatch(one -> one.firstMatchingHeader("If-Match").isPresent()));
  }

  @Test
  void readThatKeepsBreakingOff_isAnErrorAndNoEnd() {
    put(key("a"), bytes(1_000, 1));
    requests.damageReads(100, body -> new byte[0]);
    IOException error = assertThrows(IOException.class, () -> read(store(), key("a")));
    assertTrue(error.toString().contains("from byte 0 to 1000"), error::toString);
  }

  @Test
  void damageOnTheWayOfAnUploadedItem_isFoundAtTheEnd() {
    put(key("a"), bytes(PART + 1, 1));
    requests.damageReads(
        1,
        body -> {
          body[PART]++;
          return body;
        });
    IOException error = assertThrows(IOException.class, () -> read(store(), key("a")));
    assertTrue(error.toString().contains("CRC32C"), error::toString);
  }

  @Test
  void foreignObjectBelowThePrefix_isAnErrorOfTheListingThatNamesIt() {
    String foreign = options.place().root() + PREFIX.value() + "/FOREIGN";
    client.putObject(request -> request.bucket(bucket()).key(foreign), RequestBody.fromString("x"));
    put(key("a"), bytes(1, 1));
    ContentException error =
        assertThrows(ContentException.class, () -> store().list(PREFIX, Optional.empty(), 10));
    assertTrue(error.toString().contains("FOREIGN"), error::toString);
  }

  @Test
  void sweep_abortsWhatIsOldBelowThePrefixAlone() {
    String own = options.place().root() + key("old").value();
    for (String objectKey : List.of(own, "elsewhere/x")) {
      client.createMultipartUpload(request -> request.bucket(bucket()).key(objectKey));
    }
    assertEquals(new Swept(0, 1, 0, false), content.sweep());
    try (S3Content later = S3Content.open(client, options, in(Duration.ofDays(2)))) {
      assertEquals(new Swept(1, 0, 0, false), later.sweep());
    }
    assertEquals(List.of("elsewhere/x"), uploadsLeft());
  }

  @Test
  void sweep_leavesWhatIsUnderWayHere() throws IOException {
    try (S3Content later = S3Content.open(client, options, in(Duration.ofDays(2)));
        ContentWriter writer = later.access().store().writer(PREFIX)) {
      ContentBody body =
          Bodies.generated(
              2L * PART,
              (into, offset, count, from) -> {
                Bodies.pattern(into, offset, count, from);
                if (from > PART && from < PART + 65_536 + 1) {
                  assertEquals(new Swept(0, 1, 0, false), later.sweep());
                }
              });
      writer.put(key("a"), body);
      writer.commit();
    }
    assertEquals(2L * PART, read(store(), key("a")).length);
  }

  private static InstantSource in(Duration time) {
    return InstantSource.offset(InstantSource.system(), time);
  }

  @Test
  void purge_judgesEachKeyByItself() {
    for (String part : List.of("a", "b", "c")) {
      put(key(part), bytes(10, 1));
    }
    requests.clear();
    assertEquals(
        List.of(Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED),
        content.access().purger().delete(permit(key("a"), key("none"), key("c"))));
    assertEquals(1, requests.counts().get("DeleteObjects"));
    assertEquals(
        List.of(key("b")),
        store().list(PREFIX, Optional.empty(), 10).entries().stream()
            .map(ContentStat::key)
            .toList());
  }

  @Test
  void missingBucket_isNoAbsentKey() {
    put(key("a"), bytes(1, 1));
    content.access().purger().delete(permit(key("a")));
    client.deleteBucket(request -> request.bucket(bucket()));
    ContentKey key = key("a");
    ContentException error = assertThrows(ContentException.class, () -> store().stat(key));
    assertTrue(error.toString().contains(bucket()), error::toString);
    assertThrows(ContentException.class, () -> read(store(), key));
    client.createBucket(request -> request.bucket(bucket()));
  }

  @Test
  void close_leavesTheClientOfTheCallerOpen() {
    content.close();
    assertThrows(ContentException.class, () -> store().stat(key("a")));
    client.headBucket(request -> request.bucket(bucket()));
  }
}
