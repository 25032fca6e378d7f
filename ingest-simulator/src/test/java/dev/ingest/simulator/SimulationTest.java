package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.CallSite.Role;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.function.Executable;

/**
 * Many seeds of the simulation. {@code -Dingest.seed=N} tells one of them as a story instead;
 * {@code -Dingest.sim.sequences=N} sets how many sequences all seeds upload together, {@code
 * -Dingest.sim.from=N} the first seed.
 */
@Tag("programme")
class SimulationTest {

  private static final String SEED = "ingest.seed";
  private static final String SEQUENCES = "ingest.seed.sequences";
  private static final int THREADS = Workers.number();

  /** From here on all that has to be reached is reached within the sequences of a build. */
  private static final long FIRST = 66;

  @Test
  @DisabledIfSystemProperty(named = SEED, matches = ".+")
  void manySeeds_keepEveryPromise() throws Exception {
    long wanted = Long.getLong("ingest.sim.sequences", 10_000);
    AtomicLong seed = new AtomicLong(Long.getLong("ingest.sim.from", FIRST));
    AtomicLong uploaded = new AtomicLong();
    Tally total = new Tally();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Tally>> shares = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        shares.add(pool.submit(() -> run(seed, uploaded, wanted)));
      }
      for (Future<Tally> share : shares) {
        total.addAll(share.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    } finally {
      uploaded.set(wanted);
      pool.shutdown();
    }
    print(total);
    assertEverythingHappened(total);
  }

  private static Tally run(AtomicLong seed, AtomicLong uploaded, long wanted) {
    Tally tally = new Tally();
    while (uploaded.get() < wanted) {
      long next = seed.getAndIncrement();
      Scenario scenario = Scenario.of(next, Simulate.sequences(next));
      Tally one = Simulation.run(scenario, Sabotage.NONE, null).tally();
      uploaded.addAndGet(one.count("sequences"));
      tally.addAll(one);
      tally.add("seeds");
    }
    return tally;
  }

  @SuppressWarnings("SystemOut") // the counts are what the programme reports
  private static void print(Tally total) {
    System.out.println(total);
  }

