package dev.ingest.bugs;

import dev.ingest.bugs.TrialReport.End;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs one test in a fresh process, with what was planted before everything else. */
final class Trial {

  /** Processes that must not outlive this one, should it be told to stop in the middle. */
  private static final Set<ProcessHandle> ALIVE = ConcurrentHashMap.newKeySet();

  /** What Lincheck looks into; as in the tests of the modules. */
  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.time",
          "java.util",
          "java.util.concurrent",
          "java.util.regex",
          "jdk.internal.misc");

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Trial::kill)));
  }

  private final Reactor reactor;
  private final Duration longest;

  Trial(Reactor reactor, Duration longest) {
    this.reactor = reactor;
    this.longest = longest;
  }

  /**
   * Runs a test.
   *
   * @param planted a folder with classes; it may be empty
   * @param scratch an empty folder of its own
   */
  TrialReport run(NamedTest test, Path planted, Path scratch)
      throws IOException, InterruptedException {
    Path report = scratch.resolve("report");
    Path output = scratch.resolve("output");
    Process process =
        new ProcessBuilder(command(test, planted, scratch, report))
            .directory(reactor.module(test.module()).toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    ALIVE.add(process.toHandle());
    try {
      if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        return new TrialReport(End.NO_END, "no end within " + longest);
      }
    } finally {
      kill(process.toHandle());
      process.waitFor();
      ALIVE.remove(process.toHandle());
    }
    return Files.exists(report)
        ? TrialReport.read(report)
        : new TrialReport(End.NO_END, "its process ended without a report: " + tail(output));
  }

  private List<String> command(NamedTest test, Path planted, Path scratch, Path report) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-ea",
                "-Djava.io.tmpdir=" + scratch,
                "-Djqwik.database=" + scratch.resolve("jqwik"),
                "-cp",
                reactor.testPath(planted, test),
                TrialMain.class.getName(),
                report.toString(),
                test.type()));
    OPENED.forEach(name -> command.add(1, "--add-opens=java.base/" + name + "=ALL-UNNAMED"));
    if (!test.method().isEmpty()) {
      command.add(test.method());
    }
    return command;
  }

  private static void kill(ProcessHandle process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String tail(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }
}
