package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.DeletionRule;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import dev.ingest.testkit.s3.S3Switch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;

/** What is refused at an opening, by servers that lack something or are made to ignore it. */
class OpeningTest {

  private final Requests requests = new Requests();
  private final S3Client proxy = S3ProxyServer.get().client(requests);

  @AfterEach
  void close() {
    proxy.close();
  }

  private static ContentException refusal(S3Client client, S3ContentOptions options) {
    return assertThrows(
        ContentException.class,
        () -> S3Content.open(client, options, InstantSource.system()).close(),
        "no refusal");
  }

  private static void assertNames(ContentException error, String... texts) {
    for (String text : texts) {
      assertTrue(error.toString().contains(text), () -> text + " is not in " + error);
    }
  }

  @Test
  void settingsThatCannotBeRead_areRefusedTogetherInOneError() {
    S3ContentOptions options = S3ProxyServer.get().newPlace().withAccepted(Set.of());
    assertNames(
        refusal(proxy, options),
        options.place().name(),
        S3Risk.LIFECYCLE_UNKNOWN.name(),
        S3Risk.OBJECT_LOCK_UNKNOWN.name());
  }

  @Test
  void serverThatIgnoresIfNoneMatch_isRefusedWhateverIsAccepted() {
    S3ContentOptions options = S3ProxyServer.get().newPlace().withAccepted(Set.of(S3Risk.values()));
    requests.strip(name -> name.equalsIgnoreCase("If-None-Match"));
    assertNames(refusal(proxy, options), "replaces what is there");
  }

  @Test
  void serverThatIgnoresChecksums_isRefusedAndIfAcceptedItsDigestsAreEchoes() {
    S3ContentOptions options = S3ProxyServer.get().newPlace();
    requests.strip(name -> name.toLowerCase(Locale.ROOT).startsWith("x-amz-checksum-"));
    assertNames(
        refusal(proxy, options),
        S3Risk.CHECKSUMS_UNVERIFIED.name(),
        "took bytes with the SHA-256 of others");
    Set<S3Risk> accepted = new HashSet<>(options.accepted());
    accepted.add(S3Risk.CHECKSUMS_UNVERIFIED);
    try (S3Content content =
        S3Content.open(proxy, options.withAccepted(accepted), InstantSource.system())) {
      store(content.access().store(), key("a"), bytes(100, 1));
      store(content.access().store(), key("a"), bytes(100, 1));
      assertEquals(
          Optional.of(new Checksum(Digest.of(bytes(100, 1)), Provenance.ECHOED)),
          content.access().store().stat(key("a")).orElseThrow().checksum());
    }
  }

  @Test
  void serverThatTellsNoChecksum_isRefused() {
    requests.hideChecksums(kind -> true);
    assertNames(
        refusal(proxy, S3ProxyServer.get().newPlace()),
        S3Risk.CHECKSUMS_UNVERIFIED.name(),
        "it told none");
  }

  /** A probe refused by 409 has shown nothing, and one refused by 400 not much more. */
  @Test
  void refusalThatIsNotOfWhatIsTried_isNoProof() {
    S3Fault.ErrorBefore race = new S3Fault.ErrorBefore(409, "ConditionalRequestConflict");
    for (int put = 25; put <= 26; put++) {
      assertNames(refused(S3Operation.PUT_OBJECT, put, race), "put a probe");
    }
    for (int end = 1; end <= 2; end++) {
      assertNames(
          refused(S3Operation.COMPLETE_MULTIPART_UPLOAD, end, race), "end the upload of a probe");
    }
    S3Fault.ErrorBefore expired = new S3Fault.ErrorBefore(400, "ExpiredToken");
    assertNames(
        refused(S3Operation.PUT_OBJECT, 26, expired),
        S3Risk.CHECKSUMS_UNVERIFIED.name(),
        "a reason that is not their checksum");
    assertNames(
        refused(S3Operation.COMPLETE_MULTIPART_UPLOAD, 1, expired),
        S3Risk.MULTIPART_OVERWRITES.name());
  }

