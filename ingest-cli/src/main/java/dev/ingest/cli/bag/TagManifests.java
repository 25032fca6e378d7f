package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the tag manifests say. A tag file is digested by the pass that reads it, so what was
 * understood of it is what was checked.
 */
final class TagManifests {

  private static final int MAX_FILES = 100_000;

  private final BagFolder folder;
  private final Map<Algorithm, String> manifests;
  private final Map<String, Map<Algorithm, byte[]>> checksums = new LinkedHashMap<>();

  /**
   * Begins with what the folder has.
   *
   * @param manifests the tag manifests by their algorithms, at least one of which is proof
   */
  TagManifests(BagFolder folder, Map<Algorithm, String> manifests) {
    this.folder = folder;
    this.manifests = manifests;
  }

  /** Reads what is to be read of a tag file. */
  @FunctionalInterface
  interface Reading<T> {
    T read(HashedInput in) throws IOException, BagException;
  }

  void read(BagVersion version) throws IOException, BagException {
    for (Map.Entry<Algorithm, String> manifest : manifests.entrySet()) {
      String name = manifest.getValue();
      try (HashedInput in = new HashedInput(folder.open(name, Place.file(name)), Set.of())) {
        ChecksumLines.read(
            new TagLines(name, in),
            manifest.getKey(),
            version,
            (path, checksum, place) -> add(manifest.getKey(), path, checksum, place));
      }
    }
  }

  private void add(Algorithm algorithm, String path, byte[] checksum, Place place)
      throws BagException {
    BagPath.checkTag(path, place);
    if (checksums.size() > MAX_FILES) {
      throw place.refused(
          Problem.TOO_LARGE, MAX_FILES + " tag files at most", "more", "put them into the payload");
    }
    byte @Nullable [] earlier =
        checksums
            .computeIfAbsent(path, unused -> new EnumMap<>(Algorithm.class))
            .put(algorithm, checksum);
    if (earlier != null) {
      throw place.refused(
          Problem.DUPLICATE_ENTRY,
          "each path once",
          BagException.quoted(path) + " again",
          "have the tag manifests written again");
    }
  }

  /** Refuses the bag unless every tag manifest lists a file. */
  void require(String path) throws BagException {
    Map<Algorithm, byte[]> listed = checksums.getOrDefault(path, Map.of());
    for (Map.Entry<Algorithm, String> manifest : manifests.entrySet()) {
      if (!listed.containsKey(manifest.getKey())) {
        throw Place.file(manifest.getValue())
            .refused(
                Problem.TAG_FILE_UNLISTED,
                "a line for " + BagException.quoted(path),
                "none",
                "have the tag manifests written again");
      }
    }
  }

  /** Reads a tag file in one pass with its check. */
  <T> T check(String path, Reading<T> reading) throws IOException, BagException {
    Map<Algorithm, byte[]> expected = checksums.getOrDefault(path, Map.of());
    try (HashedInput in = new HashedInput(folder.open(path, Place.file(path)), expected.keySet())) {
      T read = reading.read(in);
      compare(Place.file(path), expected, in.drain());
      return read;
    }
  }

  /** Checks those that nothing here reads. */
  void checkOthers(Set<String> read) throws IOException, BagException {
    for (String path : checksums.keySet()) {
      if (!read.contains(path)) {
        check(path, HashedInput::bytes);
      }
    }
  }

  /** Refuses the bag if the digests of a file differ. */
  static void compare(Place place, Map<Algorithm, byte[]> expected, Map<Algorithm, byte[]> actual)
      throws BagException {
    for (Map.Entry<Algorithm, byte[]> one : expected.entrySet()) {
      byte[] found = actual.getOrDefault(one.getKey(), new byte[0]);
      if (!Arrays.equals(one.getValue(), found)) {
        throw place.refused(
            Problem.CHECKSUM_DIFFERS,
            one.getKey().bagName() + " " + HexFormat.of().formatHex(one.getValue()),
            HexFormat.of().formatHex(found),
            "the file was changed or damaged after the bag was made; have it sent again");
      }
    }
  }
}
