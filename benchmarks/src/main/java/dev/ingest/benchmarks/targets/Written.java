package dev.ingest.benchmarks.targets;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.ingest.benchmarks.plots.Curve;
import dev.ingest.benchmarks.plots.Plot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run has measured, as files beside each other that are committed, so that a change of a
 * figure is a line of a diff: {@code targets.json}, and for each plot a JSON with its points and an
 * SVG.
 */
final class Written {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;
  private final String machine;

  Written(Path folder, String machine) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.machine = machine;
  }

  void table(List<Table.Row> rows) throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Table.Row row : rows) {
      all.add(figures(row));
    }
    write("targets.json", Map.of("machine", machine, "targets", all));
  }

  private static Map<String, Object> figures(Table.Row row) {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("target", row.target().text());
    written.put("verdict", row.verdict());
    row.figure()
        .ifPresent(
            figure -> {
              written.put("limit", row.target().limit().text(figure.unit()));
              written.put("figure", figure.value());
              written.put("unit", figure.unit());
              if (figure.isCompared()) {
                written.put("beside", figure.beside());
                written.put("other", figure.other());
              }
              written.put("remark", figure.remark());
            });
    return written;
  }

  void plot(String name, Plot plot) throws IOException {
    Map<String, Object> curves = new LinkedHashMap<>();
    for (Curve curve : plot.curves()) {
      curves.put(
          curve.name(),
          curve.points().stream().map(point -> List.of(point.x(), point.y())).toList());
    }
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("title", plot.title());
    written.put("machine", machine);
    written.put("x", plot.x());
    written.put("y", plot.y());
    written.put("curves", curves);
    write(name + ".json", written);
    Files.writeString(folder.resolve(name + ".svg"), plot.svg());
  }

  private void write(String name, Object value) throws IOException {
    Files.writeString(folder.resolve(name), JSON.writeValueAsString(value) + "\n");
  }
}
