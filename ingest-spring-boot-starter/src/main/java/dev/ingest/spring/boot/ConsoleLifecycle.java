package dev.ingest.spring.boot;

import dev.ingest.console.Console;
import java.util.List;

/**
 * Closes consoles, as the first to stop, before the web server waits for the requests that it
 * serves. The stream by which a page hears of what is new is such a request, and ends by itself
 * only after minutes: one page that is open would hold up the end of the process for as long as a
 * phase may take.
 */
final class ConsoleLifecycle extends EndingLifecycle {

  private final List<Console> consoles;

  ConsoleLifecycle(List<Console> consoles) {
    super(DEFAULT_PHASE);
    this.consoles = List.copyOf(consoles);
  }

  @Override
  void end() {
    consoles.forEach(Console::close);
  }
}
