package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.Outlook.Fate;
import dev.ingest.core.Outlook.Prospect;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes near, and what the expirer would do. */
@Timeout(60)
final class OutlookTest {

  private static final ExpiryPolicy POLICY = ExpiryPolicy.DEFAULT;
  private static final Instant EXPIRY = Shelf.START.plus(TimePolicy.DEFAULT.timeToLive());

  /** More than an acceptance is later than the ledger\'s clock by what passed here meanwhile. */
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Shelf shelf = new Shelf();

  private Outlook outlook(ExpiryPolicy policy) {
    return new Outlook(shelf.ledger, policy, TimePolicy.DEFAULT);
  }

  /** Tells of a sequence as the sentinel does at the last level that has come. */
  private void told(SequenceKey key) {
    int level = POLICY.levels().size();
    while (shelf
        .time
        .instant()
        .isBefore(shelf.entry(key).receipt().expiresAt().minus(POLICY.levels().get(level - 1)))) {
      level--;
    }
    shelf.apply(key, new Event.ExpiryNear(POLICY.levels().get(level - 1), level));
  }

  private void held(SequenceKey key) {
    shelf.apply(key, new Event.HoldPlaced(new Hold("carol", "a dispute", shelf.time.instant())));
  }

  private Map<String, Fate> fates(ExpiryPolicy policy) {
    return outlook(policy).prospects(100).stream()
        .collect(Collectors.toMap(prospect -> prospect.entry().key().id().value(), Prospect::fate));
  }

