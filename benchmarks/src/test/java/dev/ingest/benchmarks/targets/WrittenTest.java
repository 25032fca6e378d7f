package dev.ingest.benchmarks.targets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ingest.benchmarks.plots.Curve;
import dev.ingest.benchmarks.plots.Curve.Point;
import dev.ingest.benchmarks.plots.Plot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class WrittenTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** What grows as it is told to. */
  private record Scripted(String name, Callable<Plot> plot) implements Growing {

    @Override
    public Plot measure(Effort effort) throws Exception {
      return plot.call();
    }
  }

  private record One(Figure figure) implements Measurement {

    @Override
    public String name() {
      return "one";
    }

    @Override
    public List<Target> targets() {
      return List.of(new Target("of one", Limit.ratioAtLeast(2)));
    }

    @Override
    public List<Figure> measure(Effort effort) {
      return List.of(figure);
    }
  }

  @Test
  void figuresAndPlots_areFilesWithTheMachine() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertTrue(run(out, Duration.ofMinutes(1), new Scripted("growing", WrittenTest::plot)));

    JsonNode targets = read("targets.json");
    JsonNode row = targets.get("targets").get(0);
    assertTrue(targets.get("machine").asText().contains(" cores ("));
    assertEquals("of one", row.get("target").asText());
    assertEquals("≥ 2 ×", row.get("limit").asText());
    assertEquals(3.25, row.get("figure").asDouble());
    assertEquals(2, row.get("other").asDouble());
    assertEquals("MISSED", row.get("verdict").asText());
    JsonNode points = read("growing.json").get("curves").get("ours");
    assertEquals("[[10.0,1.5],[100.0,2.5]]", points.toString());
    assertTrue(Files.readString(folder.resolve("growing.svg")).contains("ours: 1.50 at 10"));
  }

  @Test
  void brokenPlot_failsTheRunAndTheNextIsMade() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Scripted broken =
        new Scripted(
            "broken",
            () -> {
              throw new IllegalStateException("not a figure");
            });

    assertFalse(run(out, Duration.ofMinutes(1), broken, new Scripted("sound", WrittenTest::plot)));

    assertTrue(text(out).contains("BROKEN: broken: "), text(out));
    assertFalse(Files.exists(folder.resolve("broken.svg")));
    assertTrue(Files.exists(folder.resolve("sound.svg")));
  }

  @Test
  void plotThatHasNotBegunInTime_isNotMade() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertTrue(run(out, Duration.ZERO, new Scripted("late", WrittenTest::plot)));

    assertTrue(text(out).contains("late did not run: the 0 minutes were over."), text(out));
    assertFalse(Files.exists(folder.resolve("late.svg")));
  }

  @Test
  @Tag("programme")
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void sizesOfSequences_areMeasuredByTheHarness() throws Exception {
    Plot plot =
        new SizesByHarness.Sequences()
            .measure(new Effort(true, 20_000, System.nanoTime(), Duration.ofMinutes(1)));

    List<Point> points = plot.curves().get(0).points();
    assertEquals(List.of(1.0, 10.0), points.stream().map(Point::x).toList());
    assertTrue(points.stream().allMatch(point -> point.y() > 0), points.toString());
  }

  private static Plot plot() {
    Curve curve = new Curve("ours", List.of(new Point(10, 1.5), new Point(100, 2.5)));
    return new Plot("growth", "size", "ms", false, List.of(curve));
  }

  private boolean run(ByteArrayOutputStream out, Duration most, Growing... growing)
      throws IOException {
    return Targets.run(
        List.of(new One(new Figure(3.25, "MB/s", "another", 2, ""))),
        List.of(growing),
        new TargetsOptions(true, most, 20_000, Set.of(), Optional.of(folder)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private JsonNode read(String name) throws IOException {
    return JSON.readTree(Files.readAllBytes(folder.resolve(name)));
  }

  private static String text(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8);
  }
}
