package dev.ingest.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real node processes on one PostgreSQL.
 *
 * <p>{@code -Dingest.nodes.sequences=20000} runs the long programme; {@code -Dingest.seed=N}
 * repeats the random choices of a run that printed {@code seed N}, though not its timing.
 */
@Tag("programme")
class NodesTest {

  private static final int SEQUENCES =
      Math.max(Trouble.FIRST, Integer.getInteger("ingest.nodes.sequences", 300));
  private static final long SEED = Long.getLong("ingest.seed", new SecureRandom().nextInt(1 << 30));

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LONG_LEASE = Duration.ofMinutes(10);
  private static final Duration MEDIUM_LEASE = Duration.ofSeconds(30);
  private static final Duration SKEW = Duration.ofMinutes(10);

  private static final Map<TransitionKind, Integer> UNDISTURBED =
      Map.of(TransitionKind.ACCEPTED, 1, TransitionKind.STAGE_DONE, 2, TransitionKind.VERIFIED, 1);

  @TempDir private Path temp;

  @Test
  void killedAndFrozenNodes_verifyEverySequenceOnce() throws Exception {
    long began = System.nanoTime();
    System.out.println("nodes: seed " + SEED + ", " + SEQUENCES + " sequences");
    try (Cluster cluster = new Cluster(temp)) {
      Trouble trouble = new Trouble(cluster, new Random(SEED));
      long certain = trouble.begin();
      trouble.carryOn(SEQUENCES);
      cluster.awaitReceipts();
      Duration patience = PATIENCE.plusMillis(30L * SEQUENCES);
      cluster.await("all are verified", patience, () -> cluster.backlog() == 0);
      trouble.end();

      Map<TransitionKind, Long> rows = Judge.judge(cluster);
      assertEquals(SEQUENCES, rows.get(TransitionKind.VERIFIED));
      long refused = trouble.refusals();
      System.out.printf(
          "nodes: seed %d, %s, %d takeovers, %d late commits refused (%d of them by design),"
              + " 0 took effect, rows %s, %d s%n",
          SEED,
          trouble,
          cluster.audit().takeovers(),
          refused,
          certain,
          rows,
          Duration.ofNanos(System.nanoTime() - began).toSeconds());
      assertTrue(rows.getOrDefault(TransitionKind.LEASE_LOST, 0L) > 0, "nobody took anything over");
      assertTrue(certain > 0 && refused >= certain, "no late commit was refused");
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + SEED + ": " + e.getMessage(), e);
    }
  }

  @Test
  void nodesToldToStop_handBackEveryAttempt() throws Exception {
    try (Cluster cluster = new Cluster(temp)) {
      cluster.submit(80);
      cluster.awaitReceipts();
      NodeProcess one = busy(cluster, "one");
      NodeProcess two = busy(cluster, "two");
      cluster.await(
          "both are at work on all they can take",
          PATIENCE,
          () -> one.saidBeginning("at work") + two.saidBeginning("at work") >= 64);

      one.terminate();
      two.terminate();
      assertEquals(143, one.exitStatus(), one::toString);
      assertEquals(143, two.exitStatus(), two::toString);

      assertEquals(64, cluster.audit().handBacks());
      List<Entry> entries = cluster.entries(State.values());
      assertEquals(80, entries.size());
      for (Entry entry : entries) {
        assertEquals(State.ACCEPTED, entry.state(), entry.toString());
        assertEquals(0, entry.run().attempts(), entry.toString());
      }
      cluster.start("three", LONG_LEASE, Duration.ZERO, NodeMain.Conduct.WORK);
      cluster.await("another does all of it", PATIENCE, () -> cluster.backlog() == 0);
      assertUndisturbed(cluster, 80);
    }
  }

  @Test
  void clocksTenMinutesOff_changeNothing() throws Exception {
    try (Cluster cluster = new Cluster(temp)) {
      Instant before = cluster.ledger().now();
      cluster.submit(40);
      cluster.awaitReceipts();
      NodeProcess right =
          cluster.start("right", MEDIUM_LEASE, Duration.ZERO, NodeMain.Conduct.NEVER_FINISH);
      cluster.await("it holds 32", PATIENCE, () -> right.saidBeginning("at work") == 32);
      Map<SequenceKey, Long> held = cluster.heldBy(right);
      assertEquals(32, held.size());

      NodeProcess fast = cluster.start("fast", MEDIUM_LEASE, SKEW, NodeMain.Conduct.WORK);
      NodeProcess slow = cluster.start("slow", MEDIUM_LEASE, SKEW.negated(), NodeMain.Conduct.WORK);
      cluster.await("both are up", PATIENCE, () -> fast.said("ready") && slow.said("ready"));
      cluster.submit(260);
      cluster.awaitReceipts();
      cluster.await("the others do the rest", PATIENCE, () -> cluster.backlog() == held.size());
      assertEquals(held, cluster.heldBy(right), "leases that a clock took away");
      right.terminate();
      assertEquals(143, right.exitStatus(), right::toString);
      cluster.await("nothing is left", PATIENCE, () -> cluster.backlog() == 0);

      assertUndisturbed(cluster, 300);
      Instant after = cluster.ledger().now();
      for (Entry entry : cluster.entries(State.values())) {
        cluster
            .ledger()
            .history(entry.key(), 0, 10)
            .forEach(
                row ->
                    assertFalse(
                        row.step().at().isBefore(before) || row.step().at().isAfter(after),
                        () -> row + " is not between " + before + " and " + after));
      }
    }
  }

  /** A node that takes as much as it can and finishes nothing. */
  private static NodeProcess busy(Cluster cluster, String id) throws Exception {
    return cluster.start(id, LONG_LEASE, Duration.ZERO, NodeMain.Conduct.NEVER_FINISH);
  }

  private static void assertUndisturbed(Cluster cluster, long sequences) throws Exception {
    Map<TransitionKind, Long> rows = Judge.judge(cluster);
    assertEquals(UNDISTURBED.keySet(), rows.keySet());
    UNDISTURBED.forEach((kind, each) -> assertEquals(each * sequences, rows.get(kind)));
    assertEquals(0, cluster.audit().takeovers());
  }
}