  @Test
  void opening_sendsThreeQuestionsAndTheProbeAlone() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      Map<S3Operation, Integer> sent = new EnumMap<>(S3Operation.class);
      place
          .server()
          .exchanges()
          .forEach(one -> sent.merge(one.request().operation(), 1, Integer::sum));
      assertEquals(
          Map.ofEntries(
              Map.entry(S3Operation.GET_BUCKET_LIFECYCLE_CONFIGURATION, 1),
              Map.entry(S3Operation.GET_BUCKET_VERSIONING, 1),
              Map.entry(S3Operation.GET_OBJECT_LOCK_CONFIGURATION, 1),
              Map.entry(S3Operation.PUT_OBJECT, 26),
              Map.entry(S3Operation.GET_OBJECT, 4),
              Map.entry(S3Operation.CREATE_MULTIPART_UPLOAD, 2),
              Map.entry(S3Operation.UPLOAD_PART, 2),
              Map.entry(S3Operation.COMPLETE_MULTIPART_UPLOAD, 2),
              Map.entry(S3Operation.ABORT_MULTIPART_UPLOAD, 2),
              Map.entry(S3Operation.LIST_OBJECTS_V2, 1),
              Map.entry(S3Operation.DELETE_OBJECTS, 1)),
          sent);
      assertEquals(3 + Probe.REQUESTS, place.server().requests());
    }
  }

  /** Only the third item of a writer and whoever reads back would have found out. */
  @Test
  void bucketThatMayNotBeListed_isRefused() {
    S3Fault.ErrorBefore denied = new S3Fault.ErrorBefore(403, "AccessDenied");
    assertNames(
        refused(S3Operation.LIST_OBJECTS_V2, 1, denied),
        "list probes",
        "check the credentials and what they may do");
  }

  @ParameterizedTest
  @CsvSource({
    "400, ExpiredToken, see what renews them",
    "403, RequestTimeTooSkewed, compare this machine's clock",
    "403, AccessDenied, check the credentials and what they may do",
    "400, AuthorizationHeaderMalformed, check the region",
    "301, PermanentRedirect, check the region",
    "503, SlowDown, whether it took effect is not known"
  })
  void refusal_saysWhatToDoAboutIt(int status, String code, String advice) {
    try (FaultyPlace place = FaultyPlace.opened()) {
      place
          .server()
          .rule(
              S3Rule.next(
                  S3Operation.PUT_OBJECT, Long.MAX_VALUE, new S3Fault.ErrorBefore(status, code)));
      ContentException told =
          assertThrows(ContentException.class, () -> store(place.store(), key("a"), bytes(10, 1)));
      assertNames(told, code, advice);
      place.calm();
      store(place.store(), key("a"), bytes(10, 1));
    }
  }

  @Test
  void refusalWithoutAWord_saysWhatItMayBe() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      place
          .server()
          .rule(
              S3Rule.next(
                  S3Operation.HEAD_OBJECT,
                  Long.MAX_VALUE,
                  new S3Fault.ErrorBefore(400, "ExpiredToken")));
      ContentException told =
          assertThrows(ContentException.class, () -> place.store().stat(key("a")));
      assertNames(told, "see whether the credentials have ended");
    }
  }

  @Test
  void sweepThatFails_keepsNothingFromBeingOpenedAndIsToldByTheUpkeep() {
    try (FaultyPlace place = new FaultyPlace(false)) {
      String objectKey = place.options().place().root() + key("a");
      place.client().createMultipartUpload(to -> to.bucket(FaultyPlace.BUCKET).key(objectKey));
      place.abandon();
      place
          .server()
          .rule(
              S3Rule.next(
                  S3Operation.LIST_MULTIPART_UPLOADS,
                  Long.MAX_VALUE,
                  new S3Fault.ErrorBefore(403, "AccessDenied")));
      place.open();
      store(place.store(), key("b"), bytes(10, 1));
      ContentException told = assertThrows(ContentException.class, () -> place.upkeep().sweep());
      assertNames(told, "list unfinished uploads", "check the credentials");
      place.calm();
      place.upkeep().sweep();
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  private static ContentException refused(S3Operation operation, int number, S3Fault fault) {
    try (FaultyPlace place = FaultyPlace.patient()) {
      place.server().rule(S3Rule.at(operation, number, fault));
      return assertThrows(ContentException.class, place::open, "no refusal");
    }
  }

  @Test
  void probe_leavesNothing() {
    S3ContentOptions options = S3ProxyServer.get().newPlace();
    String bucket = options.place().bucket();
    proxy.putBucketVersioning(
        request ->
            request
                .bucket(bucket)
                .versioningConfiguration(state -> state.status(BucketVersioningStatus.ENABLED)));
    S3Content.open(proxy, options, InstantSource.system()).close();
    assertEquals(0, versions(bucket));
    assertEquals(
        List.of(), proxy.listMultipartUploads(request -> request.bucket(bucket)).uploads());
  }

  @Test
  void purgeInABucketWithVersions_leavesNoVersionAndNoMarkerOfTheKeysAlone() {
    S3ContentOptions options = S3ProxyServer.get().newPlace();
    String bucket = options.place().bucket();
    proxy.putBucketVersioning(
        request ->
            request
                .bucket(bucket)
                .versioningConfiguration(state -> state.status(BucketVersioningStatus.ENABLED)));
    try (S3Content content = S3Content.open(proxy, options, InstantSource.system())) {
      for (String part : List.of("a", "a-b", "b", "c")) {
        store(content.access().store(), key(part), bytes(10, 1));
      }
      String objectKey = options.place().root() + key("a").value();
      proxy.deleteObject(request -> request.bucket(bucket).key(objectKey));
      store(content.access().store(), key("a"), bytes(10, 2));
      assertEquals(6, versions(bucket));
      assertEquals(
          List.of(Outcome.APPLIED, Outcome.APPLIED, Outcome.APPLIED),
          content.access().purger().delete(Bodies.permit(key("a"), key("c"), key("none"))));
      assertEquals(2, versions(bucket));
      assertTrue(content.access().store().stat(key("a-b")).isPresent());
      assertTrue(content.access().store().stat(key("b")).isPresent());
    }
  }

  private int versions(String bucket) {
    ListObjectVersionsResponse found = proxy.listObjectVersions(request -> request.bucket(bucket));
    return found.versions().size() + found.deleteMarkers().size();
  }

  @Test
  void wrongCredentials_areRefusedWithoutTellingThem() {
    S3ContentOptions options = S3ProxyServer.get().newPlace();
    try (S3Client stranger =
        S3ProxyServer.get()
            .builder()
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(Server.ACCESS_KEY, "another-secret-31415")))
            .build()) {
      ContentException error = refusal(stranger, options);
      assertNames(error, "check the credentials");
      assertFalse(error.toString().contains("another-secret"), error::toString);
    }
  }

  @Test
  void missingBucket_isNamed() {
    S3ContentOptions options =
        S3ContentOptions.of("there-is-none", "x").withAccepted(Set.of(S3Risk.values()));
    assertNames(refusal(proxy, options), "there-is-none");
  }

  @Test
  void stateOfVersioningThatIsNone_isUnknown() {
    S3ContentOptions options = S3ProxyServer.get().newPlace();
    try (S3Client strange = S3ProxyServer.get().client(new StrangeState())) {
      assertNames(refusal(strange, options), S3Risk.VERSIONING_UNKNOWN.name(), "Paused");
    }
  }

  private static final class StrangeState implements ExecutionInterceptor {

    @Override
    public SdkResponse modifyResponse(
        Context.ModifyResponse context, ExecutionAttributes attributes) {
      return context.response() instanceof GetBucketVersioningResponse answer
          ? answer.toBuilder().status("Paused").build()
          : context.response();
    }
  }

  /** What {@link KeyLocks} hides from the other tests, and why it stands there. */
  @Test
  void s3MockAsItIs_isRefusedWhateverIsAccepted() {
    Server raw = S3MockServer.get().raw();
    S3ContentOptions options = raw.newPlace().withAccepted(Set.of(S3Risk.values()));
    try (S3Client client = raw.client()) {
      assertNames(refusal(client, options), "the abort of an upload deletes what is stored");
    }
  }

  @Test
  void lifecycleRule_isToldAsItIsNowUnlessItWasAccepted() {
    S3ContentOptions options = S3MockServer.get().newPlace();
    try (S3Client mock = S3MockServer.get().client()) {
      expire(mock, options, "clean-up", 7);
      try (S3Content content = S3Content.open(mock, options, InstantSource.system())) {
        assertRule("\"clean-up\"", 7, content.access().store().capabilities().deletionRules());
        expire(mock, options, "changed", 5);
        assertRule("\"changed\"", 5, content.access().upkeep().deletionRules());
        assertRule("\"clean-up\"", 7, content.access().store().capabilities().deletionRules());
      }
      Set<S3Risk> accepted = Set.of(S3Risk.LIFECYCLE_ENDS_EARLY);
      try (S3Content content =
          S3Content.open(mock, options.withAccepted(accepted), InstantSource.system())) {
        assertEquals(List.of(), content.access().store().capabilities().deletionRules());
        assertEquals(List.of(), content.access().upkeep().deletionRules());
      }
    }
  }

  private static void assertRule(String id, int days, List<DeletionRule> rules) {
    assertEquals(1, rules.size());
    assertTrue(rules.get(0).description().contains(id), rules::toString);
    assertEquals(Duration.ofDays(days), rules.get(0).after());
  }

  private static void expire(S3Client mock, S3ContentOptions options, String id, int days) {
    mock.putBucketLifecycleConfiguration(
        request ->
            request
                .bucket(options.place().bucket())
                .lifecycleConfiguration(
                    configuration ->
                        configuration.rules(
                            LifecycleRule.builder()
                                .id(id)
                                .status(ExpirationStatus.ENABLED)
                                .filter(filter -> filter.prefix("deployment/"))
                                .expiration(expiration -> expiration.days(days))
                                .build())));
  }

  @Test
  void rulesThatCannotBeReadLater_areNotKnownAndNotNone() {
    try (FaultyPlace place = FaultyPlace.opened()) {
      assertEquals(List.of(), place.upkeep().deletionRules());
      place.server().set(S3Switch.CONFIGURATION_DENIED, true);
      ContentException told =
          assertThrows(ContentException.class, () -> place.upkeep().deletionRules());
      assertNames(told, S3Risk.LIFECYCLE_UNKNOWN.name());
      place.server().set(S3Switch.CONFIGURATION_DENIED, false);
      place.open(place.options().withAccepted(Set.of(S3Risk.LIFECYCLE_UNKNOWN)));
      place.server().set(S3Switch.CONFIGURATION_DENIED, true);
      assertEquals(List.of(), place.upkeep().deletionRules());
    }
  }
}
