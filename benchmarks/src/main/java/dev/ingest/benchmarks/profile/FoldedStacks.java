package dev.ingest.benchmarks.profile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Folds the samples of a recording of the virtual machine: a line for each stack, outermost frame
 * first, with how often it was seen, as programs take them that draw flame graphs; or a table of
 * the methods in which most samples are.
 */
public final class FoldedStacks {

  private static final int NOT_UNDERSTOOD = 2;
  private static final int ROWS = 30;
  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final String USAGE =
      "usage: FoldedStacks [--top] RECORDING, made by -XX:StartFlightRecording=filename=RECORDING";

  private final Map<String, Long> stacks = new TreeMap<>();
  private final Map<String, Long> own = new TreeMap<>();
  private final Map<String, Long> within = new TreeMap<>();
  private long samples;

  private FoldedStacks() {}

  /**
   * Folds a recording.
   *
   * @param arguments {@code --top} for the table, and the recording
   * @throws IOException if the recording cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    boolean isTop = arguments.length == 2 && arguments[0].equals("--top");
    if ((arguments.length != 1 && !isTop)
        || !Files.isRegularFile(Path.of(arguments[arguments.length - 1]))) {
      System.err.println(USAGE);
      System.exit(NOT_UNDERSTOOD);
    }
    FoldedStacks folded = of(Path.of(arguments[arguments.length - 1]));
    if (isTop) {
      folded.top(System.out);
    } else {
      folded.lines(System.out);
    }
  }

  /** Reads the samples of threads that were running; a recording without any has none. */
  static FoldedStacks of(Path recording) throws IOException {
    FoldedStacks folded = new FoldedStacks();
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        RecordedStackTrace trace = event.getStackTrace();
        if (event.getEventType().getName().equals(SAMPLE) && trace != null) {
          folded.add(trace.getFrames().stream().map(FoldedStacks::name).toList());
        }
      }
    }
    return folded;
  }

  private static String name(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethod().getName();
  }

  private void add(List<String> innermostFirst) {
    List<String> stack = new ArrayList<>(innermostFirst);
    if (stack.isEmpty()) {
      return;
    }
    samples++;
    own.merge(stack.get(0), 1L, Long::sum);
    new HashSet<>(stack).forEach(method -> within.merge(method, 1L, Long::sum));
    Collections.reverse(stack);
    stacks.merge(String.join(";", stack), 1L, Long::sum);
  }

  /** Hands over each stack, its outermost frame first, with how often it was seen. */
  void forEach(ObjLongConsumer<List<String>> taker) {
    stacks.forEach((stack, count) -> taker.accept(List.of(stack.split(";", -1)), count));
  }

  void lines(PrintStream out) {
    stacks.forEach((stack, count) -> out.println(stack + " " + count));
    out.flush();
  }

  void top(PrintStream out) {
    out.println("| method | itself | with what it calls |");
    out.println("|---|---|---|");
    own.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(ROWS)
        .forEach(
            entry ->
                out.printf(
                    Locale.ROOT,
                    "| `%s` | %.1f %% | %.1f %% |%n",
                    entry.getKey(),
                    100.0 * entry.getValue() / samples,
                    100.0 * within.getOrDefault(entry.getKey(), 0L) / samples));
    out.printf(Locale.ROOT, "%n%,d samples.%n", samples);
    out.flush();
  }
}
