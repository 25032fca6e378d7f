package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.cli.photo.SamplePhotos;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Calls commands in this process, on a home of its own.
 *
 * @param home the home
 */
record Cli(Path home) {

  /**
   * What a command did.
   *
   * @param status its exit status
   * @param out its output, as UTF-8 text
   * @param err its errors
   * @param bytes its output
   */
  record Result(int status, String out, String err, List<Byte> bytes) {

    Json json() {
      return Json.parse(out);
    }

    /** Returns the object of the one sequence in the output. */
    Json sequence() {
      List<Json> sequences = json().list("sequences");
      assertEquals(1, sequences.size(), out);
      return sequences.get(0);
    }

    Result hasStatus(int expected) {
      assertEquals(expected, status, () -> "out: " + out + "\nerr: " + err);
      return this;
    }
  }

  /** Calls a command with this home. */
  Result call(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--home", home.toString()));
    return callAsIs(all.toArray(String[]::new));
  }

  static Result callAsIs(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(args, stream(out), stream(err));
    List<Byte> bytes = new ArrayList<>();
    for (byte one : out.toByteArray()) {
      bytes.add(one);
    }
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), bytes);
  }

  private static PrintStream stream(ByteArrayOutputStream target) {
    return new PrintStream(target, false, StandardCharsets.UTF_8);
  }

  /** Copies this home, in which no command runs, with all that it holds. */
  Cli copyTo(Path other) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.toList()) {
        Files.copy(
            path,
            other.resolve(home.relativize(path).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return new Cli(other);
  }

  /** Submits, runs until idle, and expects both to end well. */
  void submitAndRun(Path path, String id, String... options) {
    List<String> submit =
        new ArrayList<>(List.of("submit", path.toString(), "--id", id, "--lease", "2"));
    submit.addAll(List.of(options));
    call(submit.toArray(String[]::new)).hasStatus(0);
    call("run", "--until-idle", "--lease", "2").hasStatus(0);
  }

  /** Makes a directory with the sample photographs and a text. */
  static Path street(Path directory) throws IOException {
    Files.createDirectories(directory);
    SamplePhotos.writeTo(directory);
    Files.writeString(directory.resolve("notes.txt"), "wet road");
    return directory;
  }

  /** Finds the stored file below an area that holds exactly these bytes. */
  Path stored(String area, byte[] bytes) throws IOException {
    List<Path> found = stored(area, file -> holds(file, bytes));
    assertEquals(1, found.size(), "files below " + area + " with these bytes: " + found);
    return found.get(0);
  }

  /** Finds stored files below an area, {@code raw} or {@code run}. */
  List<Path> stored(String area, Predicate<Path> which) throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve("content"))) {
      return files
          .filter(file -> Files.isRegularFile(file))
          .filter(file -> file.toString().contains("/" + area + "/"))
          .filter(which)
          .toList();
    }
  }

  private static boolean holds(Path file, byte[] bytes) {
    try {
      return Files.size(file) == bytes.length && Arrays.equals(Files.readAllBytes(file), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flips one bit in the middle of a file. */
  static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    overwrite(file, bytes);
  }

  private static void overwrite(Path file, byte[] bytes) throws IOException {
    if (!file.toFile().setWritable(true)) {
      throw new IOException(file + " cannot be made writable");
    }
    Files.write(file, bytes);
  }
}
