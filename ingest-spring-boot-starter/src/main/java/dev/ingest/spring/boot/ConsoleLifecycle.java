package dev.ingest.spring.boot;

import dev.ingest.console.Console;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/**
 * Closes consoles before the web server waits for the requests that it serves. The stream by which
 * a page hears of what is new is such a request, and ends by itself only after minutes: one page
 * that is open would hold up the end of the process for as long as a phase may take.
 */
final class ConsoleLifecycle implements SmartLifecycle {

  private final List<Console> consoles;
  private volatile boolean running;

  ConsoleLifecycle(List<Console> consoles) {
    this.consoles = List.copyOf(consoles);
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    consoles.forEach(Console::close);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** As the engine, which is not paused either: a console that is closed does not come back. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  /** The first to stop. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE;
  }
}
