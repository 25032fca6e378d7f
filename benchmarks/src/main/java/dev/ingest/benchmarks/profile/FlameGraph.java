package dev.ingest.benchmarks.profile;

import dev.ingest.benchmarks.plots.Svg;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws the samples of a recording as a flame graph: a box for each method, as wide as its part of
 * all samples, on the box of its caller; beside each other in alphabetical order, which is no order
 * of time.
 *
 * <p>Source: Brendan Gregg, "The Flame Graph", Communications of the ACM 59 (2016), 48–57.
 */
public final class FlameGraph {

  private static final int NOT_UNDERSTOOD = 2;
  private static final int WIDTH = 1200;
  private static final int ROW = 16;
  private static final int HEAD = 40;
  private static final int LETTERS = 11;
  private static final double LETTER_WIDTH = 6.2;

  /** A thousandth of all samples: what is narrower cannot be seen. */
  private static final double LEAST_WIDTH = WIDTH / 1_000.0;

  private static final String USAGE =
      "usage: FlameGraph RECORDING [TITLE], made by -XX:StartFlightRecording=filename=RECORDING";

  private final Box root = new Box();

  private FlameGraph() {}

  /** A method as it was called from the one below it. */
  private static final class Box {

    private final Map<String, Box> callees = new TreeMap<>();
    private long samples;

    private int depth() {
      return 1 + callees.values().stream().mapToInt(Box::depth).max().orElse(0);
    }
  }

  /**
   * Prints the picture.
   *
   * @param arguments the recording, and a title
   * @throws IOException if the recording cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 1
        || arguments.length > 2
        || !Files.isRegularFile(Path.of(arguments[0]))) {
      System.err.println(USAGE);
      System.exit(NOT_UNDERSTOOD);
    }
    Path recording = Path.of(arguments[0]);
    String title = arguments.length == 2 ? arguments[1] : String.valueOf(recording.getFileName());
    PrintStream out = System.out;
    out.print(of(FoldedStacks.of(recording)).svg(title));
    out.flush();
  }

  static FlameGraph of(FoldedStacks folded) {
    FlameGraph graph = new FlameGraph();
    folded.forEach(graph::add);
    return graph;
  }

  private void add(List<String> outermostFirst, long samples) {
    Box box = root;
    box.samples += samples;
    for (String method : outermostFirst) {
      box = box.callees.computeIfAbsent(method, absent -> new Box());
      box.samples += samples;
    }
  }

  String svg(String title) {
    int height = HEAD + ROW * root.depth() + ROW;
    Svg svg = new Svg(WIDTH, height);
    svg.text(WIDTH / 2.0, 22, Svg.Anchor.MIDDLE, 15, title);
    if (root.samples > 0) {
      draw(svg, "all %,d samples".formatted(root.samples), root, 0, height - 2.0 * ROW);
    }
    return svg.toString();
  }

  private void draw(Svg svg, String name, Box box, double x, double y) {
    double width = (double) WIDTH * box.samples / root.samples;
    if (width < LEAST_WIDTH) {
      return;
    }
    double percent = 100.0 * box.samples / root.samples;
    svg.rectangle(
        x,
        y,
        Math.max(LEAST_WIDTH, width - 0.5),
        ROW - 1.0,
        colour(name),
        String.format(Locale.ROOT, "%s: %.1f %%", name, percent));
    int letters = (int) ((width - 4) / LETTER_WIDTH);
    if (letters > 3) {
      String shown = name.length() <= letters ? name : name.substring(0, letters - 1) + "…";
      svg.text(x + 3, y + ROW - 4.5, Svg.Anchor.START, LETTERS, shown);
    }
    double at = x;
    for (Map.Entry<String, Box> callee : box.callees.entrySet()) {
      draw(svg, callee.getKey(), callee.getValue(), at, y - ROW);
      at += (double) WIDTH * callee.getValue().samples / root.samples;
    }
  }

  /** A warm colour that is the same for a method wherever it is. */
  private static String colour(String name) {
    int hue = 15 + Math.floorMod(name.hashCode(), 40);
    int light = 62 + Math.floorMod(name.hashCode() / 40, 14);
    return "hsl(%d,85%%,%d%%)".formatted(hue, light);
  }
}
