package dev.ingest.cli.bag;

import dev.ingest.core.ItemSink;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a bag of version 1.0 with manifests by SHA-256 and SHA-512, in one pass over the bytes and
 * in memory that does not grow with them or with their number.
 *
 * <p>The bag grows in a folder beside its own, whose name begins with a dot. Once all is written,
 * every file and folder is made durable, and only then it gets its name in one step; so under that
 * name there is never a part of a bag, whenever the process or the machine dies. Closing a writer
 * that has not come so far removes the folder; a process that was killed leaves it. For one thread.
 */
public final class BagWriter implements AutoCloseable {

  /** The two algorithms that RFC 8493 requires every tool to know. */
  private static final Set<Algorithm> ALGORITHMS = EnumSet.of(Algorithm.SHA256, Algorithm.SHA512);

  private static final int BUFFER = 1 << 16;

  private final Path target;
  private final Path work;
  private final Consumer<Moved> moved;
  private final boolean unicode;
  private final Map<Algorithm, HashedOutput> manifests = new TreeMap<>();
  private final Map<String, Map<Algorithm, byte[]>> tags = new TreeMap<>();
  private final List<Label> roots = new ArrayList<>();
  private final byte[] buffer = new byte[BUFFER];
  private @Nullable HashedOutput renamed;
  private long bytes;
  private long files;
  private boolean finished;

  /**
   * An item whose name cannot be that of a file, so that it lies in the bag under a number.
   *
   * @param part what it belongs to
   * @param name its name
   * @param path where it lies, relative to the bag's folder
   */
  public record Moved(Part part, ItemName name, String path) {}

  private BagWriter(Path target, Path work, Consumer<Moved> moved, boolean unicode) {
    this.target = target;
    this.work = work;
    this.moved = moved;
    this.unicode = unicode;
  }

  /**
   * Begins a bag.
   *
   * @param target where it is to be; there must be nothing
   * @param digits random digits for the name of the folder in which it grows
   * @param moved hears of each item that lies under a number
   * @return the writer
   * @throws FileAlreadyExistsException if there is something at the target
   * @throws IOException if nothing can be written there
   */
  public static BagWriter begin(Path target, String digits, Consumer<Moved> moved)
      throws IOException {
    return begin(target, digits, moved, PlainName.isUnicodeHere());
  }