  private Prospect prospect(ExpiryPolicy policy, String id) {
    return outlook(policy).prospects(100).stream()
        .filter(prospect -> prospect.entry().key().id().value().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void lateness_isCountedAmongAllThatIsInFlight() {
    assertEquals(
        new Outlook.Lateness(0, 0, Optional.empty(), false, true), outlook(POLICY).lateness(10));
    shelf.failed("failed");
    shelf.verified("verified");
    shelf.time.advance(Duration.ofHours(1));
    SequenceKey first = shelf.accepted("first");
    Instant accepted = shelf.entry(first).receipt().acceptedAt();
    shelf.time.set(shelf.entry(first).receipt().deadline());
    shelf.accepted("second");
    Outlook outlook = outlook(POLICY);
    assertEquals(
        new Outlook.Lateness(0, 0, Optional.of(accepted), false, true), outlook.lateness(10));
    shelf.time.advance(Duration.ofMillis(1));
    assertEquals(
        new Outlook.Lateness(1, 0, Optional.of(accepted), false, true), outlook.lateness(10));
    shelf.time.set(EXPIRY);
    told(first);
    assertEquals(
        new Outlook.Lateness(2, 1, Optional.of(accepted), false, true), outlook.lateness(4));
    assertEquals(
        new Outlook.Lateness(2, 1, Optional.of(accepted), false, true), outlook.lateness(3));
    assertEquals(
        new Outlook.Lateness(2, 1, Optional.of(accepted), true, true), outlook.lateness(2));
    assertThrows(InvalidValueException.class, () -> outlook.lateness(0));
  }

  @Test
  void lateness_ofWhatIsBehindFailedOnes_isCounted() {
    shelf.failed("failed-1");
    shelf.failed("failed-2");
    Outlook outlook = outlook(POLICY);
    assertEquals(
        new Outlook.Lateness(0, 0, Optional.empty(), true, true),
        outlook.lateness(1),
        "nothing is in flight");
    SequenceKey late = shelf.accepted("late");
    Instant accepted = shelf.entry(late).receipt().acceptedAt();
    assertEquals(
        new Outlook.Lateness(0, 0, Optional.of(accepted), true, true), outlook.lateness(2));
    shelf.time.set(shelf.entry(late).receipt().deadline().plusMillis(1));
    assertEquals(
        new Outlook.Lateness(1, 0, Optional.of(accepted), true, true), outlook.lateness(2));
    assertEquals(
        new Outlook.Lateness(1, 0, Optional.of(accepted), false, true), outlook.lateness(3));
  }

  @Test
  void lateness_ofMoreThanIsLookedAtForRisk_isOfAllThatIsInFlight() {
    shelf.failed("failed");
    shelf.time.advance(MINUTE);
    SequenceKey first = shelf.accepted("first");
    Instant accepted = shelf.entry(first).receipt().acceptedAt();
    shelf.time.advance(MINUTE);
    SequenceKey second = shelf.accepted("second");
    shelf.time.advance(MINUTE);
    shelf.accepted("third");
    Outlook outlook = outlook(POLICY);
    Outlook.Lateness none = new Outlook.Lateness(0, 0, Optional.of(accepted), true, true);
    assertEquals(none, outlook.lateness(2));
    shelf.time.set(shelf.entry(first).receipt().deadline());
    assertEquals(none, outlook.lateness(2));
    Instant extended = shelf.entry(first).receipt().deadline().plus(Duration.ofMinutes(9));
    shelf.apply(
        first, new Event.DeadlineExtended(extended, new Event.Act("carol", "a late night")));
    shelf.time.set(shelf.entry(second).receipt().deadline().plusMillis(1));
    assertEquals(
        new Outlook.Lateness(1, 0, Optional.of(accepted), true, true),
        outlook.lateness(1),
        "the second is overdue");
  }

  @Test
  void lateness_behindThoseWhoseDeadlinesWereAllSetAnew_isCounted() {
    List<SequenceKey> moved = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      moved.add(shelf.accepted("moved-" + i));
      shelf.time.advance(MINUTE);
    }
    SequenceKey late = shelf.accepted("late");
    Instant anew = shelf.entry(late).receipt().deadline().plus(Duration.ofHours(5));
    for (SequenceKey key : moved) {
      shelf.apply(key, new Event.DeadlineExtended(anew, new Event.Act("carol", "a late night")));
    }
    shelf.time.set(shelf.entry(late).receipt().deadline().plusMillis(1));
    assertCountedBehindThree();
  }

  private void assertCountedBehindThree() {
    Outlook.Lateness cutOff = outlook(POLICY).lateness(3);
    assertEquals(1, cutOff.overdue());
    assertTrue(cutOff.isCutOff());
    assertTrue(cutOff.isZeroKnown());
  }

  /** By another policy what is accepted first may be late last, and the other way round. */
  @Test
  void lateness_behindThoseOfAnotherPolicy_isCounted() {
    for (int i = 0; i < 3; i++) {
      shelf.accepted("first-" + i);
    }
    TimePolicy longer =
        new TimePolicy(
            Duration.ofMinutes(1), Duration.ofDays(60), TimePolicy.DEFAULT.repairWindow());
    SequenceKey late = SequenceKey.of("alice", "late");
    try (Ingest intake = shelf.builder().withoutWatch().times(longer).build();
        Upload upload = intake.upload(late)) {
      upload.add(ItemName.of("a"), new byte[] {1});
      upload.submit();
    }
    shelf.time.advance(MINUTE.multipliedBy(2));
    assertCountedBehindThree();
  }

  @Test
  void lateness_behindThoseRedrivenUpToTheirRepairWindow_isCounted() {
    List<SequenceKey> redriven = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      redriven.add(shelf.failed("redriven-" + i));
      shelf.time.advance(MINUTE);
    }
    shelf.accepted("late");
    shelf.time.set(EXPIRY.minus(TimePolicy.DEFAULT.repairWindow()).minus(Duration.ofMinutes(30)));
    try (Ingest engine = shelf.builder().withoutWatch().build()) {
      redriven.forEach(key -> engine.acts("carol", "mended").redrive(key));
    }
    assertEquals(
        List.of(TimePolicy.DEFAULT.repairWindow()),
        redriven.stream()
            .map(key -> shelf.entry(key).receipt())
            .map(receipt -> Duration.between(receipt.deadline(), receipt.expiresAt()))
            .distinct()
            .toList(),
        "each has its own expiry, and as long from the deadline to it");
    assertCountedBehindThree();
  }

