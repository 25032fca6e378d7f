package dev.ingest.cli;

import dev.ingest.core.Beat;
import dev.ingest.core.EngineListener;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.StageRef;
import java.util.concurrent.atomic.AtomicLong;

/** Shows what an engine does: a bar for a person who looks, plain lines otherwise. Thread-safe. */
final class RunListener implements EngineListener {

  private final Terminal terminal;
  private final boolean lines;
  private final ProgressBar progress;
  private final AtomicLong published = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  /**
   * Creates a listener.
   *
   * @param terminal where to show
   * @param lines whether to print a line per sequence
   * @param progress the bar, drawn or not
   */
  RunListener(Terminal terminal, boolean lines, ProgressBar progress) {
    this.terminal = terminal;
    this.lines = lines;
    this.progress = progress;
  }

  long published() {
    return published.get();
  }

  long failed() {
    return failed.get();
  }

  @Override
  public void stageDone(Entry entry, StageRef stage) {
    if (lines) {
      terminal.say("stage %s done for %s".formatted(stage, entry.key()));
    }
  }

  @Override
  public void published(Entry entry) {
    published.incrementAndGet();
    progress.advance(1);
    if (lines) {
      terminal.say("verified and published %s".formatted(entry.key()));
    }
  }

  @Override
  public void failed(Entry entry) {
    failed.incrementAndGet();
    progress.advance(1);
    if (lines) {
      terminal.say("failed %s".formatted(entry.key()));
    }
  }

  @Override
  public void alertsHeldUp(Beat pump) {
    progress.clear();
    terminal.warn(
        "alerts wait for %s, which beat at %s and may have been killed; waiting for it, or for its"
                .formatted(
                    Terminal.line(pump.holder().map(NodeId::value).orElse("nobody")), pump.last())
            + " lease to be over");
  }

  @Override
  public void driverFailed(String driver, Throwable cause, long total) {
    progress.clear();
    terminal.warn("%s failed, %d so far: %s".formatted(driver, total, Problems.describe(cause)));
  }
}
