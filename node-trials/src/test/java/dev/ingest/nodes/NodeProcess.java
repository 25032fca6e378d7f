package dev.ingest.nodes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node in a process of its own, and the signals that it gets. */
final class NodeProcess implements AutoCloseable {

  /** Processes that must not outlive this one, should it be told to stop in the middle. */
  private static final Set<ProcessHandle> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> ALIVE.forEach(ProcessHandle::destroyForcibly)));
  }

  private final String id;
  private final Path log;
  private final Process process;
  private final List<String> lines = new ArrayList<>();

  private NodeProcess(String id, Path log, Process process) {
    this.id = id;
    this.log = log;
    this.process = process;
  }

  /** Starts a node whose log goes to a file of its own. */
  static NodeProcess start(Path directory, NodeMain.Settings settings) throws IOException {
    Path log = directory.resolve(settings.id() + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                // What a killed process leaves in its temporary directory goes with the test's.
                "-Djava.io.tmpdir=" + directory.toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName()));
    command.addAll(settings.toArgs());
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    ALIVE.add(process.toHandle());
    NodeProcess node = new NodeProcess(settings.id(), log, process);
    Thread reader = new Thread(node::read, "node-" + settings.id());
    reader.setDaemon(true);
    reader.start();
    return node;
  }

  String id() {
    return id;
  }

  /** Tells whether it printed a line. */
  boolean said(String line) {
    synchronized (lines) {
      return lines.contains(line);
    }
  }

  /** Counts the lines that it printed and that begin like this. */
  long saidBeginning(String start) {
    synchronized (lines) {
      return lines.stream().filter(line -> line.startsWith(start)).count();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it as a crash does: no code of its own runs any more. */
  void kill() throws InterruptedException {
    // The process's own method would close its output, and with it what was printed and not read.
    process.toHandle().destroyForcibly();
    awaitEnd();
  }

  /** Freezes all of its threads wherever they are. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets it go on as if nothing had been. */
  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** Lets the commit go that it holds. Nothing of a frozen process reads this before it goes on. */
  void release() throws IOException {
    Writer in = process.outputWriter(StandardCharsets.UTF_8);
    in.write("release\n");
    in.flush();
  }

  /** Asks it to stop in order. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Waits for its end and returns its exit status: 143 after {@link #terminate()}. */
  int exitStatus() throws InterruptedException {
    awaitEnd();
    return process.exitValue();
  }

  /** Counts the lines of its log that hold a text. */
  long logged(String text) {
    try (Stream<String> all = Files.lines(log)) {
      return all.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    ALIVE.remove(process.toHandle());
  }

  @Override
  public String toString() {
    try {
      List<String> logged = Files.readAllLines(log);
      return "node %s, process %d, %s; said %s; last of its log: %s"
          .formatted(
              id,
              process.pid(),
              process.isAlive() ? "alive" : "ended",
              lastOf(lines, 5),
              String.join("\n", lastOf(logged, 30)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lastOf(List<String> all, int count) {
    synchronized (all) {
      return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
    }
  }

  /** There is no other way to these two signals than the command. */
  private void signal(String name) throws IOException, InterruptedException {
    Process sent =
        new ProcessBuilder("sh", "-c", "kill -s \"$0\" \"$1\"", name, Long.toString(process.pid()))
            .inheritIO()
            .start();
    if (!sent.waitFor(30, TimeUnit.SECONDS) || sent.exitValue() != 0) {
      throw new AssertionError("signal " + name + " did not reach " + this);
    }
  }

  private void awaitEnd() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("no end within a minute: " + this);
    }
    ALIVE.remove(process.toHandle());
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
