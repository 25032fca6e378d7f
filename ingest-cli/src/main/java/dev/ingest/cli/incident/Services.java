package dev.ingest.cli.incident;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The three services, each a process of its own. One ends in order when its input ends, which also
 * happens when this process dies. For one thread.
 */
final class Services implements AutoCloseable {

  private static final long LONGEST_END_SECONDS = 30;

  private final Path home;
  private final List<String> command;
  private final Map<Role, Process> running = new EnumMap<>(Role.class);

  /**
   * Begins without any.
   *
   * @param home where they write their logs
   * @param command what the arguments of a service follow
   */
  Services(Path home, List<String> command) {
    this.home = home;
    this.command = List.copyOf(command);
  }

  /** Starts a service, in the place of the one of that role if there is one. */
  void deploy(Role role, Release release) throws IOException, InterruptedException {
    stop(role);
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("--role", role.name(), "--release", release.name()));
    File log = log(role).toFile();
    running.put(
        role,
        new ProcessBuilder(all)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  /** Ends a service in order. */
  void stop(Role role) throws IOException, InterruptedException {
    Process process = running.remove(role);
    if (process == null) {
      return;
    }
    try {
      process.outputWriter().close();
      if (!process.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "service %s, process %d, did not end within %d s of its input; see %s"
                .formatted(role.label(), process.pid(), LONGEST_END_SECONDS, log(role)));
      }
      requireDone(role, process);
    } finally {
      process.destroyForcibly();
    }
  }

  private void requireDone(Role role, Process process) {
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "service %s, process %d, was to end in order, with status 0, and ended with %d; see %s"
              .formatted(role.label(), process.pid(), process.exitValue(), log(role)));
    }
  }

  /** Fails if one has ended that should run. */
  void requireAlive() {
    running.forEach(
        (role, process) -> {
          if (!process.isAlive()) {
            throw new IllegalStateException(
                "service %s, process %d, has ended with status %d; see %s"
                    .formatted(role.label(), process.pid(), process.exitValue(), log(role)));
          }
        });
  }

  private Path log(Role role) {
    return home.resolve(role.label() + ".log");
  }

  /** Ends all of them at once, whatever they do. */
  @Override
  public void close() {
    running.values().forEach(Process::destroyForcibly);
    running.clear();
  }
}
