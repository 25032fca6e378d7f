package dev.ingest.examples.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files on the pages are those of the projects beside this one, all of them. */
final class PagesTest {

  @ParameterizedTest
  @CsvSource("adapter-step-by-step.md, pack-store")
  void filesOnThePage_areThoseOfTheProject(String page, String project) throws IOException {
    Map<String, String> shown = new TreeMap<>();
    for (Page.File file : Page.read(page).files()) {
      assertEquals(null, shown.put(file.path(), file.text()), file::path);
    }
    Map<String, String> stored = stored(Path.of("..", project));
    assertEquals(stored.keySet(), shown.keySet());
    stored.forEach((path, text) -> assertEquals(text, shown.get(path), path));
  }

  private static Map<String, String> stored(Path project) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> found = Files.walk(project)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        String path = project.relativize(file).toString();
        if (!path.startsWith("target/")) {
          files.put(path, Files.readString(file));
        }
      }
    }
    return files;
  }
}