  static BagWriter begin(Path target, String digits, Consumer<Moved> moved, boolean unicode)
      throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    refuseExisting(absolute);
    Path name = absolute.getFileName();
    if (name == null) {
      throw new FileAlreadyExistsException(absolute.toString());
    }
    Path work = absolute.resolveSibling("." + name + ".export-" + digits);
    Files.createDirectory(work);
    BagWriter writer = new BagWriter(absolute, work, moved, unicode);
    try {
      Files.createDirectory(work.resolve("data"));
      Files.createDirectory(work.resolve("ingest"));
      for (Algorithm algorithm : ALGORITHMS) {
        writer.manifests.put(
            algorithm, new HashedOutput(work.resolve(manifest("", algorithm)), ALGORITHMS));
      }
      return writer;
    } catch (IOException e) {
      writer.closeAfter(e);
      throw e;
    }
  }

  private static void refuseExisting(Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  /** Hands the items of a part on, in order. */
  @FunctionalInterface
  public interface Source {

    /**
     * Reads all items.
     *
     * @param sink takes one after the other
     * @return what was read
     * @throws IOException if they cannot be read or written
     */
    ManifestSummary readInto(ItemSink sink) throws IOException;
  }

  /**
   * Writes a part, and its canonical manifest, whose digest is compared with the root.
   *
   * @param part which, at most once
   * @param announced the root and totals that it must have
   * @param source reads the items
   * @param progress hears of the bytes that were written
   * @throws IOException if they cannot be read or written, or are not what was announced
   */
  public void write(Part part, ManifestSummary announced, Source source, LongConsumer progress)
      throws IOException {
    try (HashedOutput canonical = new HashedOutput(work.resolve(part.manifest()), ALGORITHMS)) {
      canonical.write(
          "ingest-manifest 1 sha256 %d %d\n".formatted(announced.count(), announced.bytes()));
      int[] ordinal = new int[1];
      ManifestSummary read =
          source.readInto(
              (item, body) -> {
                add(part, ordinal[0], item, new Counted(body, progress));
                canonical.write(
                    "%s %d %s\n".formatted(item.digest().hex(), item.length(), item.name()));
                ordinal[0]++;
              });
      Map<Algorithm, byte[]> digests = canonical.finish();
      Digest root = Digest.ofBytes(digests.getOrDefault(Algorithm.SHA256, new byte[0]));
      if (!read.equals(announced) || !root.equals(announced.root())) {
        throw new IOException(
            "expected %s, read %s, wrote %s; another result was published meanwhile: export again"
                .formatted(announced, read, root));
      }
      tags.put(part.manifest(), digests);
      roots.add(new Label(part.rootLabel(), root.toString()));
    }
  }

  private void add(Part part, int ordinal, ManifestItem item, InputStream body) throws IOException {
    String path = part.named(item.name().value());
    Optional<Path> file = PlainName.is(item.name(), unicode) ? free(path) : Optional.empty();
    if (file.isEmpty()) {
      path = part.numbered(ordinal);
      file = free(path);
      moved.accept(new Moved(part, item.name(), path));
      renamed().write(Renamed.line(path, item.name().value()));
    }
    Map<Algorithm, byte[]> digests =
        copy(body, file.orElseThrow(() -> new IOException("two items have one ordinal")), item);
    for (Map.Entry<Algorithm, HashedOutput> manifest : manifests.entrySet()) {
      manifest
          .getValue()
          .write(ChecksumLines.line(digests.getOrDefault(manifest.getKey(), new byte[0]), path));
    }
    files++;
  }

  /** The body is digested by whoever hands it on; here it is once more what is really written. */
  private Map<Algorithm, byte[]> copy(InputStream body, Path file, ManifestItem item)
      throws IOException {
    try (HashedOutput out = new HashedOutput(file, ALGORITHMS)) {
      long length = 0;
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        out.write(buffer, n);
        length += n;
      }
      Map<Algorithm, byte[]> digests = out.finish();
      Digest written = Digest.ofBytes(digests.getOrDefault(Algorithm.SHA256, new byte[0]));
      if (length != item.length() || !written.equals(item.digest())) {
        throw new IOException(
            "item \"%s\": expected %d bytes of %s, wrote %d of %s; export again"
                .formatted(item.name(), item.length(), item.digest(), length, written));
      }
      bytes += length;
      return digests;
    }
  }

  /**
   * Makes the folders of a path. Empty if a folder would have to be where a file is, or the other
   * way round: an item {@code a} and an item {@code a/b} are no two files.
   */
  private Optional<Path> free(String path) throws IOException {
    Path at = work;
    String[] parts = path.split("/", -1);
    for (int i = 0; i + 1 < parts.length; i++) {
      at = at.resolve(parts[i]);
      if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
          return Optional.empty();
        }
        Files.createDirectory(at);
      }
    }
    Path file = at.resolve(parts[parts.length - 1]);
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? Optional.empty() : Optional.of(file);
  }

  private HashedOutput renamed() throws IOException {
    HashedOutput out = renamed;
    if (out == null) {
      out = new HashedOutput(work.resolve(Renamed.FILE), ALGORITHMS);
      renamed = out;
    }
    return out;
  }

  /**
   * Ends the bag: writes what tells of it, makes all durable and gives it its name.
   *
   * @param labels what {@code bag-info.txt} says beside the totals and the roots
   * @throws FileAlreadyExistsException if there is something at the target by now
   * @throws IOException if it cannot be written
   */
  public void finish(List<Label> labels) throws IOException {
    for (Map.Entry<Algorithm, HashedOutput> manifest : manifests.entrySet()) {
      tags.put(manifest("", manifest.getKey()), manifest.getValue().finish());
    }
    if (renamed != null) {
      tags.put(Renamed.FILE, renamed.finish());
    }
    StringBuilder info = new StringBuilder();
    labels.forEach(label -> info.append(label.line()));
    roots.forEach(label -> info.append(label.line()));
    info.append(new Label(BagInfo.OXUM, bytes + "." + files).line());
    writeTag(BagInfo.FILE, info.toString());
    writeTag(Declaration.FILE, Declaration.text());
    for (Algorithm algorithm : ALGORITHMS) {
      try (HashedOutput out =
          new HashedOutput(work.resolve(manifest("tag", algorithm)), Set.of())) {
        for (Map.Entry<String, Map<Algorithm, byte[]>> tag : tags.entrySet()) {
          out.write(
              ChecksumLines.line(
                  tag.getValue().getOrDefault(algorithm, new byte[0]), tag.getKey()));
        }
      }
    }
    Durability.ofTree(work);
    // Between this look and the move only an empty folder could be replaced, and nothing with it.
    refuseExisting(target);
    Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
    finished = true;
    Durability.ofFolder(target.resolveSibling("."));
  }

  private void writeTag(String name, String text) throws IOException {
    try (HashedOutput out = new HashedOutput(work.resolve(name), ALGORITHMS)) {
      out.write(text);
      tags.put(name, out.finish());
    }
  }

  private static String manifest(String kind, Algorithm algorithm) {
    return kind + "manifest-" + algorithm.bagName() + ".txt";
  }

  /** Removes what was written, unless the bag has its name. Idempotent. */
  @Override
  public void close() throws IOException {
    for (HashedOutput manifest : manifests.values()) {
      manifest.close();
    }
    if (renamed != null) {
      renamed.close();
    }
    if (!finished) {
      finished = true;
      Durability.removeTree(work);
    }
  }

  private void closeAfter(IOException because) {
    try {
      close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
