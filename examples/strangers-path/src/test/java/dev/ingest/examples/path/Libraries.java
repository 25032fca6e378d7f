package dev.ingest.examples.path;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what a local repository holds of others, while other modules of the build download into it:
 * a file that is gone before it is looked at was a download's.
 */
final class Libraries extends SimpleFileVisitor<Path> {

  private static final Path OWN = Path.of("dev", "ingest");

  private final Path repository;
  private final List<Path> found = new ArrayList<>();

  private Libraries(Path repository) {
    this.repository = repository;
  }

  /** Lists jars and poms by their paths within the repository. */
  static List<Path> in(Path repository) throws IOException {
    Libraries libraries = new Libraries(repository);
    Files.walkFileTree(repository, libraries);
    return List.copyOf(libraries.found);
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Path path = repository.relativize(file);
    String name = path.toString();
    if ((name.endsWith(".jar") || name.endsWith(".pom")) && !path.startsWith(OWN)) {
      found.add(path);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException && !file.equals(repository)) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }
}
