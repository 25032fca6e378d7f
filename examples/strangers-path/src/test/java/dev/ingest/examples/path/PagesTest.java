package dev.ingest.examples.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files on the pages are those of the projects beside this one, all of them. */
final class PagesTest {

  private static final String KIT = "src/test/java/com/example/packs/PackStoreContractTest.java";

  @ParameterizedTest
  @CsvSource({"tour.md, word-service", "adapter-step-by-step.md, pack-store"})
  void filesOnThePage_areThoseOfTheProject(String page, String project) throws IOException {
    Map<String, String> shown = new TreeMap<>();
    for (Page.File file : Page.read(page).files()) {
      assertEquals(null, shown.put(file.path(), file.text()), file::path);
    }
    Map<String, String> stored = stored(Path.of("..", project));
    assertEquals(stored.keySet(), shown.keySet());
    stored.forEach((path, text) -> assertEquals(text, shown.get(path), path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../README.md", "../../docs/writing-an-adapter.md"})
  void kitOnAnOverview_isThatOfTheProject(String page) throws IOException {
    String test = stored(Path.of("..", "pack-store")).get(KIT);
    assertNotNull(test);
    String shown = "```java\n" + test.substring(test.indexOf("final class")) + "```\n";
    assertTrue(Files.readString(Path.of(page)).contains(shown), shown);
  }

  @Test
  void whatRunsAndEditorsLeaveInAProject_isNotOfThePage(@TempDir Path project) throws IOException {
    for (String path : List.of("pom.xml", "src/main/A.java", "data/ledger.db", "inbox/a", ".x/y")) {
      Path file = project.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[] {(byte) 0xff});
    }
    Files.writeString(project.resolve("pom.xml"), "a pom");
    Files.writeString(project.resolve("src/main/A.java"), "a class");
    assertEquals(Map.of("pom.xml", "a pom", "src/main/A.java", "a class"), stored(project));
  }

  private static Map<String, String> stored(Path project) throws IOException {
    Map<String, String> files = new TreeMap<>();
    files.put("pom.xml", Files.readString(project.resolve("pom.xml")));
    try (Stream<Path> found = Files.walk(project.resolve("src"))) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        files.put(project.relativize(file).toString(), Files.readString(file));
      }
    }
    return files;
  }
}
