package dev.ingest.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The program that lets system calls of another one fail.
 *
 * @param program where it is
 */
record Strace(Path program) {

  private static final long SECONDS = 20;

  /** What becomes of a call. */
  enum Fault {
    /** The disk does not. */
    EIO("error=EIO"),
    /** The disk is full. */
    ENOSPC("error=ENOSPC"),
    /** The process dies before the call. */
    KILL("signal=KILL");

    private final String expression;

    Fault(String expression) {
      this.expression = expression;
    }
  }

  /** Calls that are alike. */
  enum Calls {
    /** What makes bytes and names durable. */
    SYNC("fsync,fdatasync"),
    /** What puts bytes into files, and into what the process prints. */
    WRITE("write,pwrite64"),
    /** What makes, moves and removes names. */
    NAME("rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat");

    private final String names;

    Calls(String names) {
      this.names = names;
    }
  }

  /** Finds it on the PATH, if it may look into processes here. */
  static Optional<Strace> find() throws IOException, InterruptedException {
    String path = System.getenv().getOrDefault("PATH", "");
    Optional<Strace> found =
        Arrays.stream(path.split(File.pathSeparator, -1))
            .filter(part -> !part.isEmpty())
            .map(part -> Path.of(part, "strace"))
            .filter(Files::isExecutable)
            .findFirst()
            .map(Strace::new);
    return found.isPresent() && found.get().works() ? found : Optional.empty();
  }

  private boolean works() throws IOException, InterruptedException {
    Process trial =
        new ProcessBuilder(program.toString(), "-f", "-qq", "-e", "trace=none", "true")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return trial.waitFor(SECONDS, TimeUnit.SECONDS) && trial.exitValue() == 0;
    } finally {
      trial.destroyForcibly();
    }
  }

  /**
   * Makes what is to be put before a command.
   *
   * @param calls which calls
   * @param fault what becomes of them
   * @param nth of each thread the call from which on it happens, from 1
   * @param isLasting whether it happens to all calls after it as well
   * @param log where each call that it happened to is written
   */
  List<String> before(Calls calls, Fault fault, int nth, boolean isLasting, Path log) {
    return List.of(
        program.toString(),
        "-f",
        "-qq",
        "-o",
        log.toString(),
        "-e",
        "trace=" + calls.names,
        "-e",
        "signal=SIGKILL",
        "-e",
        "inject=" + calls.names + ":" + fault.expression + ":when=" + nth + (isLasting ? "+" : ""));
  }

  /** Tells whether it has happened; a process that was killed by others looks as by the fault. */
  static boolean hasStruck(Fault fault, Path log) throws IOException {
    String sign = fault == Fault.KILL ? "killed by SIGKILL" : "(INJECTED)";
    if (!Files.exists(log)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(log)) {
      return lines.anyMatch(line -> line.contains(sign));
    }
  }
}
