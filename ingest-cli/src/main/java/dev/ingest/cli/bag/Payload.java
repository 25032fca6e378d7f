package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The payload files: what the manifests say of each, and what is there. Holds path and checksums of
 * every file, a few hundred bytes each.
 */
final class Payload {

  /** Raw items and items of a result. */
  private static final int MAX_FILES = 2 * Manifest.MAX_ITEMS;

  private static final long ABSENT = -1;
  private static final String REMEDY =
      "have the bag sent again, or its manifests written again by the tool that made it";

  /** A file of the payload. */
  static final class File {

    private final String path;
    private final byte[][] checksums;
    private long length = ABSENT;
    private @Nullable Digest digest;

    private File(String path, int manifests) {
      this.path = path;
      this.checksums = new byte[manifests][];
    }

    /** Returns the path below the bag's folder. */
    String path() {
      return path;
    }

    /** Returns the length in bytes, once it was found. */
    long length() {
      return length;
    }

    /** Returns the digest of its bytes, once they were read. */
    Digest digest() {
      if (digest == null) {
        throw new IllegalStateException("the bytes of " + path + " were not read yet");
      }
      return digest;
    }
  }

  private final BagFolder folder;
  private final List<Algorithm> algorithms;
  private final List<String> manifests;
  private final Map<String, File> files = new LinkedHashMap<>();

  /**
   * Begins with what the folder has.
   *
   * @param manifests the payload manifests by their algorithms, at least one of which is proof
   */
  Payload(BagFolder folder, Map<Algorithm, String> manifests) {
    this.folder = folder;
    this.algorithms = List.copyOf(manifests.keySet());
    this.manifests = List.copyOf(manifests.values());
  }

  /** Reads the manifests, each with its check, and refuses those that list different files. */
  void read(BagVersion version, TagManifests tags) throws IOException, BagException {
    for (int i = 0; i < manifests.size(); i++) {
      int position = i;
      String name = manifests.get(i);
      tags.check(
          name,
          in -> {
            ChecksumLines.read(
                new TagLines(name, in),
                algorithms.get(position),
                version,
                (path, checksum, place) -> add(position, path, checksum, place));
            return name;
          });
    }
    for (File file : files.values()) {
      for (int i = 0; i < manifests.size(); i++) {
        if (file.checksums[i] == null) {
          throw Place.file(manifests.get(i))
              .refused(
                  Problem.MANIFESTS_DIFFER,
                  "a line for %s, which another payload manifest lists"
                      .formatted(BagException.quoted(file.path)),
                  "none",
                  REMEDY);
        }
      }
    }
  }

  private void add(int manifest, String path, byte[] checksum, Place place) throws BagException {
    BagPath.checkPayload(path, place);
    File file = files.computeIfAbsent(path, unused -> new File(path, manifests.size()));
    if (file.checksums[manifest] != null) {
      throw place.refused(
          Problem.DUPLICATE_ENTRY, "each path once", BagException.quoted(path) + " again", REMEDY);
    }
    file.checksums[manifest] = checksum;
    if (files.size() > MAX_FILES) {
      throw place.refused(
          Problem.TOO_LARGE, MAX_FILES + " files at most", "more", "split it into several bags");
    }
  }

  /** Takes note of a payload file that is there. */
  void found(String path, long length) throws BagException {
    File file = files.get(path);
    if (file == null) {
      throw Place.file(path)
          .refused(
              Problem.FILE_UNLISTED,
              "payload files that the manifests list",
              "one that none lists",
              "remove it, or have the manifests written again");
    }
    file.length = length;
  }

  /** Refuses the bag unless every listed file is there. */
  void requireAll() throws BagException {
    for (File file : files.values()) {
      if (file.length == ABSENT) {
        throw Place.file(file.path)
            .refused(
                Problem.FILE_MISSING, "a file, since the manifests list it", "nothing", REMEDY);
      }
    }
  }

  /** Returns the files, in the order of the first manifest. */
  Collection<File> files() {
    return files.values();
  }

  @Nullable File file(String path) {
    return files.get(path);
  }

  /** Returns the sum of the lengths in bytes. */
  long bytes() {
    return files.values().stream().mapToLong(file -> file.length).sum();
  }

  /**
   * Reads every file once and compares it with every manifest.
   *
   * @param progress hears of the bytes that were read
   */
  void verify(LongConsumer progress) throws IOException, BagException {
    Set<Algorithm> computed = EnumSet.copyOf(algorithms);
    computed.add(Algorithm.SHA256);
    for (File file : files.values()) {
      Place place = Place.file(file.path);
      Map<Algorithm, byte[]> actual;
      long length;
      try (HashedInput in =
          new HashedInput(new Counted(folder.open(file.path, place), progress), computed)) {
        actual = in.drain();
        length = in.bytes();
      }
      TagManifests.compare(place, expected(file), actual);
      if (length != file.length) {
        throw place.refused(
            Problem.CHECKSUM_DIFFERS,
            file.length + " bytes, as listed just now",
            length + " bytes",
            "let nobody change the bag while it is read");
      }
      file.digest = Digest.ofBytes(actual.getOrDefault(Algorithm.SHA256, new byte[0]));
    }
  }

  private Map<Algorithm, byte[]> expected(File file) {
    Map<Algorithm, byte[]> expected = new EnumMap<>(Algorithm.class);
    for (int i = 0; i < file.checksums.length; i++) {
      expected.put(algorithms.get(i), file.checksums[i]);
    }
    return expected;
  }
}
