package dev.ingest.cli.incident;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a replay has around it.
 *
 * @param out where it prints, a line at a time
 * @param clock the time
 * @param home an empty directory for everything that it makes
 * @param command what the arguments of a service follow, to start it as a process
 */
public record Around(Consumer<String> out, InstantSource clock, Path home, List<String> command) {

  /**
   * Copies the list.
   *
   * @param out where it prints
   * @param clock the time
   * @param home an empty directory
   * @param command what the arguments of a service follow
   */
  public Around {
    command = List.copyOf(command);
  }
}
