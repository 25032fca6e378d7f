package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** The service processes that a replay of the incident starts. */
final class IncidentServices {

  private IncidentServices() {}

  /** Fails if a service of a replay, started by this process, lives. */
  static void requireNoneLeft() {
    List<Long> left =
        ProcessHandle.current()
            .children()
            .filter(ProcessHandle::isAlive)
            .filter(
                child ->
                    child.info().commandLine().orElse("").contains(IncidentServiceCommand.NAME))
            .map(ProcessHandle::pid)
            .toList();
    assertEquals(List.of(), left);
  }
}
