package dev.ingest.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillPlan;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Backfills;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backfill on one PostgreSQL, whose two nodes are killed again and again.
 *
 * <p>{@code -Dingest.backfill.sequences=100000} runs the long programme.
 */
@Tag("programme")
class BackfillNodesTest {

  private static final int SEQUENCES = Integer.getInteger("ingest.backfill.sequences", 300);
  private static final int KILLS = 3;
  private static final String NAME = "march";
  private static final Duration LEASE = Duration.ofSeconds(2);

  @TempDir private Path temp;

  @Test
  void nodesKilledThreeTimes_runEachSequenceOnceAndTheReportIsTheTruth() throws Exception {
    Duration patience = Duration.ofMinutes(4).plusMillis(40L * SEQUENCES);
    try (Cluster cluster = new Cluster(temp)) {
      cluster.submit(SEQUENCES);
      cluster.awaitReceipts();
      cluster.failAll();
      assertEquals(SEQUENCES, cluster.entries(State.FAILED).size());
      Backfills backfills = cluster.ingest().backfills();
      freeze(cluster, backfills);

      long began = System.nanoTime();
      cluster.ingest().acts("carol", "ticket 4711").backfills().start(NAME);
      NodeProcess[] nodes = {start(cluster, "a-0"), start(cluster, "b-0")};
      for (int kill = 1; kill <= KILLS; kill++) {
        long least = (long) SEQUENCES * kill / (KILLS + 1);
        cluster.await(
            least + " are done", patience, () -> progress(backfills).counts().done() >= least);
        int which = kill % nodes.length;
        nodes[which].kill();
        nodes[which] = start(cluster, (which == 0 ? "a-" : "b-") + kill);
      }
      cluster.await("it is over", patience, () -> progress(backfills).phase().isOver());
      System.out.printf(
          "backfill: %d sequences, %d kills, %d s, %s%n",
          SEQUENCES,
          KILLS,
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began),
          progress(backfills));
      judge(cluster, backfills);
    }
  }

  private static void freeze(Cluster cluster, Backfills backfills) {
    BackfillOrder order =
        BackfillOrder.of(IncidentQuery.ALL.in(Set.of(State.FAILED)))
            .at(new BackfillPace(10_000, 200));
    long began = System.nanoTime();
    BackfillPlan plan = backfills.rehearse(NAME, order, (key, state) -> {});
    long counted = System.nanoTime();
    BackfillProgress frozen =
        cluster.ingest().acts("carol", "ticket 4711").backfills().plan(NAME, order);
    System.out.printf(
        "backfill: counted %d in %d ms, frozen in %d ms%n",
        plan.planned(),
        TimeUnit.NANOSECONDS.toMillis(counted - began),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - counted));
    assertEquals(SEQUENCES, plan.planned());
    assertEquals(new BackfillProgress.Counts(SEQUENCES, 0, 0, SEQUENCES, 0, 0), frozen.counts());
  }

  private static NodeProcess start(Cluster cluster, String id) throws Exception {
    return cluster.start(id, LEASE, Duration.ZERO, NodeMain.Conduct.WORK);
  }

  private static BackfillProgress progress(Backfills backfills) {
    return backfills.progress(NAME).orElseThrow();
  }

  private static void judge(Cluster cluster, Backfills backfills) {
    Set<SequenceKey> done = new TreeSet<>();
    BackfillProgress end =
        backfills.report(
            NAME,
            Set.of(Outcome.Kind.values()),
            (key, outcome, entry) -> {
              assertEquals(Outcome.Kind.DONE, outcome.kind(), key.toString());
              assertTrue(done.add(key), key + " is told once");
            });
    assertEquals(BackfillPhase.COMPLETE, end.phase());
    assertEquals(new BackfillProgress.Counts(SEQUENCES, SEQUENCES, 0, 0, 0, 0), end.counts());
    assertEquals(cluster.promises().keySet(), done);
    for (Entry entry : cluster.entries(State.values())) {
      assertEquals(State.VERIFIED, entry.state(), entry.toString());
      assertEquals(2, entry.published().orElseThrow().epoch(), entry.toString());
      assertTrue(entry.standing().hold().isEmpty(), entry.toString());
      long starts =
          cluster.ledger().history(entry.key(), 0, 1_000).stream()
              .filter(row -> row.step().kind() == TransitionKind.REDRIVEN)
              .count();
      assertEquals(1, starts, entry.key() + " was started once");
    }
  }
}