  private static void assertEverythingHappened(Tally total) {
    List<Executable> checks = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      checks.add(() -> assertTrue(total.count(kind) > 0, () -> kind + " never struck"));
      for (Role role : EnumSet.complementOf(EnumSet.of(Role.CONTROLS))) {
        checks.add(
            () ->
                assertTrue(
                    !kind.isOfCalls()
                        || isSeldom(kind, role)
                        || total.count("fault " + kind + " at " + role) > 0,
                    () -> kind + " never struck at " + role));
      }
    }
    for (State state : State.values()) {
      checks.add(() -> assertTrue(total.count("state " + state) > 0, () -> state + " not reached"));
    }
    for (TransitionKind kind : TransitionKind.values()) {
      checks.add(
          () -> assertTrue(total.distinct("edge " + kind + " ") > 0, () -> kind + " not reached"));
    }
    checks.add(() -> assertTrue(total.count("shared commits") > 0, "no batch of several formed"));
    checks.add(
        () ->
            assertTrue(
                total.count("told STAGE_BLOCKED") > 0 && total.count("told STAGE_UNBLOCKED") > 0,
                "no stage was blocked, or none was told to be over"));
    for (String end : List.of("COMPLETE", "INCOMPLETE", "CANCELLED")) {
      checks.add(
          () -> assertTrue(total.count("end backfill " + end) > 0, "no backfill ended " + end));
    }
    checks.add(
        () ->
            assertTrue(
                total.count("accepted once the quota had room") > 0,
                "nobody who was refused for a quota was accepted later"));
    checks.add(
        () ->
            assertTrue(
                total.count("acceptances lost with a backup") > 0,
                "no backup was older than an acceptance"));
    checks.add(() -> assertTrue(total.count("adoptions") > 0, "nothing was adopted"));
    checks.add(
        () ->
            assertTrue(
                total.count("restorations amid traffic") > 0,
                "no ledger was restored while clients uploaded"));
    checks.add(
        () ->
            assertTrue(
                total.count("failovers under running nodes") > 0,
                "no ledger was failed over under nodes that run on"));
    checks.add(() -> assertEquals(0, total.count("refused puts of other bytes")));
    checks.add(
        () ->
            assertTrue(
                total.count("end VERIFIED") + total.count("end EXPIRED")
                    > total.count("sequences") * 8 / 10,
                "most sequences end well in spite of everything"));
    assertAll(checks);
  }

  /** Deaths at a deletion are a handful in a whole run; the programme of exact calls has each. */
  private static boolean isSeldom(FaultKind kind, Role role) {
    return role == Role.PURGER && (kind == FaultKind.CRASH_BEFORE || kind == FaultKind.CRASH_AFTER);
  }

  @Test
  @DisabledIfSystemProperty(named = SEED, matches = ".+")
  void sameSeed_sameTrace() {
    for (long seed = 1; seed <= 5; seed++) {
      Scenario scenario = Scenario.of(seed, seed == 5 ? 200 : 20);
      Simulation.Report first = Simulation.run(scenario, Sabotage.NONE, null);
      Simulation.Report second = Simulation.run(scenario, Sabotage.NONE, null);
      assertEquals(first.hash(), second.hash(), "seed " + seed);
      assertEquals(first.tally().toString(), second.tally().toString(), "seed " + seed);
    }
  }

  /** A scrub found rot after everything had ended, and the verdict did not wait for its repair. */
  @Test
  @DisabledIfSystemProperty(named = SEED, matches = ".+")
  void rotFoundWhileOwnersAreTold_isMadeAgainBeforeTheVerdict() {
    Simulation.run(Scenario.of(20_261_387, Simulate.SEQUENCES), Sabotage.NONE, null);
  }

  /**
   * What restorations found before it was mended: bytes of a receipt swept, in a part that the
   * backup did not know; a part of a lost life written below; a backfill that counted an id twice;
   * a discard that was under way and committed to the restored ledger, which the judge had
   * forgotten.
   */
  @Test
  @DisabledIfSystemProperty(named = SEED, matches = ".+")
  void ledgersRestoredAmidTraffic_keepEveryPromise() {
    long again = 0;
    for (long seed : List.of(33L, 38L, 67L)) {
      Tally tally =
          Simulation.run(Scenario.of(seed, Simulate.SEQUENCES), Sabotage.NONE, null).tally();
      again += tally.count("re-uploads lost with a backup");
    }
    assertTrue(again > 0, "no re-upload was lost with a backup");
  }

  @Test
  @DisabledIfSystemProperty(named = SEED, matches = ".+")
  void otherSeed_otherTrace() {
    assertNotEquals(
        Simulation.run(Scenario.of(1, 20), Sabotage.NONE, null).hash(),
        Simulation.run(Scenario.of(2, 20), Sabotage.NONE, null).hash());
  }

  @Test
  @DisabledIfSystemProperty(named = SEED, matches = ".+")
  void story_doesNotChangeTheRun() {
    Scenario scenario = Scenario.of(3, 20);
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream story = new PrintStream(told, true, StandardCharsets.UTF_8);
    assertEquals(
        Simulation.run(scenario, Sabotage.NONE, null).hash(),
        Simulation.run(scenario, Sabotage.NONE, story).hash());
    assertTrue(told.toString(StandardCharsets.UTF_8).contains("holds a receipt"));
  }

  @Test
  @EnabledIfSystemProperty(named = SEED, matches = ".+")
  @SuppressWarnings("SystemOut") // the story is for whoever asked for this seed
  void oneSeed_tellsItsStory() {
    long seed = Long.getLong(SEED, 1);
    Scenario scenario = Scenario.of(seed, Integer.getInteger(SEQUENCES, Simulate.sequences(seed)));
    System.out.println(scenario);
    Simulation.Report report = Simulation.run(scenario, Sabotage.NONE, System.out);
    System.out.println(report.tally());
    System.out.println("trace " + report.hash());
  }
}
