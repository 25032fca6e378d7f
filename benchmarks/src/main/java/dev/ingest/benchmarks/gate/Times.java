package dev.ingest.benchmarks.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Compares the times of benchmarks with those of another commit: each jar in a virtual machine of
 * its own, in turns, on one machine. It fails only if something is slower by more than a tenth and
 * cannot be chance.
 */
public final class Times {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_MINUTES = 5;
  private static final int SLOWER = 1;
  private static final int NOT_COMPARED = 2;

  private final TimesOptions options;
  private final Map<String, List<Double>> before = new TreeMap<>();
  private final Map<String, List<Double>> now = new TreeMap<>();

  private Times(TimesOptions options) {
    this.options = options;
  }

  /**
   * Runs both jars and prints a table. Ends with 1 if something is slower, and with 2 if a jar does
   * not run or the options are not understood.
   *
   * @param arguments the options, which an unknown one lists
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    TimesOptions options;
    try {
      options = TimesOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(NOT_COMPARED);
      return;
    }
    try {
      System.exit(new Times(options).run(System.out) ? 0 : SLOWER);
    } catch (IOException e) {
      System.err.println("nothing is compared: " + e.getMessage());
      System.exit(NOT_COMPARED);
    }
  }

  private boolean run(PrintStream out) throws IOException, InterruptedException {
    for (int round = 0; round < options.rounds(); round++) {
      if (round % 2 == 0) {
        take(options.base(), before);
        take(options.now(), now);
      } else {
        take(options.now(), now);
        take(options.base(), before);
      }
    }
    return report(before, now, options.rounds(), out);
  }

  /** Returns whether nothing has become slower. */
  static boolean report(
      Map<String, List<Double>> before,
      Map<String, List<Double>> now,
      int rounds,
      PrintStream out) {
    out.printf("| benchmark | times as long as before | at least | at most | |%n");
    out.printf("|---|---|---|---|---|%n");
    boolean kept = true;
    for (Map.Entry<String, List<Double>> each : now.entrySet()) {
      List<Double> of = before.getOrDefault(each.getKey(), List.of());
      if (of.size() != rounds || each.getValue().size() != rounds) {
        out.printf("| %s | | | | new, not compared |%n", each.getKey());
        continue;
      }
      Ratio ratio = Ratio.of(array(of), array(each.getValue()));
      kept &= !ratio.isSlower();
      out.printf(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.2f | %s |%n",
          each.getKey(),
          ratio.mean(),
          ratio.lower(),
          ratio.upper(),
          ratio.isSlower() ? "SLOWER" : "");
    }
    out.printf(
        Locale.ROOT,
        "%n%d rounds in turns; slower is what takes more than %.2f times as long and cannot take"
            + " less than before (99.9 %%).%n",
        rounds,
        Ratio.MOST);
    return kept;
  }

  private static double[] array(List<Double> times) {
    return times.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void take(Path jar, Map<String, List<Double>> times)
      throws IOException, InterruptedException {
    Path result = Files.createTempFile("times", ".json");
    try {
      runJar(jar, result);
      for (JsonNode run : JSON.readTree(Files.readAllBytes(result))) {
        String name = run.get("benchmark").asText();
        times
            .computeIfAbsent(name.substring(name.lastIndexOf('.') + 1), absent -> new ArrayList<>())
            .add(run.get("primaryMetric").get("score").asDouble());
      }
    } finally {
      Files.delete(result);
    }
  }

  private void runJar(Path jar, Path result) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                options.only(),
                "-f",
                "1",
                "-wi",
                "8",
                "-i",
                "4",
                "-w",
                options.millis() + "ms",
                "-r",
                options.millis() + "ms",
                "-p",
                "items=1000",
                "-foe",
                "true",
                "-rf",
                "json",
                "-rff",
                result.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException(jar + " did not end within " + PATIENCE_MINUTES + " minutes");
    }
    if (process.exitValue() != 0) {
      throw new IOException(jar + " ended with " + process.exitValue());
    }
  }
}
