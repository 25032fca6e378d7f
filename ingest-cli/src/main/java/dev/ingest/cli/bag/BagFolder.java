package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A bag's folder. Files are named by their paths below it with {@code /} between the parts; links
 * are never followed.
 */
final class BagFolder {

  private final Path root;

  /** Takes a folder, which may itself be named by a link. */
  BagFolder(Path folder) throws IOException, BagException {
    if (!Files.isDirectory(folder)) {
      throw Place.file(".")
          .refused(
              Problem.NOT_A_BAG,
              "a folder",
              Files.exists(folder) ? "a file" : "nothing",
              "unpack the bag and name its folder");
    }
    this.root = folder.toRealPath();
  }

  /** Takes a file that was found. */
  @FunctionalInterface
  interface Each {
    void take(String path, long length) throws BagException;
  }

  /** Returns where a file of the bag is. */
  Path resolve(String path, Place place) throws BagException {
    try {
      return root.resolve(path);
    } catch (InvalidPathException e) {
      throw place.refused(
          Problem.WRONG_ENCODING,
          "a path that can be a file's name here",
          BagException.quoted(path) + " (" + e.getReason() + ")",
          "set the encoding of this platform's file names to UTF-8");
    }
  }

  /** Tells whether there is a file, or anything else, of this name. */
  boolean has(String path) throws BagException {
    return Files.exists(resolve(path, Place.file(path)), LinkOption.NOFOLLOW_LINKS);
  }

  InputStream open(String path, Place place) throws IOException, BagException {
    Path file = resolve(path, place);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw place.refused(
          Problem.FILE_MISSING,
          "the file " + BagException.quoted(path),
          Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? "something else" : "nothing",
          "have the bag sent again");
    }
    return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Visits all files, and refuses whatever is neither a file nor a folder. */
  void forEachFile(Each each) throws IOException, BagException {
    Visitor visitor = new Visitor(each);
    Files.walkFileTree(root, visitor);
    if (visitor.refused != null) {
      throw visitor.refused;
    }
  }

  /** A visitor cannot throw what it found, so it ends the walk and keeps it. */
  private final class Visitor extends SimpleFileVisitor<Path> {

    private final Each each;
    private @Nullable BagException refused;

    Visitor(Each each) {
      this.each = each;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      try {
        visit(file, attributes);
        return FileVisitResult.CONTINUE;
      } catch (BagException e) {
        refused = e;
        return FileVisitResult.TERMINATE;
      }
    }

    private void visit(Path file, BasicFileAttributes attributes) throws BagException {
      StringBuilder joined = new StringBuilder();
      for (Path part : root.relativize(file)) {
        joined.append(joined.isEmpty() ? "" : "/").append(part);
      }
      String path = joined.toString();
      if (attributes.isSymbolicLink()) {
        throw Place.file(path)
            .refused(
                Problem.SYMBOLIC_LINK,
                "files and folders alone",
                "a symbolic link",
                "put a copy of the file in its place and have the manifests written again");
      }
      if (!attributes.isRegularFile()) {
        throw Place.file(path)
            .refused(
                Problem.NOT_A_FILE,
                "files and folders alone",
                "something else",
                "remove it and have the manifests written again");
      }
      if (path.indexOf('\ufffd') >= 0) {
        throw Place.file(path)
            .refused(
                Problem.WRONG_ENCODING,
                "names in the encoding of this platform's file names",
                "one that is not",
                "rename the file and have the manifests written again");
      }
      each.take(path, attributes.size());
    }
  }
}
