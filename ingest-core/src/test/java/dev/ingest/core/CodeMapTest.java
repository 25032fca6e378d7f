package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The map of the code names types, methods and packages that are there. */
class CodeMapTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern PAGE_CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\n]+`");
  private static final Pattern TYPE = Pattern.compile("\\b[A-Z]\\w*[a-z]\\w*(?:\\.[a-z]\\w*\\b)?");
  private static final Pattern PACKAGE = Pattern.compile("`(dev\\.ingest[a-z.]*)`");
  private static final Pattern OF_LIFECYCLE_OR_ENGINE =
      Pattern.compile("`(lifecycle|engine)\\.([A-Z]\\w*)`");

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/code.md"));
  }

  private static Set<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 12)) {
      return files
          .map(ROOT::relativize)
          .filter(file -> file.toString().contains("src/main/java"))
          .filter(file -> file.toString().endsWith(".java"))
          .collect(Collectors.toSet());
    }
  }

  private static Set<Path> named(Set<Path> sources, String type) {
    return sources.stream()
        .filter(file -> file.endsWith(type + ".java"))
        .collect(Collectors.toSet());
  }

  @Test
  void everyTypeAndMethod_isInTheSources() throws IOException {
    Set<Path> sources = sources();
    Set<String> names = new TreeSet<>();
    PAGE_CODE
        .matcher(page())
        .results()
        .flatMap(code -> TYPE.matcher(code.group()).results())
        .map(MatchResult::group)
        .forEach(names::add);
    assertTrue(names.size() > 40, () -> "the page was not read: " + names);
    Set<String> missing = new TreeSet<>();
    for (String name : names) {
      String[] parts = name.split("\\.", 2);
      boolean isThere = false;
      for (Path file : named(sources, parts[0])) {
        isThere |=
            parts.length == 1 || Files.readString(ROOT.resolve(file)).contains(parts[1] + "(");
      }
      if (!isThere) {
        missing.add(name);
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void everyTypeOfAPackage_isInIt() throws IOException {
    Path core = Path.of("ingest-core/src/main/java/dev/ingest/core");
    Set<Path> sources = sources();
    Set<Path> named =
        OF_LIFECYCLE_OR_ENGINE
            .matcher(page())
            .results()
            .map(type -> core.resolve(type.group(1)).resolve(type.group(2) + ".java"))
            .collect(Collectors.toSet());
    assertTrue(named.size() > 5, () -> "the page was not read: " + named);
    named.removeAll(sources);
    assertEquals(Set.of(), named);
  }

  @Test
  void everyPackageOfTheCore_isOnTheMap_andNoOtherOfItsName() throws IOException {
    Path java = Path.of("ingest-core/src/main/java");
    Set<String> packages =
        sources().stream()
            .filter(file -> file.startsWith(java) && file.endsWith("package-info.java"))
            .map(file -> java.relativize(file.getParent()).toString().replace('/', '.'))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> onTheMap =
        PACKAGE
            .matcher(page())
            .results()
            .map(name -> name.group(1))
            .filter(name -> name.startsWith("dev.ingest.core"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(packages, onTheMap);
  }
}
