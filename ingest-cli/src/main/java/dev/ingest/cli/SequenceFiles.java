package dev.ingest.cli;

import dev.ingest.cli.bag.Bag;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The files of one path, as the items of one sequence: a file is a sequence of one; of a directory
 * all files, also in directories below it, in the order of their names, which are their paths
 * relative to it.
 *
 * <p>A symbolic link is taken for the file that it leads to if that lies within the directory. One
 * that leads out of it or to a directory, and what is neither file nor directory, is refused:
 * leaving it out would be silent, and following it would send what nobody named.
 */
record SequenceFiles(Path path, List<Item> items, long bytes) {

  /**
   * A file to send.
   *
   * @param name its name in the sequence
   * @param file where it is
   * @param length its length when it was listed
   * @param digest the digest that its bytes must have, where somebody vouches for one
   */
  record Item(ItemName name, Path file, long length, Optional<Digest> digest) {}

  /** Something below the path cannot be an item. The message names it. */
  static final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  static SequenceFiles of(Path path) throws IOException, RefusedException {
    if (!Files.exists(path)) {
      throw new RefusedException("there is nothing at " + Terminal.quoted(path) + " any more");
    }
    Path real = path.toRealPath();
    List<Item> items = new ArrayList<>();
    if (Files.isDirectory(real)) {
      for (Path file : regularFiles(real)) {
        items.add(item(real.relativize(file), file));
      }
      items.sort(Comparator.comparing(Item::name, SequenceFiles::byCodePoints));
    } else if (Files.isRegularFile(real)) {
      items.add(item(path.toAbsolutePath().normalize().getFileName(), real));
    }
    if (items.isEmpty()) {
      throw new RefusedException(
          "there are no files at " + Terminal.quoted(path) + ", and a sequence has at least one");
    }
    return new SequenceFiles(
        path, List.copyOf(items), items.stream().mapToLong(Item::length).sum());
  }

  /** The items of a bag, whose bytes must still be those that were checked when they are sent. */
  static SequenceFiles of(Path path, Bag bag) {
    List<Item> items = new ArrayList<>(bag.items().size());
    long bytes = 0;
    for (Bag.Item item : bag.items()) {
      items.add(new Item(item.name(), item.file(), item.length(), Optional.of(item.digest())));
      bytes += item.length();
    }
    return new SequenceFiles(path, List.copyOf(items), bytes);
  }

  /** The order of the names' bytes in UTF-8, which {@code LC_ALL=C sort} also has. */
  private static int byCodePoints(ItemName one, ItemName other) {
    return Arrays.compareUnsigned(
        one.value().getBytes(StandardCharsets.UTF_8),
        other.value().getBytes(StandardCharsets.UTF_8));
  }

  private static Item item(Path relative, Path file) throws IOException, RefusedException {
    StringBuilder name = new StringBuilder();
    for (Path part : relative) {
      name.append(name.isEmpty() ? "" : "/").append(part);
    }
    if (name.indexOf("\ufffd") >= 0) {
      throw new RefusedException(
          "the name of %s is not valid in the encoding of this platform's file names; rename the file"
              .formatted(Terminal.quoted(relative)));
    }
    try {
      return new Item(new ItemName(name.toString()), file, Files.size(file), Optional.empty());
    } catch (InvalidValueException e) {
      throw new RefusedException(e.getMessage() + "; rename the file");
    }
  }

  private static List<Path> regularFiles(Path root) throws IOException, RefusedException {
    List<Path> files = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile() || (attributes.isSymbolicLink() && within(root, file))) {
              files.add(file);
            } else {
              refused.add(
                  Terminal.quoted(root.relativize(file))
                      + " is neither a file nor a link to a file within "
                      + Terminal.quoted(root));
            }
            boolean enough = files.size() > Manifest.MAX_ITEMS || !refused.isEmpty();
            return enough ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }
        });
    if (!refused.isEmpty()) {
      throw new RefusedException(refused.get(0) + "; remove it, or put a copy in its place");
    }
    if (files.size() > Manifest.MAX_ITEMS) {
      throw new RefusedException(
          Terminal.quoted(root)
              + " has more than 1,000,000 files; split it into several sequences");
    }
    return files;
  }

  private static boolean within(Path root, Path link) throws IOException {
    if (!Files.exists(link)) {
      return false;
    }
    Path target = link.toRealPath();
    return target.startsWith(root) && Files.isRegularFile(target);
  }
}
