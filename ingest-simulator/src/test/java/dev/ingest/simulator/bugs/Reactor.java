package dev.ingest.simulator.bugs;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The modules as this build has compiled them, and the libraries that their tests need. */
final class Reactor {

  private static final String OWN_MODULE = "ingest-simulator";
  private static final List<String> MODULES =
      List.of(
          "ingest-spi",
          "ingest-testkit",
          "ingest-core",
          "ingest-store-file",
          "ingest-store-jdbc",
          "ingest-store-s3",
          OWN_MODULE);

  private final Path root;
  private final List<Path> classes;
  private final List<Path> libraries;

  private Reactor(Path root, List<Path> classes, List<Path> libraries) {
    this.root = root;
    this.classes = classes;
    this.libraries = libraries;
  }

  /** Finds the modules from the folder in which this module's tests run. */
  static Reactor here() throws IOException {
    Path root = Path.of("").toRealPath();
    while (!Files.isDirectory(root.resolve(OWN_MODULE))) {
      Path parent = root.getParent();
      if (parent == null) {
        throw new BugBankException("no folder above " + Path.of("").toRealPath() + " has modules");
      }
      root = parent;
    }
    List<Path> classes = new ArrayList<>();
    for (String module : MODULES) {
      classes.add(root.resolve(module).resolve("target/classes"));
    }
    List<Path> libraries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry).toAbsolutePath().normalize();
      if (!path.startsWith(root)) {
        libraries.add(path);
      }
    }
    return new Reactor(root, List.copyOf(classes), List.copyOf(libraries));
  }

  Path root() {
    return root;
  }

  Path module(String name) {
    return root.resolve(name);
  }

  Path bugs() {
    return module(OWN_MODULE).resolve("bugs");
  }

  /** What a source of any module is compiled against. */
  String compilePath() {
    List<Path> path = new ArrayList<>(classes);
    path.addAll(libraries);
    return joined(path);
  }

  /**
   * What a test runs with: what was planted before everything else, and of tests only those of its
   * own module.
   */
  String testPath(Path planted, NamedTest test) {
    List<Path> path = new ArrayList<>();
    path.add(planted);
    path.add(testClasses(test.module()));
    path.addAll(classes);
    path.add(testClasses(OWN_MODULE));
    path.addAll(libraries);
    return joined(path);
  }

  /** Tells whether the class of a test was compiled. */
  boolean has(NamedTest test) {
    return Files.exists(
        testClasses(test.module()).resolve(test.type().replace('.', '/') + ".class"));
  }

  private Path testClasses(String module) {
    return module(module).resolve("target/test-classes");
  }

  private static String joined(List<Path> path) {
    return String.join(File.pathSeparator, path.stream().map(Path::toString).toList());
  }
}
