package dev.ingest.cli.bag;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A bag as a person would make one with a text editor and {@code sha256sum}, so that each byte of
 * it can be another.
 *
 * @param root its folder
 * @param algorithms of its manifests
 */
record HandMade(Path root, List<Algorithm> algorithms) {

  /** Makes a bag of files, whose paths are those below {@code data}. */
  static HandMade of(
      Path root, String version, List<Algorithm> algorithms, Map<String, String> files)
      throws IOException {
    HandMade bag = new HandMade(root, algorithms);
    Files.createDirectories(root.resolve("data"));
    long bytes = 0;
    for (Map.Entry<String, String> file : files.entrySet()) {
      bag.write("data/" + file.getKey(), file.getValue());
      bytes += file.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    bag.write("bagit.txt", "BagIt-Version: " + version + "\nTag-File-Character-Encoding: UTF-8\n");
    bag.write("bag-info.txt", "Payload-Oxum: " + bytes + "." + files.size() + "\nContact: ann\n");
    bag.list();
    bag.tag();
    return bag;
  }

  /** A bag with two files and manifests by SHA-256 and SHA-512. */
  static HandMade plain(Path root) throws IOException {
    return of(
        root,
        "1.0",
        List.of(Algorithm.SHA256, Algorithm.SHA512),
        Map.of("a.txt", "first", "sub/b.txt", "second"));
  }

  String read(String path) throws IOException {
    return Files.readString(root.resolve(path));
  }

  void write(String path, String text) throws IOException {
    write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  void write(String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.resolve("..").normalize());
    Files.write(file, bytes);
  }

  void delete(String path) throws IOException {
    Files.delete(root.resolve(path));
  }

  void replace(String path, String text, String other) throws IOException {
    String before = read(path);
    if (!before.contains(text)) {
      throw new IOException(path + " does not contain " + text);
    }
    write(path, before.replace(text, other));
  }

  void append(String path, String text) throws IOException {
    write(path, read(path) + text);
  }

  /** Writes the payload manifests anew. */
  void list() throws IOException {
    for (Algorithm algorithm : algorithms) {
      StringBuilder lines = new StringBuilder();
      for (String path : files()) {
        if (path.startsWith("data/")) {
          lines.append(line(algorithm, path));
        }
      }
      write("manifest-" + algorithm.bagName() + ".txt", lines.toString());
    }
  }

  /** Writes the tag manifests anew, so that only what they protect is wrong. */
  void tag() throws IOException {
    for (Algorithm algorithm : algorithms) {
      StringBuilder lines = new StringBuilder();
      for (String path : files()) {
        if (!path.startsWith("data/") && !path.startsWith("tagmanifest-")) {
          lines.append(line(algorithm, path));
        }
      }
      write("tagmanifest-" + algorithm.bagName() + ".txt", lines.toString());
    }
  }

  String line(Algorithm algorithm, String path) throws IOException {
    byte[] bytes = Files.readAllBytes(root.resolve(path));
    Path declaration = root.resolve("bagit.txt");
    boolean draft =
        Files.exists(declaration)
            && Files.readString(declaration, StandardCharsets.ISO_8859_1).contains("0.97");
    String escaped =
        (draft ? path : path.replace("%", "%25")).replace("\n", "%0A").replace("\r", "%0D");
    return HexFormat.of().formatHex(algorithm.begin().digest(bytes)) + "  " + escaped + "\n";
  }

  /** Returns the paths of all files. */
  List<String> files() throws IOException {
    List<String> paths = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(root)) {
      walk.filter(Files::isRegularFile)
          .forEach(file -> paths.add(root.relativize(file).toString()));
    }
    paths.sort(String::compareTo);
    return paths;
  }
}
