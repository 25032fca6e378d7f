package dev.ingest.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A command in a process of its own. Its output is read as it comes, up to what it flushed last.
 */
final class Child implements AutoCloseable {

  /** Processes that must not outlive this one, should it be told to stop in the middle. */
  private static final Set<ProcessHandle> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Child::end)));
  }

  /** What the virtual machine tells of a process that a SIGKILL ended. */
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final Path errors;
  private final Thread reader;
  private final List<String> lines = new ArrayList<>();

  private Child(Process process, Path errors, Consumer<String> eachLine) {
    this.process = process;
    this.errors = errors;
    this.reader = new Thread(() -> read(eachLine), "child-" + process.pid());
    reader.setDaemon(true);
  }

  /**
   * Starts a command.
   *
   * @param errors where its error stream goes
   * @param eachLine is told of each line, on a thread of its own
   * @param args the command line
   */
  static Child start(Path errors, Consumer<String> eachLine, List<String> args) throws IOException {
    return start(errors, eachLine, args, Map.of());
  }

  /** Starts a command, see above, with variables in its environment. */
  static Child start(
      Path errors, Consumer<String> eachLine, List<String> args, Map<String, String> environment)
      throws IOException {
    return start(Main.class, errors, eachLine, args, environment);
  }

  /** Starts a program of the tests' own, see above. */
  static Child start(
      Class<?> main,
      Path errors,
      Consumer<String> eachLine,
      List<String> args,
      Map<String, String> environment)
      throws IOException {
    return start(List.of(), main, errors, eachLine, args, environment);
  }

  /** Starts a command under another program, see above. */
  static Child startUnder(List<String> before, Path errors, List<String> args) throws IOException {
    return start(before, Main.class, errors, line -> {}, args, Map.of());
  }

  private static Child start(
      List<String> before,
      Class<?> main,
      Path errors,
      Consumer<String> eachLine,
      List<String> args,
      Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx64m",
            // What a killed process leaves in its temporary directory goes with the test's.
            "-Djava.io.tmpdir=" + errors.toAbsolutePath().getParent(),
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(args);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    // File names beyond ASCII, wherever the tests run.
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    Process process = builder.start();
    ALIVE.add(process.toHandle());
    Child child = new Child(process, errors, eachLine);
    child.reader.start();
    return child;
  }

  /** Waits for its end at most so long, and tells whether it ended. */
  boolean endsWithin(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Asks it to stop, as Ctrl-C and service managers do. */
  void terminate() {
    process.toHandle().destroy();
  }

  /**
   * Ends it as a crash does: no code of its own runs any more. Tells whether that ended it; one
   * that ends by itself, if only meanwhile, was not killed.
   */
  boolean kill() throws InterruptedException {
    // The process's own method would close its output, and with it what was printed and not read.
    end(process.toHandle());
    join();
    return process.exitValue() == KILLED;
  }

  /** Waits for its end and returns its exit status. */
  int exitStatus() throws InterruptedException {
    if (!endsWithin(120_000)) {
      kill();
      throw new AssertionError("no end within two minutes; " + describe());
    }
    join();
    return process.exitValue();
  }

  /** Returns every line that it printed; only after its end. */
  List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  String describe() {
    try {
      return "last lines: %s; errors: %s"
          .formatted(
              lines().subList(Math.max(0, lines().size() - 5), lines().size()),
              Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    end(process.toHandle());
    ALIVE.remove(process.toHandle());
  }

  /** The program under which a command runs leaves it behind otherwise. */
  private static void end(ProcessHandle process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void join() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " does not go away");
    }
    reader.join(60_000);
    if (reader.isAlive()) {
      throw new AssertionError("the output of process " + process.pid() + " does not end");
    }
  }

  private void read(Consumer<String> eachLine) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
        eachLine.accept(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
