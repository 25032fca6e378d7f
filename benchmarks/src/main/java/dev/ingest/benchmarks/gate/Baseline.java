package dev.ingest.benchmarks.gate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counts that are written down, one line each, so that a change of one is a line of a diff.
 *
 * @param counts by name, in ascending order
 */
record Baseline(TreeMap<String, Long> counts) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static Baseline read(Path file) throws IOException {
    Map<String, Long> read =
        JSON.readValue(Files.readAllBytes(file), new TypeReference<Map<String, Long>>() {});
    return new Baseline(new TreeMap<>(read));
  }

  void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(counts) + "\n");
  }
}
