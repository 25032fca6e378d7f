package dev.ingest.core.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Commits when the test says so, and keeps how long a batch would have waited for company. */
final class SteppedCommits implements Seams.Commits {

  final Queue<Runnable> drains = new ArrayDeque<>();
  final List<Duration> lingers = new ArrayList<>();

  /** Happens while a batch waits for company. */
  Runnable meanwhile = () -> {};

  /** Whether the last wait for company ended because there was enough. */
  boolean reached;

  int waitsForAnEvent;

  /** Where what goes beside is committed. */
  Seams.Commits beside = this;

  /** What is to be drained later, and after what time. */
  final Queue<Later> laters = new ArrayDeque<>();

  /** A drain after a time. */
  record Later(Duration delay, Runnable drain) {}

  @Override
  public void execute(Runnable drain) {
    drains.add(drain);
  }

  @Override
  public void later(Duration delay, Runnable drain) {
    laters.add(new Later(delay, drain));
  }

  @Override
  public void await(CompletableFuture<?> event) {
    waitsForAnEvent++;
    run();
    if (!event.isDone()) {
      throw new IllegalStateException("nothing that is queued makes it happen");
    }
  }

  @Override
  public void await(CompletableFuture<?> event, Duration longest) {
    lingers.add(longest);
    meanwhile.run();
    reached = event.isDone();
  }

  @Override
  public Seams.Commits beside() {
    return beside;
  }

  /** Runs what is to be drained. */
  void run() {
    for (Runnable drain = drains.poll(); drain != null; drain = drains.poll()) {
      drain.run();
    }
  }
}
