package dev.ingest.examples.path;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page of {@code docs} as a list of steps: a file, which is a fenced block below a line with
 * nothing but its bold path; commands, in {@code sh}; and, in {@code text}, what they print.
 */
record Page(List<Step> steps) {

  private static final Path DOCS = Path.of("..", "..", "docs");
  private static final Pattern PATH = Pattern.compile("\\*\\*`([^`]+)`\\*\\*");
  private static final String FENCE = "```";

  /** What the reader does, or sees. */
  sealed interface Step {}

  /** Writes a file. */
  record File(String path, String text) implements Step {}

  /** Runs commands. */
  record Commands(String script) implements Step {}

  /** Reads lines, in this order and others between them; {@code …} stands for anything. */
  record Printed(List<String> lines) implements Step {

    boolean isIn(String printed) {
      String pattern =
          lines.stream()
              .map(line -> "(?m:^)\\Q" + line.replace("…", "\\E[^\\n]*\\Q") + "\\E\\n")
              .collect(Collectors.joining("(?s:.*)"));
      return Pattern.compile(pattern).matcher(printed).find();
    }
  }

  static Page read(String name) throws IOException {
    List<Step> steps = new ArrayList<>();
    String path = "";
    Iterator<String> lines = Files.readAllLines(DOCS.resolve(name)).iterator();
    while (lines.hasNext()) {
      String line = lines.next();
      Matcher named = PATH.matcher(line);
      if (named.matches()) {
        path = named.group(1);
      } else if (line.startsWith(FENCE)) {
        List<String> block = block(lines);
        if (!path.isEmpty()) {
          steps.add(new File(path, text(block)));
        } else if (line.equals(FENCE + "sh")) {
          steps.add(new Commands(text(block)));
        } else if (line.equals(FENCE + "text")) {
          steps.add(new Printed(block));
        }
        path = "";
      }
    }
    return new Page(List.copyOf(steps));
  }

  private static List<String> block(Iterator<String> lines) {
    List<String> block = new ArrayList<>();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.equals(FENCE)) {
        return List.copyOf(block);
      }
      block.add(line);
    }
    throw new IllegalStateException("a block of the page does not end: " + block);
  }

  private static String text(List<String> block) {
    return String.join("\n", block) + "\n";
  }

  List<File> files() {
    return steps.stream().filter(File.class::isInstance).map(File.class::cast).toList();
  }
}
