package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.DeletionRule;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.testkit.InMemoryContent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Times and policies that cannot be kept are refused, in one error where they are put together. */
@Timeout(60)
final class PoliciesTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration ENDLESS = Duration.ofSeconds(Long.MAX_VALUE);

  private static String refusal(Executable made) {
    return String.valueOf(assertThrows(ConfigurationException.class, made).getMessage());
  }

  @Test
  void timesThatAreNone_areRefusedByName() {
    for (Duration bad :
        List.of(Duration.ZERO, DAY.negated(), Duration.ofNanos(-1), ENDLESS, ENDLESS.negated())) {
      assertTrue(refusal(() -> new TimePolicy(bad, DAY, HOUR)).startsWith("target must be"));
      assertTrue(refusal(() -> new TimePolicy(HOUR, bad, HOUR)).startsWith("timeToLive must be"));
      assertTrue(refusal(() -> new TimePolicy(HOUR, DAY, bad)).startsWith("repairWindow must be"));
    }
  }

  @Test
  void auditsOfNoRangesOrOfTooMany_areRefused() {
    for (int bad : List.of(0, -1, AuditOptions.MOST_RANGES + 1)) {
      assertTrue(refusal(() -> AuditOptions.DEFAULT.withRanges(bad)).contains("got ranges=" + bad));
    }
    assertEquals(2, AuditOptions.DEFAULT.ranges());
    assertEquals(
        AuditOptions.MOST_RANGES,
        AuditOptions.DEFAULT
            .withRanges(AuditOptions.MOST_RANGES)
            .withHistory(true)
            .withBytes(true)
            .withStuckAfter(DAY)
            .withPerSecond(7)
            .ranges());
  }

  @Test
  void canariesThatAreTooFrequentOrTooRare_areRefusedAndTheBoundsAreNot() {
    UploadAction items = upload -> {};
    Duration often = Duration.ofSeconds(10);
    Duration second = Duration.ofSeconds(1);
    assertEquals(often, new CanaryPolicy(often, second, items).every());
    assertEquals(DAY, new CanaryPolicy(DAY, DAY, items).within());
    Duration nano = Duration.ofNanos(1);
    for (CanaryTimes bad :
        List.of(
            new CanaryTimes(often.minus(nano), second),
            new CanaryTimes(DAY.plus(nano), second),
            new CanaryTimes(often, second.minus(nano)),
            new CanaryTimes(often, DAY.plus(nano)))) {
      String told = refusal(() -> new CanaryPolicy(bad.every(), bad.within(), items));
      assertTrue(told.endsWith("every=%s, within=%s".formatted(bad.every(), bad.within())), told);
    }
  }

  private record CanaryTimes(Duration every, Duration within) {}

  @Test
  void whatNoNodeRunsOfWhatIsNeeded_isNamedHoweverItEnded() {
    Duration period = Duration.ofSeconds(10);
    Optional<NodeId> node = Optional.of(new NodeId("n"));
    Beat sentinel = new Beat("sentinel", node, Shelf.START, period, 3);
    Beat pump = new Beat("pump", node, Shelf.START, period, 3);
    Instant now = Shelf.START.plusSeconds(20);
    assertEquals(List.of("sentinel", "pump"), Outlook.unwatched(List.of(), now));
    assertEquals(List.of(), Outlook.unwatched(List.of(pump, sentinel), now));
    assertEquals(
        List.of("sentinel", "pump"),
        Outlook.unwatched(List.of(pump, sentinel), now.plusMillis(1)),
        "killed");
    Beat ended = new Beat("pump", Optional.empty(), Shelf.START, period, 3);
    assertEquals(List.of("pump"), Outlook.unwatched(List.of(ended, sentinel), now));
    Beat begun = new Beat("pump", node, Shelf.START, period, 0);
    assertEquals(List.of(), Outlook.unwatched(List.of(begun, sentinel), now), "just started");
  }

  @Test
  void aBeat_isSilentAfterTwoOfItsPeriodsUnlessItEndedInOrder() {
    Optional<NodeId> node = Optional.of(new NodeId("node-1"));
    Duration period = Duration.ofSeconds(10);
    Beat beat = new Beat("sentinel", node, Shelf.START, period, 3);
    assertFalse(beat.isSilent(Shelf.START.plusSeconds(20)));
    Instant after = Shelf.START.plusSeconds(20).plusMillis(1);
    assertTrue(beat.isSilent(after));
    assertFalse(new Beat("sentinel", Optional.empty(), Shelf.START, period, 3).isSilent(after));
    assertTrue(new Beat("sentinel", Optional.empty(), Shelf.START, period, 0).isSilent(after));
  }

  /** Its node was killed while the ledger's clock was ahead. */
  @Test
  void aBeatFurtherAheadThanTwoOfItsPeriods_isSilent() {
    Beat beat =
        new Beat(
            "pump",
            Optional.of(new NodeId("node-1")),
            Shelf.START.plus(Duration.ofDays(30)),
            Duration.ofSeconds(10),
            3);
    assertTrue(beat.isSilent(Shelf.START));
    assertFalse(beat.isLive(Shelf.START));
    assertFalse(beat.isSilent(beat.last().minusSeconds(20)));
    assertTrue(beat.isSilent(beat.last().minusSeconds(20).minusMillis(1)));
  }

  @Test
  void theBackOff_doublesUpToTheLongestAndIsHalfOfItOrMore() {
    WorkPolicy policy = WorkPolicy.DEFAULT;
    assertEquals(Duration.ofMillis(500), policy.backoff(1, 0));
    assertEquals(Duration.ofMillis(750), policy.backoff(1, 0.5));
    assertEquals(Duration.ofSeconds(3), policy.backoff(3, 0.5));
    assertEquals(policy.longestBackoff().dividedBy(2), policy.backoff(1_000, 0));
    Duration least = Duration.ofMillis(1);
    WorkPolicy eager = new WorkPolicy(Duration.ofMillis(100), 1_000, least, least, 1_000);
    assertEquals(least, eager.backoff(1, 0));
    assertEquals(1_000, eager.maxAttempts());
    assertTrue(refusal(() -> policy.withLease(Duration.ofMillis(99))).contains("at least 100 ms"));
    assertTrue(refusal(() -> policy.withParallelism(0)).contains("parallelism=0"));
    assertTrue(refusal(() -> policy.withParallelism(1_001)).contains("parallelism=1001"));
  }

  @Test
  void aWindowThatLeavesNoTimeToWork_isRefused() {
    assertTrue(refusal(() -> new TimePolicy(HOUR, DAY, DAY)).contains("leaves no time"));
    assertTrue(refusal(() -> new TimePolicy(HOUR, HOUR, DAY)).contains("leaves no time"));
  }

  @Test
  void aDeadline_neverComesAfterTheExpiryLessTheWindow() {
    Instant at = Shelf.START;
    TimePolicy longTarget = new TimePolicy(Duration.ofDays(90), Duration.ofDays(30), DAY);
    assertEquals(at.plus(Duration.ofDays(29)), longTarget.deadline(at));
    assertEquals(at.plus(Duration.ofDays(30)), longTarget.expiresAt(at));
    Duration longest = Duration.ofDays(366_000);
    TimePolicy year3000 = new TimePolicy(longest, longest, longest.minusMillis(1));
    assertEquals(at.plusMillis(1), year3000.deadline(at));
    Instant late = Instant.parse("9999-12-31T23:59:59Z");
    assertTrue(year3000.expiresAt(late).isAfter(late), "also for a clock in the year 9999");
  }

  @Test
  void anAcceptanceWhoseDeadlineLiesPastTheYear9999_isRefusedByName() {
    Shelf shelf = new Shelf();
    shelf.time.set(Instant.parse("9999-12-31T23:59:59Z"));
    String refusal =
        String.valueOf(
            assertThrows(InvalidValueException.class, () -> shelf.accepted("late")).getMessage());
    assertTrue(refusal.contains("the years 0 to 9999"), refusal);
  }

  @Test
  void expiryPolicies_refuseWhatCannotBeAndSayWhich() {
    ExpiryPolicy policy = ExpiryPolicy.DEFAULT;
    assertTrue(refusal(() -> policy.withGrace(DAY.negated())).startsWith("grace must be"));
    assertTrue(refusal(() -> policy.withGrace(ENDLESS)).startsWith("grace must be"));
    assertTrue(refusal(() -> policy.withMaxProofAge(Duration.ZERO)).startsWith("maxProofAge"));
    assertTrue(refusal(() -> policy.withLeads(List.of())).contains("1 to 15 leads, got 0"));
    List<Duration> many = IntStream.rangeClosed(1, 16).mapToObj(Duration::ofHours).toList();
    assertTrue(refusal(() -> policy.withLeads(many)).contains("1 to 15 leads, got 16"));
    assertTrue(refusal(() -> policy.withLeads(List.of(HOUR, DAY))).contains("longest first"));
    assertTrue(refusal(() -> policy.withLeads(List.of(DAY, DAY))).contains("and differ"));
    assertTrue(refusal(() -> policy.withLeads(List.of(DAY, Duration.ZERO))).contains("a lead"));
    assertTrue(refusal(() -> policy.withPerSecond(0)).contains("perSecond must be"));
    assertTrue(refusal(() -> policy.withQuarantine(Duration.ZERO)).contains("quarantine must be"));
    assertTrue(refusal(() -> policy.withPerSecond(1_000_001)).contains("perSecond must be"));
    assertEquals(1_000_000, policy.withPerSecond(1_000_000).perSecond());
    assertEquals(
        15,
        policy
            .withLeads(many.subList(0, 15).stream().sorted(Collections.reverseOrder()).toList())
            .leads()
            .size());
    assertEquals(Duration.ZERO, policy.withGrace(Duration.ZERO).grace());
    assertEquals(
        new ExpiryPolicy(DAY, HOUR, List.of(HOUR), Unproven.DISCARD, 7, HOUR),
        policy
            .withGrace(DAY)
            .withMaxProofAge(HOUR)
            .withLeads(List.of(HOUR))
            .withUnproven(Unproven.DISCARD)
            .withPerSecond(7)
            .withQuarantine(HOUR));
  }

  @Test
  void theDefaultPolicy_fitsItsLeadsToTheRepairWindow() {
    TimePolicy day = new TimePolicy(HOUR, Duration.ofDays(3), DAY);
    assertEquals(List.of(DAY, Duration.ofHours(6), HOUR), ExpiryPolicy.defaultFor(day).leads());
    TimePolicy minutes = new TimePolicy(HOUR, DAY, Duration.ofMinutes(5));
    assertEquals(List.of(Duration.ofMinutes(5)), ExpiryPolicy.defaultFor(minutes).leads());
    assertEquals(ExpiryPolicy.DEFAULT, ExpiryPolicy.defaultFor(TimePolicy.DEFAULT));
  }

  @Test
  void leadsLongerThanTheRepairWindow_areRefusedWhenTheEngineIsBuilt() {
    Shelf shelf = new Shelf();
    IngestBuilder builder =
        shelf
            .builder()
            .times(new TimePolicy(HOUR, Duration.ofDays(30), DAY))
            .expiry(ExpiryPolicy.DEFAULT);
    assertTrue(refusal(builder::build).contains("longer than the repair window of PT24H"));
    builder.expiry(ExpiryPolicy.DEFAULT.withLeads(List.of(DAY))).build().close();
  }

  @Test
  void everyMismatch_isInOneError() {
    Shelf shelf = new Shelf();
    String message =
        refusal(
            () ->
                shelf
                    .builder()
                    .withoutWork()
                    .times(new TimePolicy(HOUR, DAY, HOUR))
                    .expiry(ExpiryPolicy.DEFAULT)
                    .sweepGrace(HOUR.negated())
                    .longestPoll(Duration.ZERO)
                    .build());
    assertTrue(message.contains("an engine without work has no use for a pipeline"), message);
    assertTrue(message.contains("the longest lead"), message);
    assertTrue(message.contains("grace periods"), message);
    assertTrue(message.contains("longest poll"), message);
    assertTrue(refusal(() -> Ingest.builder().build()).contains("no ledger is set"));
    assertTrue(refusal(() -> shelf.bare().build()).contains("no pipeline is set"));
  }

  @Test
  void aScrubThatGoesOnByItself_isRefusedForProofsThatAreTooYoungAlone() {
    Duration minute = Duration.ofMinutes(1);
    ScrubPolicy scrub = ScrubPolicy.DEFAULT.withAge(minute).withFailedAge(minute);
    assertEquals(Optional.empty(), scrub.mismatch());
    Duration less = minute.minusNanos(1);
    for (ScrubPolicy young : List.of(scrub.withAge(less), scrub.withFailedAge(less))) {
      assertTrue(refusal(new Shelf().builder().scrub(young)::build).contains("renews proofs"));
      assertEquals(Optional.empty(), young.withOn(false).mismatch());
    }
    assertEquals(1 << 16, scrub.withBytesPerSecond(1 << 16).bytesPerSecond());
    assertTrue(refusal(() -> scrub.withBytesPerSecond((1 << 16) - 1)).contains("65,535"));
    assertEquals(Duration.ZERO, scrub.withAge(Duration.ZERO).age());
    assertTrue(refusal(() -> scrub.withAge(Duration.ofNanos(-1))).contains("age of a proof is"));
    assertTrue(refusal(() -> scrub.withFailedAge(ENDLESS)).contains("raw bytes is"));
    assertTrue(scrub.withBackendDigests(true).backendDigests());
  }

  @Test
  void thePollOfAnEngine_isAMillisecondOrMore() {
    Shelf shelf = new Shelf();
    shelf.builder().longestPoll(Duration.ofMillis(1)).build().close();
    assertTrue(
        refusal(shelf.builder().longestPoll(Duration.ofNanos(999_999))::build)
            .contains("longest poll"));
  }

  @Test
  void theLedgersTime_isKeptBeforeAnythingIsAccepted() {
    Shelf shelf = new Shelf();
    shelf.builder().build().close();
    ControlRecord.Key key = new ControlRecord.Key("clock", "believed");
    assertTrue(shelf.ledger.controls().read(key).isPresent());
  }

  @Test
  void rulesOfTheStoreThatComeBeforeTheLedger_areRefusedByNameWithAllElse() {
    ContentCapabilities capabilities =
        new ContentCapabilities(
            true,
            true,
            true,
            1,
            List.of(
                new DeletionRule("rule \"short\"", "raw/", Duration.ofDays(7)),
                new DeletionRule("rule \"all\"", "", Duration.ofDays(400)),
                new DeletionRule("rule \"own\"", "ledger/", Duration.ofDays(400)),
                new DeletionRule("rule \"fits\"", "raw/", Duration.ofDays(34))));
    IngestBuilder builder =
        new Shelf()
            .builder()
            .content(new InMemoryContent(capabilities).access())
            .expiry(ExpiryPolicy.DEFAULT.withUnproven(Unproven.DISCARD));
    String message = refusal(builder::build);
    assertTrue(message.contains("rule \"short\", and raw bytes are needed for"), message);
    assertTrue(message.contains("rule \"all\", and results must stay for ever"), message);
    assertTrue(message.contains("rule \"own\", and what tells whose content"), message);
    assertFalse(message.contains("fits"), message);
    assertTrue(message.contains("takes items of at most 1 bytes"), message);
    String held = refusal(builder.expiry(ExpiryPolicy.DEFAULT)::build);
    assertTrue(held.contains("rule \"fits\", and raw bytes that are not proven"), held);
  }

  @Test
  void anEngineWithoutWork_takesNoUploads() {
    Shelf shelf = new Shelf();
    try (Ingest watcher = shelf.bare().withoutWork().build()) {
      String refused = refusal(() -> watcher.upload(SequenceKey.of("alice", "ride")));
      assertTrue(refused.contains("takes no uploads") && refused.contains("alice/ride"), refused);
    }
  }

  @Test
  void anEngineWithoutWatch_letsNobodyBeatForTheWatchers() {
    Shelf shelf = new Shelf();
    shelf.verified("ride");
    try (Ingest ingest = shelf.builder().withoutWatch().build()) {
      shelf.untilIdle(ingest);
      List<String> beating = ingest.outlook().beats().stream().map(Beat::watcher).toList();
      assertFalse(beating.contains("sentinel"), beating.toString());
      assertEquals(
          Collections.emptyList(), shelf.ledger.alerts().latest(10), "nobody seals digests");
    }
  }
}
