package dev.ingest.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Four nodes, of which now one is killed and started anew, now another is frozen for longer than
 * its leases run, so that it comes back with work that is no longer its own. Two of the four have
 * clocks that are ten minutes off.
 */
final class Trouble {

  /** How many are submitted before any node starts, so that the first ones find enough to do. */
  static final int FIRST = 300;

  /** What each late commit leaves in the log of its node. */
  private static final String REFUSED = " came too late: FENCED";

  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CHUNK = 60;
  private static final int MOST_FROZEN = 2;

  /** More than this is not put in front of the nodes, so that there is trouble during all of it. */
  private static final int LONGEST_BACKLOG = 1_000;

  private final Cluster cluster;
  private final Random random;
  private final List<Slot> slots =
      List.of(
          new Slot("a", Duration.ZERO),
          new Slot("b", Duration.ofMinutes(10)),
          new Slot("c", Duration.ofMinutes(-10)),
          new Slot("d", Duration.ZERO));
  private int submitted;
  private int kills;
  private int freezes;

  Trouble(Cluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
  }

  /**
   * What must not be left to chance: a node is killed in the middle of a commit, and another is
   * frozen there until all that it holds belongs to others. Then it sends its commit.
   *
   * @return how many late commits of that node were refused
   */
  long begin() throws IOException, InterruptedException {
    submit(FIRST);
    Slot dead = slots.get(0);
    Slot late = slots.get(1);
    NodeProcess killed = dead.start(NodeMain.Conduct.HOLD_FIRST_COMMIT);
    cluster.await("the first node commits", PATIENCE, () -> killed.said("held"));
    Map<SequenceKey, Long> orphaned = cluster.heldBy(killed);
    killed.kill();
    kills++;

    NodeProcess frozen = late.start(NodeMain.Conduct.HOLD_FIRST_COMMIT);
    cluster.await("the second node commits", PATIENCE, () -> frozen.said("held"));
    frozen.pause();
    freezes++;
    Map<SequenceKey, Long> lost = cluster.heldBy(frozen);
    assertFalse(orphaned.isEmpty() || lost.isEmpty(), "nothing was held");
    for (Slot slot : slots) {
      if (slot != late) {
        slot.start(NodeMain.Conduct.WORK);
      }
    }
    cluster.await("the dead node's leases are taken", PATIENCE, () -> cluster.areTaken(orphaned));
    cluster.await("the frozen node's leases are taken", PATIENCE, () -> cluster.areTaken(lost));
    assertEquals(0, frozen.logged(REFUSED));
    frozen.release();
    frozen.goOn();
    cluster.await("its commits are refused", PATIENCE, () -> frozen.logged(REFUSED) > 0);
    return frozen.logged(REFUSED);
  }

  /** Submits the rest bit by bit, and troubles the nodes for as long as there is work. */
  void carryOn(int sequences) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.plusMillis(60L * sequences).toNanos();
    while (submitted < sequences || cluster.backlog() > CHUNK) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "the backlog of " + cluster.backlog() + " does not get smaller; " + this);
      }
      if (submitted < sequences && cluster.backlog() < LONGEST_BACKLOG) {
        submit(Math.min(CHUNK, sequences - submitted));
      }
      wake();
      disturb(slots.get(random.nextInt(slots.size())));
      LockSupport.parkNanos(Duration.ofMillis(200 + random.nextInt(500)).toNanos());
    }
    for (Slot slot : slots) {
      slot.goOn();
    }
  }

  /** Lets all nodes stop in order, so that their logs are complete. */
  void end() throws InterruptedException {
    List<NodeProcess> running = cluster.nodes().stream().filter(NodeProcess::isAlive).toList();
    running.forEach(NodeProcess::terminate);
    for (NodeProcess node : running) {
      assertEquals(143, node.exitStatus(), node::toString);
    }
  }

  /** Counts the late commits of all nodes that were refused. */
  long refusals() {
    return cluster.nodes().stream().mapToLong(node -> node.logged(REFUSED)).sum();
  }

  private void submit(int count) {
    cluster.submit(count);
    submitted += count;
  }

  private void wake() throws IOException, InterruptedException {
    for (Slot slot : slots) {
      if (slot.frozen && System.nanoTime() - slot.frozenUntil > 0) {
        slot.goOn();
      }
    }
  }

  /** Nodes that are not up yet are left alone: else none ever would be. */
  private void disturb(Slot slot) throws IOException, InterruptedException {
    boolean kill = random.nextInt(100) < 30;
    Duration pause = LEASE.plusMillis(200 + random.nextInt(2_000));
    if (slot.frozen || !slot.node().said("ready")) {
      return;
    }
    if (kill) {
      slot.node().kill();
      slot.start(NodeMain.Conduct.WORK);
      kills++;
    } else if (slots.stream().filter(other -> other.frozen).count() < MOST_FROZEN) {
      slot.freeze(pause);
      freezes++;
    }
  }

  /** One of the four places, in which one process follows another. */
  private final class Slot {

    private final String name;
    private final Duration offset;
    private final List<NodeProcess> lives = new ArrayList<>();
    private boolean frozen;
    private long frozenUntil;

    Slot(String name, Duration offset) {
      this.name = name;
      this.offset = offset;
    }

    NodeProcess start(NodeMain.Conduct conduct) throws IOException {
      NodeProcess started = cluster.start(name + (lives.size() + 1), LEASE, offset, conduct);
      lives.add(started);
      return started;
    }

    NodeProcess node() {
      return lives.get(lives.size() - 1);
    }

    void freeze(Duration time) throws IOException, InterruptedException {
      node().pause();
      frozen = true;
      frozenUntil = System.nanoTime() + time.toNanos();
    }

    void goOn() throws IOException, InterruptedException {
      if (frozen) {
        node().goOn();
        frozen = false;
      }
    }
  }

  @Override
  public String toString() {
    return "%d nodes killed, %d frozen".formatted(kills, freezes);
  }
}