  @Test
  void lateness_behindThoseThatWereEachGivenADayMore_isCounted() {
    for (int i = 0; i < 3; i++) {
      SequenceKey key = shelf.accepted("extended-" + i);
      Instant later = shelf.entry(key).receipt().deadline().plus(Duration.ofDays(1));
      shelf.apply(key, new Event.DeadlineExtended(later, new Event.Act("carol", "a day more")));
      shelf.time.advance(MINUTE);
    }
    SequenceKey late = shelf.accepted("late");
    shelf.time.set(shelf.entry(late).receipt().deadline().plusMillis(1));
    assertCountedBehindThree();
  }

  @Test
  void lateness_countsWhatIsAtRiskBehindThoseThatExpireFirst() {
    shelf.failed("failed-1");
    shelf.failed("failed-2");
    shelf.time.advance(MINUTE);
    SequenceKey told = shelf.failed("told");
    shelf.time.set(EXPIRY);
    told(told);
    assertEquals(1, outlook(POLICY).lateness(1).atRisk());
  }

  @Test
  void oldestProof_isOfTheResultThatWasReadLeastRecently() {
    shelf.failed("failed");
    assertEquals(Optional.empty(), outlook(POLICY).oldestProof());
    SequenceKey first = shelf.verified("first");
    shelf.time.advance(Duration.ofHours(1));
    shelf.verified("second");
    assertEquals(
        Optional.of(shelf.entry(first).published().orElseThrow().provenAt()),
        outlook(POLICY).oldestProof());
  }

  @Test
  void unproven_comesNearestFirstAtAnyLevel() {
    SequenceKey first = shelf.accepted("first");
    shelf.time.advance(Duration.ofHours(1));
    SequenceKey second = shelf.failed("second");
    shelf.time.advance(Duration.ofHours(1));
    SequenceKey third = shelf.accepted("third");
    shelf.time.set(EXPIRY.plus(Duration.ofMinutes(30)));
    told(second);
    Outlook outlook = outlook(POLICY);
    List<SequenceKey> all =
        outlook.unproven(Duration.ofDays(30), 10).stream().map(Entry::key).toList();
    // The engine that failed the second has also verified the first meanwhile.
    assertEquals(List.of(second, third), all);
    assertEquals(
        List.of(second),
        outlook.unproven(Duration.ofDays(30), 1).stream().map(Entry::key).toList());
    assertEquals(List.of(), outlook.unproven(Duration.ZERO, 10));
    assertEquals(
        List.of(first), outlook.expiring(Duration.ZERO, 10).stream().map(Entry::key).toList());
  }

  @Test
  void whatWasToldAtTheLastLevelThereIs_isStillNear() {
    SequenceKey key = shelf.failed("ride");
    shelf.time.set(EXPIRY.plus(MINUTE));
    shelf.apply(key, new Event.ExpiryNear(Duration.ZERO, Standing.MAX_ESCALATIONS));
    assertEquals(
        List.of(key), outlook(POLICY).unproven(Duration.ZERO, 1).stream().map(Entry::key).toList());
    assertEquals(1, outlook(POLICY).lateness(1).atRisk());
  }

  @Test
  void verified_expiresAfterTheGraceAndNotUnderAHold() {
    SequenceKey one = shelf.verified("one");
    SequenceKey held = shelf.verified("held");
    held(held);
    shelf.time.set(EXPIRY.plus(POLICY.grace()).minus(MINUTE));
    assertEquals(Map.of(), fates(POLICY));
    assertEquals(Map.of("one", Fate.EXPIRE), fates(POLICY.withGrace(Duration.ofHours(1))));
    shelf.time.advance(MINUTE.multipliedBy(2));
    assertEquals(Map.of("one", Fate.EXPIRE), fates(POLICY));
    String stale = prospect(POLICY, "one").because();
    assertTrue(stale.endsWith("and is proven again first"), stale);
    String fresh = prospect(POLICY.withMaxProofAge(Duration.ofDays(40)), "one").because();
    assertEquals(
        "its result was proven at " + shelf.entry(one).published().orElseThrow().provenAt(), fresh);
    assertEquals(
        List.of(one),
        outlook(POLICY).expiring(Duration.ZERO, 10).stream().map(Entry::key).toList());
  }

