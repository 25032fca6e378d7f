package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.ScrubListener;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.ScrubReport;
import dev.ingest.core.Stage;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.State;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was proven least recently is read again. */
final class ScrubberTest {

  private static final Duration AGE = Duration.ofDays(7);
  private static final ScrubPolicy POLICY =
      ScrubPolicy.DEFAULT.withAge(AGE).withBytesPerSecond(1 << 30);

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final Expirer expirer = care.expirer();
  private final Scrubber scrubber = scrubber(POLICY, bench.watchedContent);
  private final List<String> opened = new ArrayList<>();

  private Scrubber scrubber(ScrubPolicy policy, ContentStore content) {
    return care.scrubber(policy, bench.watchedLedger, content);
  }

  @AfterEach
  void checkInvariants() {
    bench.checkInvariants();
  }

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-%02d".formatted(number));
  }

  /** Lets time pass that the expirer measures, so that it is believed. */
  private void pass(Duration time) {
    expirer.tick();
    bench.time.advance(time);
    expirer.tick();
  }

  private Instant provenAt(SequenceKey key) {
    return bench.entry(key).published().orElseThrow().provenAt();
  }

  private ContentKey resultItem(SequenceKey key) {
    return KeyLayout.item(bench.entry(key).published().orElseThrow().result().prefix(), 0);
  }

  /** The content, as another sees it who may answer instead; null to ask the content itself. */
  private ContentStore seenBy(BiFunction<String, Object, Optional<Object>> other) {
    return (ContentStore)
        Proxy.newProxyInstance(
            ContentStore.class.getClassLoader(),
            new Class<?>[] {ContentStore.class},
            (proxy, method, args) -> {
              if (args != null && args[0] instanceof ContentKey key) {
                Optional<Object> answer = other.apply(method.getName(), key);
                if (answer.isPresent()) {
                  return answer.get();
                }
                if (method.getName().equals("open")) {
                  opened.add(key.value());
                }
              }
              try {
                return method.invoke(bench.watchedContent, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void whatWasProvenLeastRecently_isReadFirstAndDatedAnew() {
    for (int i = 0; i < 30; i++) {
      care.verified(ride(29 - i));
      bench.time.advance(Duration.ofMinutes(1));
    }
    pass(AGE.minus(Duration.ofMinutes(30)));
    assertEquals(1, scrubber.tick(), "one is old enough");
    assertEquals(bench.time.instant(), provenAt(ride(29)));
    pass(Duration.ofMinutes(30));
    assertEquals(20, scrubber.tick(), "a page");
    Instant now = bench.time.instant();
    assertEquals(
        IntStream.rangeClosed(9, 28).mapToObj(ScrubberTest::ride).toList(),
        IntStream.range(0, 30)
            .mapToObj(ScrubberTest::ride)
            .filter(key -> provenAt(key).equals(now))
            .toList());
    assertEquals(9, scrubber.tick());
    assertEquals(0, scrubber.tick());
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void anotherNode_goesOnWhereTheFirstEnded() {
    IntStream.range(0, 30).forEach(i -> care.verified(ride(i)));
    pass(AGE);
    Scrubber other = scrubber(POLICY, bench.watchedContent);
    assertEquals(20, scrubber.tick());
    assertEquals(0, other.tick(), "the first has the turn");
    scrubber.release();
    assertEquals(10, other.tick());
    assertEquals(0, other.tick());
  }

  @Test
  void rot_isFoundToldAndRecorded() {
    care.verified(RIDE);
    care.verified(ride(2));
    pass(AGE);
    bench.corrupt(resultItem(RIDE));
    bench.corrupt(KeyLayout.rawItem(ride(2), bench.entry(ride(2)).raw(), 1));
    assertEquals(2, scrubber.tick());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(State.VERIFIED, bench.state(ride(2)));
    assertEquals(
        List.of("RAW_DAMAGED", "SEQUENCE_FAILED"), bench.alertCodes().stream().sorted().toList());
    assertEquals(0, scrubber.tick());
  }

  @Test
  void rawBytesOfWhatFailed_areReadEachDayAndTheirRotIsTold() {
    Stage bad =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              throw new PermanentStageException("it says that it is bad");
            });
    Engine failing = bench.engine(Bench.pipeline(bad));
    Bench.submit(failing, RIDE, "a", "x", "b", "y");
    bench.run(failing);
    pass(Duration.ofDays(1));
    assertEquals(1, scrubber.tick());
    assertEquals(bench.time.instant(), bench.entry(RIDE).position().visibleAt());
    assertEquals(0, scrubber.tick());
    pass(Duration.ofDays(1));
    bench.corrupt(KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 0));
    assertEquals(1, scrubber.tick());
    assertEquals("RAW_DAMAGED", bench.entry(RIDE).standing().failure().orElseThrow().code());
    assertTrue(bench.alertCodes().contains("RAW_DAMAGED"));
  }

  @Test
  void whatCannotBeRead_isToldByTheHourAndStandsInNobodysWay() {
    IntStream.range(0, 45).forEach(i -> care.verified(ride(i)));
    pass(AGE);
    Instant before = provenAt(ride(0));
    ContentKey broken = resultItem(ride(0));
    Scrubber half =
        scrubber(POLICY, care.failingAt(broken, new ContentException(broken + " is broken")));
    assertEquals(19, half.tick());
    assertEquals(20, half.tick());
    assertEquals(5, half.tick());
    assertEquals(List.of("SCRUB_UNREADABLE"), bench.alertCodes());
    assertEquals(0, half.tick());
    assertEquals(List.of("SCRUB_UNREADABLE"), bench.alertCodes());
    pass(Duration.ofHours(1));
    half.tick();
    half.tick();
    assertEquals(List.of("SCRUB_UNREADABLE", "SCRUB_UNREADABLE"), bench.alertCodes());
    assertEquals(before, provenAt(ride(0)));
    assertEquals(1, scrubberAfter(half).tick(), "proven as soon as it can be read");
  }

  private Scrubber scrubberAfter(Scrubber other) {
    other.release();
    return scrubber;
  }

  @Test
  void reading_keepsToTheRate() {
    Bench.submit(care.engine, RIDE, "a", "x".repeat(1 << 20), "b", "y".repeat(1 << 20));
    bench.run(care.engine);
    pass(AGE);
    Scrubber slow = scrubber(POLICY.withBytesPerSecond(1 << 16), bench.watchedContent);
    Instant began = bench.time.instant();
    assertEquals(1, slow.tick());
    long bytes = 4L << 20;
    long seconds = Duration.between(began, bench.time.instant()).toSeconds();
    assertTrue(seconds >= bytes / (1 << 16) - 10, seconds + " s for " + bytes + " bytes");
    assertTrue(seconds <= bytes / (1 << 16) + 10, seconds + " s for " + bytes + " bytes");
  }

  @Test
  void digestsOfTheStore_areAskedForOnlyIfThatSuffices() {
    care.verified(RIDE);
    pass(AGE);
    ContentKey item = resultItem(RIDE);
    ContentStore knowing =
        seenBy(
            (method, key) ->
                method.equals("stat") && key.equals(item)
                    ? Optional.of(Optional.of(computed(item)))
                    : Optional.empty());
    Scrubber asking = scrubber(POLICY.withBackendDigests(true), knowing);
    assertEquals(1, asking.tick());
    assertTrue(!opened.contains(item.value()), opened::toString);
    asking.release();
    pass(AGE);
    assertEquals(1, scrubber(POLICY, knowing).tick());
    assertTrue(opened.contains(item.value()), opened::toString);
  }

  private ContentStat computed(ContentKey key) {
    byte[] bytes = bench.content.bytes(key);
    return new ContentStat(
        key,
        bytes.length,
        Optional.of(new Checksum(Digest.of(bytes), Checksum.Provenance.BACKEND_COMPUTED)));
  }

  @Test
  void timeThatIsNotBelieved_datesNothing() {
    care.verified(RIDE);
    Instant before = provenAt(RIDE);
    expirer.tick();
    bench.time.advance(AGE);
    assertEquals(0, scrubber.tick());
    assertEquals(before, provenAt(RIDE));
    assertEquals(List.of(), opened);
    expirer.tick();
    assertEquals(1, scrubber.tick());
    assertEquals(bench.time.instant(), provenAt(RIDE));
  }

  @Test
  void errorsOfOneCallInAHundred_leaveNothingUnnamedAndAreMadeGoodByTheNextPass() {
    IntStream.range(0, 60).forEach(i -> care.verified(ride(i)));
    pass(AGE);
    SplittableRandom random = new SplittableRandom(7);
    ContentStore flaky =
        seenBy(
            (method, key) -> {
              if (random.nextInt(100) == 0) {
                throw new ContentException(key + " could not be read just now");
              }
              return Optional.empty();
            });
    List<SequenceKey> unread = new ArrayList<>();
    ScrubListener listener =
        sequence -> {
          if (!sequence.why().isEmpty()) {
            unread.add(sequence.key());
          }
        };
    ScrubReport first = engine(flaky).auditing().scrub(POLICY, Long.MAX_VALUE, listener);
    assertTrue(first.unread() > 0 && !first.isComplete(), first::toString);
    assertEquals(60, first.proven() + first.unread());
    assertEquals(first.unread(), unread.size());
    ScrubReport second = care.engine.auditing().scrub(POLICY, Long.MAX_VALUE, listener);
    assertEquals(first.unread(), second.proven());
    assertTrue(second.isClean(), second::toString);
  }

  private Engine engine(ContentStore content) {
    return bench.engine(bench.watchedLedger, content, Bench.copying());
  }

  @Test
  void aLimit_leavesTheRest() {
    IntStream.range(0, 10).forEach(i -> care.verified(ride(i)));
    pass(AGE);
    ScrubReport report = care.engine.auditing().scrub(POLICY, 4, sequence -> {});
    assertEquals(4, report.proven());
    assertEquals(6, report.left());
    assertTrue(!report.isComplete());
    assertEquals(6, care.engine.auditing().scrub(POLICY, 100, sequence -> {}).proven());
    bench.time.advance(Duration.ofSeconds(1));
    ScrubPolicy everything = POLICY.withAge(Duration.ZERO);
    assertEquals(
        10, care.engine.auditing().scrub(everything, 100, sequence -> {}).proven(), "each once");
  }
}
