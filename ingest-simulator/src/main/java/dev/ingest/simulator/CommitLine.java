package dev.ingest.simulator;

import dev.ingest.core.engine.Seams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where a simulated node commits: on a line of its own and a little later, so that what several
 * tasks have finished leaves together. Who has to wait for an outcome commits what is queued
 * itself, since nothing else happens while it stands there.
 */
final class CommitLine implements Seams.Commits {

  private static final Duration LONGEST_DELAY = Duration.ofMillis(20);

  private static final Duration BETWEEN_DRAINS = Duration.ofMillis(100);
  private static final int MAX_DRAINS = 100;

  private final World world;
  private final SimNode node;
  private final Line line;
  private @Nullable Runnable drain;

  /**
   * Creates the line of a node.
   *
   * @param world the world
   * @param node the node
   */
  CommitLine(World world, SimNode node) {
    this.world = world;
    this.node = node;
    this.line = new Line(node.name() + "/g", node);
  }

  @Override
  public void execute(Runnable command) {
    drain = command;
    world.in(world.upTo(LONGEST_DELAY), line, command);
  }

  /** Rounded up to what the world's time can tell: nobody looks for ever at one instant. */
  @Override
  public void later(Duration delay, Runnable command) {
    world.in(delay.plusNanos(999_999), line, command);
  }

  @Override
  public void await(CompletableFuture<?> event) {
    for (int i = 0; i < MAX_DRAINS && !event.isDone() && drain != null; i++) {
      drain.run();
      if (!event.isDone()) {
        // It stands behind a transition of its own sequence that is submitted again and again.
        world.pause(BETWEEN_DRAINS, node);
      }
    }
    if (!event.isDone()) {
      throw new IllegalStateException("a drain of the queue left an outcome open: " + event);
    }
  }

  @Override
  public Seams.Commits beside() {
    return new CommitLine(world, node);
  }

  @Override
  public void await(CompletableFuture<?> event, Duration longest) {
    // A batch does not wait for company here: it had the time until its turn on the line came.
  }
}