  @Test
  void unprovenPastExpiry_goesAsThePolicySaysAndOnlyOnceItWasTold() {
    SequenceKey told = shelf.failed("told");
    SequenceKey heldToo = shelf.failed("held");
    shelf.failed("untold");
    held(heldToo);
    shelf.time.set(EXPIRY.minus(MINUTE));
    assertEquals(Map.of(), fates(POLICY.withUnproven(Unproven.DISCARD)));
    shelf.time.set(EXPIRY.plus(MINUTE));
    told(told);
    told(heldToo);
    assertEquals(Fate.KEEP, prospect(POLICY.withUnproven(Unproven.DISCARD), "told").fate());
    shelf.time.set(EXPIRY.plus(POLICY.grace()));
    assertEquals(Map.of("told", Fate.KEEP, "held", Fate.KEEP, "untold", Fate.KEEP), fates(POLICY));
    assertEquals(
        Map.of("told", Fate.DISCARD, "held", Fate.KEEP, "untold", Fate.KEEP),
        fates(POLICY.withUnproven(Unproven.DISCARD_UNLESS_HELD)));
    assertEquals(
        Map.of("told", Fate.DISCARD, "held", Fate.DISCARD, "untold", Fate.KEEP),
        fates(POLICY.withUnproven(Unproven.DISCARD)));
    String because = prospect(POLICY, "held").because();
    assertEquals("it is FAILED past its expiry, held by carol", because);
  }

  @Test
  void aDeletionThatWasBegun_isFinishedFirst() {
    SequenceKey key = shelf.failed("ride");
    shelf.apply(
        key, new Event.DiscardDecided(Event.Ground.OPERATOR, new Event.Act("carol", "given up")));
    Prospect prospect = prospect(POLICY, "ride");
    assertEquals(Fate.FINISH, prospect.fate());
    assertEquals("it is DISCARDING already", prospect.because());
  }

  @Test
  void moreThanAPage_isFoundAndCutAtTheLimit() {
    try (Ingest intake = shelf.builder().withoutWatch().build()) {
      for (int i = 0; i < 1_100; i++) {
        SequenceKey key = SequenceKey.of("alice", "ride-%04d".formatted(i));
        try (Upload upload = intake.upload(key)) {
          upload.add(ItemName.of("a"), new byte[] {1});
          upload.submit();
        }
      }
    }
    Outlook outlook = outlook(POLICY);
    List<Entry> all = outlook.unproven(Duration.ofDays(31), Outlook.MAX_LIMIT);
    assertEquals(1_100, all.size());
    List<Entry> cut = outlook.unproven(Duration.ofDays(31), 1_050);
    assertEquals(1_050, cut.size());
    assertEquals(all.subList(0, 1_050), cut);
  }

  @Test
  void limits_areRefusedPastTheirBounds() {
    Outlook outlook = outlook(POLICY);
    for (int limit : new int[] {0, -1, Outlook.MAX_LIMIT + 1, Integer.MIN_VALUE}) {
      assertThrows(InvalidValueException.class, () -> outlook.unproven(Duration.ZERO, limit));
      assertThrows(InvalidValueException.class, () -> outlook.expiring(Duration.ZERO, limit));
      assertThrows(InvalidValueException.class, () -> outlook.prospects(limit));
    }
    assertEquals(List.of(), outlook.prospects(Outlook.MAX_LIMIT));
    assertEquals(List.of(), outlook.beats());
  }
}
