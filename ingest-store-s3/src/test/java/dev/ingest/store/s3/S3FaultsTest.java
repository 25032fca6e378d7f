package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.content.ContentException;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Fault.Kind;
import dev.ingest.testkit.s3.S3Operation;
import dev.ingest.testkit.s3.S3Rule;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The adapter on a server that fails: each fault at each operation, and many at random. There is a
 * random run for each kind of fault; {@code -Dingest.s3.runs=N} sets how many there are instead,
 * {@code -Dingest.s3.seed=N} the seed of the first, {@code -Dingest.s3.threads=N} how many run at
 * once.
 */
@Tag("programme")
class S3FaultsTest {

  private static final int RUNS = Integer.getInteger("ingest.s3.runs", Kind.values().length);
  private static final long SEED = Long.getLong("ingest.s3.seed", 1);
  private static final int THREADS = Integer.getInteger("ingest.s3.threads", 2);

  /** On average; there were 8 to 9 in runs of 80 and of 2,500. */
  private static final long LEAST_PER_RUN = 5;

  /** Open places between cases, since an opening takes longer than a case: by their versioning. */
  private static final Map<Boolean, FaultyPlace> PLACES = new ConcurrentHashMap<>();

  /** More requests than any call here may need while everything fails. */
  private static final long MOST_REQUESTS = 60;

  static Stream<Arguments> eachFault() {
    return each(Faults.ALL);
  }

  private static Stream<Arguments> each(List<S3Fault> faults) {
    return Arrays.stream(Act.values())
        .flatMap(
            act ->
                faults.stream()
                    .filter(fault -> act.isStruckBy(fault))
                    .map(fault -> arguments(act, fault)));
  }

  static Stream<Arguments> eachLastingFault() {
    return each(Faults.KINDS).filter(one -> !Faults.hangs((S3Fault) one.get()[1]));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("eachFault")
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void faultOnce_isHealedOrToldAndTheSameCallAgainSucceeds(Act act, S3Fault fault) {
    on(
        act,
        fault,
        place -> {
          act.prepare(place);
          place.server().rule(S3Rule.at(act.operation(), 1, fault));
          Optional<ContentException> told = act.attempt(place);
          assertEquals(act.tells(fault), told.isPresent(), () -> act + " answered " + told);
          place.calm();
          assertEquals(Map.of(fault.kind(), 1L), place.struck());
          assertEquals(Optional.empty(), act.attempt(place));
          act.judge(place);
        });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("eachLastingFault")
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void faultThatLasts_endsWithinBoundsAndWithoutAnUntruth(Act act, S3Fault fault) {
    on(
        act,
        fault,
        place -> {
          act.prepare(place);
          long before = place.server().requests();
          place.server().rule(S3Rule.next(act.operation(), Long.MAX_VALUE, fault));
          Optional<ContentException> told = act.attempt(place);
          assertEquals(
              act.tellsIfItLasts(fault), told.isPresent(), () -> act + " answered " + told);
          long sent = place.server().requests() - before;
          assertTrue(sent <= MOST_REQUESTS, () -> sent + " requests");
          place.calm();
          assertEquals(Optional.empty(), act.attempt(place));
          act.judge(place);
        });
  }

  /**
   * Runs a case in an empty place, which is the one of the case before if that has passed. A
   * listing that is behind tells what was stored before, so it needs a new one.
   */
  private static void on(Act act, S3Fault fault, Consumer<FaultyPlace> test) {
    FaultyPlace before =
        fault.kind() == Kind.STALE_LISTING ? null : PLACES.remove(act.isVersioned());
    FaultyPlace place = before == null ? new FaultyPlace(act.isVersioned()) : before;
    boolean empty = false;
    try {
      test.accept(place);
      empty = place.empty();
    } finally {
      if (!empty || PLACES.putIfAbsent(act.isVersioned(), place) != null) {
        place.close();
      }
    }
  }

  @AfterAll
  static void closePlaces() {
    PLACES.values().forEach(FaultyPlace::close);
    PLACES.clear();
  }

  /** All attempts hang before their effect, and land when the adapter looks for the object. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void endOfAnUploadThatTakesEffectAfterItsTimeOut_isWaitedFor() throws Exception {
    try (FaultyPlace place = FaultyPlace.opened()) {
      place
          .server()
          .rule(
              S3Rule.next(
                  S3Operation.COMPLETE_MULTIPART_UPLOAD, FaultyPlace.ATTEMPTS, new S3Fault.Hang()));
      byte[] bytes = Bodies.bytes(2 * FaultyPlace.PART, 1);
      ExecutorService pool = Executors.newSingleThreadExecutor();
      try {
        Future<?> put = pool.submit(() -> Bodies.store(place.store(), Bodies.key("a"), bytes));
        while (!put.isDone() && place.server().requests(S3Operation.HEAD_OBJECT) == 0) {
          Thread.onSpinWait();
        }
        place.server().release();
        put.get();
      } finally {
        pool.shutdown();
      }
      BelowProtocol.of(place).requireStored(Bodies.key("a"), bytes);
      place.calm();
      BelowProtocol.of(place).requireNoUploads();
    }
  }

  @Test
  void randomFaults_loseNothingAndLeaveNothing() throws Exception {
    AtomicLong seed = new AtomicLong(SEED);
    Map<Kind, Long> struck = new EnumMap<>(Kind.class);
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Map<Kind, Long>>> shares =
          IntStream.range(0, THREADS).mapToObj(i -> pool.submit(() -> runs(seed))).toList();
      for (Future<Map<Kind, Long>> share : shares) {
        share.get().forEach((kind, count) -> struck.merge(kind, count, Long::sum));
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AssertionError failure) {
        throw failure;
      }
      throw e;
    } finally {
      seed.set(SEED + RUNS);
      pool.shutdown();
    }
    print(struck);
    requireInProportion(struck);
  }

  /** Each kind is planted in the runs whose turn it is, and others strike at random everywhere. */
  private static void requireInProportion(Map<Kind, Long> struck) {
    long turns = RUNS / Kind.values().length;
    for (Kind kind : Kind.values()) {
      long found = struck.getOrDefault(kind, 0L);
      assertTrue(found >= turns, () -> kind + " struck " + found + " times in " + RUNS + " runs");
    }
    long all = struck.values().stream().mapToLong(Long::longValue).sum();
    if (turns > 0) {
      assertTrue(all >= LEAST_PER_RUN * RUNS, () -> all + " faults in " + RUNS + " runs");
    }
  }

  private static Map<Kind, Long> runs(AtomicLong seeds) {
    Map<Kind, Long> struck = new EnumMap<>(Kind.class);
    long seed = seeds.getAndIncrement();
    while (seed < SEED + RUNS) {
      try {
        FaultRun.run(seed).forEach((kind, count) -> struck.merge(kind, count, Long::sum));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "again with -Dingest.s3.runs=1 -Dingest.s3.seed=" + seed + ": " + e.getMessage(), e);
      }
      seed = seeds.getAndIncrement();
    }
    return struck;
  }

  @SuppressWarnings("SystemOut") // the counts are what the programme reports
  private static void print(Map<Kind, Long> struck) {
    System.out.println("S3 faults: " + RUNS + " runs from seed " + SEED + ", struck " + struck);
  }
}
