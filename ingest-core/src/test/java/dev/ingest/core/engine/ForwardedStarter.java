package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Starts by another. */
class ForwardedStarter implements RunStarter {
  private final RunStarter starter;

  ForwardedStarter(RunStarter starter) {
    this.starter = starter;
  }

  @Override
  public boolean isDue(Entry seen) {
    return starter.isDue(seen);
  }

  @Override
  public Optional<String> lacking(String pipeline) {
    return starter.lacking(pipeline);
  }

  @Override
  public Supplier<Start> begin(Entry seen, String pipeline, String backfill, Act by, Instant now) {
    return starter.begin(seen, pipeline, backfill, by, now);
  }

  @Override
  public Optional<Integer> started(Entry entry, Act by) {
    return starter.started(entry, by);
  }

  @Override
  public End look(Entry entry, int epoch, String backfill) {
    return starter.look(entry, epoch, backfill);
  }
}
