package dev.ingest.bugs;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** The modules as this build has compiled them, and the libraries that their tests need. */
final class Reactor {

  private static final String OWN_MODULE = "bug-bank";
  private static final List<String> MODULES =
      List.of(
          "ingest-spi",
          "ingest-testkit",
          "ingest-core",
          "ingest-store-file",
          "ingest-store-jdbc",
          "ingest-store-s3",
          "ingest-simulator",
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
      if (!isOfModule(root, path)) {
        libraries.add(path);
      }
    }
    return new Reactor(root, List.copyOf(classes), List.copyOf(libraries));
  }

  private static boolean isOfModule(Path root, Path path) {
    return MODULES.stream().anyMatch(module -> path.startsWith(root.resolve(module)));
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

  /**
   * Tells whether a test was compiled: its class, and in it or in one that it extends its method.
   */
  boolean has(NamedTest test) throws IOException {
    List<URL> path = new ArrayList<>();
    for (String part : testPath(root, test).split(File.pathSeparator, -1)) {
      path.add(Path.of(part).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> type = Class.forName(test.type(), false, loader);
      return test.method().isEmpty()
          || !ReflectionSupport.findMethods(
                  type,
                  found -> found.getName().equals(test.method()),
                  HierarchyTraversalMode.TOP_DOWN)
              .isEmpty();
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private Path testClasses(String module) {
    return module(module).resolve("target/test-classes");
  }

  private static String joined(List<Path> path) {
    return String.join(File.pathSeparator, path.stream().map(Path::toString).toList());
  }
}
