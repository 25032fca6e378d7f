package dev.ingest.examples.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A folder in which somebody follows a page, outside of this build's tree.
 *
 * <p>The {@code mvn} of its commands is the one that runs this build, as this machine has it
 * configured, but with a local repository of its own: the modules of this build are laid out there
 * from their jars, and what this build has resolved is linked, so that next to nothing is left to
 * be fetched. Nothing is written to the local repository of this build.
 */
final class StrangersFolder {

  private static final Path ROOT = Path.of("..", "..");
  private static final Path REPOSITORY = Path.of("target", "repository").toAbsolutePath();
  private static final String VERSION = property("ingest.version");
  private static final int SECONDS = 240;

  private final Path folder;
  private final Path tools;
  private final Map<String, String> environment = new TreeMap<>();
  private String printed = "";

  /** Of a new folder in a directory, with its tools beside it. */
  StrangersFolder(Path directory) throws IOException {
    folder = Files.createDirectory(directory.resolve("a folder"));
    tools = Files.createDirectory(directory.resolve("tools"));
    linkLibraries();
    installModules();
    installMaven();
  }

  /** Sets what the page leaves to its reader. */
  void export(String variable, String value) {
    environment.put(variable, value);
  }

  void follow(Page.Step step) throws IOException, InterruptedException {
    if (step instanceof Page.File file) {
      Path path = folder.resolve(file.path());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.text());
    } else if (step instanceof Page.Commands commands) {
      printed = run(commands.script());
    } else if (step instanceof Page.Printed expected) {
      assertTrue(expected.isIn(printed), () -> expected + "\n" + printed);
    }
  }

  Path file(String path) {
    return folder.resolve(path);
  }

  private String run(String script) throws IOException, InterruptedException {
    Path output = Files.createTempFile(tools, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-e", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    String java = System.getProperty("java.home");
    builder.environment().putAll(environment);
    builder.environment().put("JAVA_HOME", java);
    builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    builder
        .environment()
        .merge("PATH", tools + ":" + java + "/bin", (path, first) -> first + ":" + path);
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      String all = Files.readString(output);
      assertTrue(ended, () -> script + "did not end within " + SECONDS + " s\n" + all);
      assertEquals(0, process.exitValue(), () -> script + all);
      return all;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void installModules() throws IOException {
    install("ingest-parent", ROOT);
    for (String module :
        new String[] {
          "ingest-bom",
          "ingest-spi",
          "ingest-core",
          "ingest-testkit",
          "ingest-store-file",
          "ingest-store-jdbc",
          "ingest-store-s3"
        }) {
      install(module, ROOT.resolve(module));
    }
  }

  private static void install(String module, Path source) throws IOException {
    Path target = REPOSITORY.resolve("dev/ingest").resolve(module).resolve(VERSION);
    Files.createDirectories(target);
    String name = module + "-" + VERSION;
    copy(source.resolve("pom.xml"), target.resolve(name + ".pom"));
    if (Files.exists(source.resolve("src"))) {
      copy(source.resolve("target").resolve(name + ".jar"), target.resolve(name + ".jar"));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    assertTrue(Files.isRegularFile(from), () -> from + " is missing; package the modules first");
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void linkLibraries() throws IOException {
    Path resolved = Path.of(property("ingest.maven.repository"));
    for (Path library : Libraries.in(resolved)) {
      Path link = REPOSITORY.resolve(library);
      Files.createDirectories(link.getParent());
      if (!Files.exists(link)) {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, resolved.resolve(library));
      }
    }
  }

  private void installMaven() throws IOException {
    Path mvn = tools.resolve("mvn");
    Files.writeString(
        mvn,
        """
        #!/bin/sh
        exec '%s' --batch-mode --no-transfer-progress '-Dmaven.repo.local=%s' %s "$@"
        """
            .formatted(
                Path.of(property("ingest.maven.home"), "bin", "mvn"),
                REPOSITORY,
                property("ingest.maven.mode").equals("offline=true") ? "--offline" : ""));
    assertTrue(mvn.toFile().setExecutable(true));
  }

  private static String property(String name) {
    String value = System.getProperty(name, "");
    assertTrue(!value.isBlank(), () -> "no " + name + ": the build sets it");
    return value;
  }
}
