package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Reads bags, strictly: what RFC 8493 forbids is refused, and so is what tools read differently, or
 * what proves too little. Nothing is repaired and nothing is left out in silence.
 *
 * <p>First comes everything but the payload's bytes, in {@link #open}; then all of these, in {@link
 * #verify}. What is read afterwards may have changed since, and is to be compared with the digests
 * of the {@link Bag}. For one thread.
 */
public final class BagReader {

  private final BagFolder folder;
  private final TagManifests tags;
  private final Payload payload;
  private final BagInfo info;
  private final Set<String> read;

  private BagReader(
      BagFolder folder, TagManifests tags, Payload payload, BagInfo info, Set<String> read) {
    this.folder = folder;
    this.tags = tags;
    this.payload = payload;
    this.info = info;
    this.read = read;
  }

  /**
   * Reads the tag files of a bag, and compares the list of its payload with what is there.
   *
   * @param path the bag's folder
   * @return the bag, of whose payload no byte was read
   * @throws BagException if it is refused
   * @throws IOException if it cannot be read
   */
  public static BagReader open(Path path) throws IOException, BagException {
    BagFolder folder = new BagFolder(path);
    Manifests manifests = Manifests.find(folder);
    BagVersion version = declared(folder);
    TagManifests tags = new TagManifests(folder, manifests.tag());
    tags.read(version);
    for (String manifest : manifests.payload().values()) {
      tags.require(manifest);
    }
    Set<String> read = new HashSet<>(manifests.payload().values());
    read.add(Declaration.FILE);
    BagVersion checked =
        tags.check(Declaration.FILE, in -> Declaration.read(new TagLines(Declaration.FILE, in)));
    if (checked != version) {
      throw Place.file(Declaration.FILE)
          .refused(
              Problem.CHECKSUM_DIFFERS,
              "version " + version.text() + ", as read just now",
              checked.text(),
              "let nobody change the bag while it is read");
    }
    Payload payload = new Payload(folder, manifests.payload());
    payload.read(version, tags);
    BagInfo info = BagInfo.none();
    if (folder.has(BagInfo.FILE)) {
      read.add(BagInfo.FILE);
      info = tags.check(BagInfo.FILE, in -> BagInfo.read(new TagLines(BagInfo.FILE, in)));
    }
    folder.forEachFile(
        (file, length) -> {
          if (file.startsWith(BagPath.PAYLOAD)) {
            payload.found(file, length);
          }
        });
    payload.requireAll();
    checkOxum(info, payload);
    return new BagReader(folder, tags, payload, info, read);
  }

  /** Without the version no tag manifest can be read, so it is read once more with its check. */
  private static BagVersion declared(BagFolder folder) throws IOException, BagException {
    try (InputStream in = folder.open(Declaration.FILE, Place.file(Declaration.FILE))) {
      return Declaration.read(new TagLines(Declaration.FILE, in));
    }
  }

  private static void checkOxum(BagInfo info, Payload payload) throws BagException {
    Optional<String> oxum = info.value(BagInfo.OXUM);
    String actual = payload.bytes() + "." + payload.files().size();
    if (oxum.isPresent() && !oxum.get().equals(actual)) {
      throw info.place(BagInfo.OXUM)
          .refused(
              Problem.OXUM_DIFFERS,
              BagException.quoted(oxum.get()),
              actual + " (bytes and files of the payload)",
              "have the bag sent again");
    }
  }

  /**
   * Returns how much {@link #verify} will read.
   *
   * @return the bytes of the payload
   */
  public long bytes() {
    return payload.bytes();
  }

  /**
   * Reads all bytes of the bag, once, and compares them with all checksums.
   *
   * @param progress hears of the bytes that were read
   * @return the bag, which is whole
   * @throws BagException if it is refused
   * @throws IOException if it cannot be read
   */
  public Bag verify(LongConsumer progress) throws IOException, BagException {
    payload.verify(progress);
    Items found = new Items(folder, payload);
    List<Bag.Item> items;
    if (folder.has(Part.RAW.manifest()) || info.value(Part.RAW.rootLabel()).isPresent()) {
      tags.require(Declaration.FILE);
      tags.require(BagInfo.FILE);
      items = found.ofIngest(tags, info, read);
    } else {
      items = found.ofForeign();
    }
    tags.checkOthers(read);
    if (items.isEmpty()) {
      throw Place.file("data")
          .refused(
              Problem.EMPTY,
              "one file at least, since a sequence has at least one item",
              "none",
              "submit nothing, or another bag");
    }
    return new Bag(items);
  }
}
