package dev.ingest.core.engine;

import dev.ingest.core.Pipeline;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.alert.AlertSink;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Whether the parts of an engine fit together, as far as that can be told without its stores. */
public final class PartsFit {

  /** As the records that keep which sinks are down are named. */
  private static final Pattern SINK_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private static final int MAX_SHOWN = 80;

  private PartsFit() {}

  /**
   * Names every mismatch. Does no I/O.
   *
   * @param pipelines what the engine can run
   * @param sinks where its alerts go; empty for the default, and where it sends none
   * @return the mismatches
   */
  public static List<String> mismatches(List<Pipeline> pipelines, List<AlertSink> sinks) {
    List<String> mismatches = new ArrayList<>();
    if (pipelines.stream().map(pipeline -> pipeline.ref().name()).distinct().count()
        != pipelines.size()) {
      mismatches.add("two pipelines have one name");
    }
    NodeRecord.mismatch(pipelines).ifPresent(mismatches::add);
    List<String> names = sinks.stream().map(AlertSink::name).toList();
    for (String name : names) {
      if (!SINK_NAME.matcher(name).matches()) {
        mismatches.add(
            "the name of sink \"%s\" must be 1 to 64 lower-case letters, digits or . _ -, starting"
                    .formatted(BoundedText.of(name, MAX_SHOWN))
                + " with a letter or digit");
      }
    }
    if (names.stream().distinct().count() < names.size()) {
      mismatches.add("sinks need different names, got " + names);
    }
    return mismatches;
  }
}
