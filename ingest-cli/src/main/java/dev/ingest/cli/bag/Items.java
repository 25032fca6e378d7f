package dev.ingest.cli.bag;

import dev.ingest.cli.bag.BagException.Place;
import dev.ingest.cli.bag.BagException.Problem;
import dev.ingest.spi.DistinctNames;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestDecoder;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ManifestItem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which items a payload is, and in which order: that of the manifest of Ingest if the bag has one,
 * otherwise that of the names' bytes in UTF-8.
 */
final class Items {

  private static final String REMEDY = "export the sequence again";

  private final BagFolder folder;
  private final Payload payload;

  Items(BagFolder folder, Payload payload) {
    this.folder = folder;
    this.payload = payload;
  }

  /** Takes every payload file as the item that its path below {@code data} names. */
  List<Bag.Item> ofForeign() throws BagException {
    if (payload.files().size() > Manifest.MAX_ITEMS) {
      throw Place.file("data")
          .refused(
              Problem.TOO_LARGE,
              Manifest.MAX_ITEMS + " files at most",
              payload.files().size() + " files",
              "split it into several bags");
    }
    List<Bag.Item> items = new ArrayList<>(payload.files().size());
    DistinctNames names = new DistinctNames();
    for (Payload.File file : payload.files()) {
      ItemName name = name(file.path());
      if (!names.add(name)) {
        throw Place.file(file.path())
            .refused(
                Problem.TWIN_PATHS,
                "paths that differ by more than case and Unicode normalisation",
                "a path that is listed before but for these",
                "rename one of the two files and have the manifests written again");
      }
      items.add(item(name, file));
    }
    items.sort(Comparator.comparing(Bag.Item::name, Items::byBytes));
    return items;
  }

  private static ItemName name(String path) throws BagException {
    try {
      return new ItemName(path.substring(BagPath.PAYLOAD.length()));
    } catch (InvalidValueException e) {
      throw Place.file(path)
          .refused(
              Problem.BAD_NAME,
              "a name that an item may have",
              String.valueOf(e.getMessage()),
              "rename the file and have the manifests written again");
    }
  }

  private static int byBytes(ItemName one, ItemName other) {
    return Arrays.compareUnsigned(
        one.value().getBytes(StandardCharsets.UTF_8),
        other.value().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Takes the items that the manifests of Ingest name, after a comparison of each with the payload.
   * No payload file may be left over: it would be left out in silence.
   */
  List<Bag.Item> ofIngest(TagManifests tags, BagInfo info, Set<String> read)
      throws IOException, BagException {
    Renamed renamed = Renamed.none();
    if (folder.has(Renamed.FILE)) {
      tags.require(Renamed.FILE);
      read.add(Renamed.FILE);
      renamed = tags.check(Renamed.FILE, in -> Renamed.read(new TagLines(Renamed.FILE, in)));
    }
    Set<String> named = new HashSet<>();
    List<Bag.Item> raw = List.of();
    for (Part part : Part.values()) {
      if (part == Part.RAW
          || folder.has(part.manifest())
          || info.value(part.rootLabel()).isPresent()) {
        tags.require(part.manifest());
        read.add(part.manifest());
        List<Bag.Item> items = items(part, tags, info, renamed, named);
        raw = part == Part.RAW ? items : raw;
      }
    }
    requireNothingLeft(renamed, named);
    return raw;
  }

  private List<Bag.Item> items(
      Part part, TagManifests tags, BagInfo info, Renamed renamed, Set<String> named)
      throws IOException, BagException {
    Place place = Place.file(part.manifest());
    List<Bag.Item> items = new ArrayList<>();
    String root =
        tags.check(
            part.manifest(),
            in -> {
              try (ManifestDecoder decoder = Manifest.decode(unclosed(in))) {
                while (decoder.hasNext()) {
                  items.add(item(part, items.size(), decoder.next(), renamed, named));
                }
                return decoder.summary().root().toString();
              } catch (ManifestException e) {
                throw place.refused(
                    Problem.ROOT_DIFFERS,
                    "a canonical manifest",
                    String.valueOf(e.getMessage()),
                    REMEDY);
              } catch (UncheckedIOException e) {
                throw new IOException("reading " + part.manifest(), e);
              }
            });
    Optional<String> labelled = info.value(part.rootLabel());
    if (!labelled.equals(Optional.of(root))) {
      throw info.place(part.rootLabel())
          .refused(
              Problem.ROOT_DIFFERS,
              part.rootLabel() + " " + root + ", of " + part.manifest(),
              labelled.map(BagException::quoted).orElse("no such label"),
              REMEDY);
    }
    return items;
  }

  /** The manifest is closed by its decoder, and its digests are still to be asked for. */
  private static InputStream unclosed(HashedInput in) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return in.read();
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return in.read(buffer, offset, length);
      }
    };
  }

  private Bag.Item item(
      Part part, int ordinal, ManifestItem item, Renamed renamed, Set<String> named)
      throws BagException {
    String path = part.numbered(ordinal);
    Optional<String> other = renamed.take(path);
    if (other.isEmpty()) {
      path = part.named(item.name().value());
    } else if (!other.get().equals(item.name().value())) {
      throw Place.file(Renamed.FILE)
          .refused(
              Problem.ITEM_DIFFERS,
              "the name " + BagException.quoted(item.name().value()) + " for " + path,
              BagException.quoted(other.get()),
              REMEDY);
    }
    Payload.@Nullable File file = payload.file(path);
    if (file == null || file.length() != item.length() || !file.digest().equals(item.digest())) {
      throw Place.file(path)
          .refused(
              Problem.ITEM_DIFFERS,
              "%d bytes of %s, as %s says".formatted(item.length(), item.digest(), part.manifest()),
              file == null ? "no such file" : file.length() + " bytes of " + file.digest(),
              REMEDY);
    }
    named.add(path);
    return item(item.name(), file);
  }

  private Bag.Item item(ItemName name, Payload.File file) throws BagException {
    return new Bag.Item(
        name, folder.resolve(file.path(), Place.file(file.path())), file.length(), file.digest());
  }

  private void requireNothingLeft(Renamed renamed, Set<String> named) throws BagException {
    Optional<String> unused = renamed.left();
    if (unused.isPresent()) {
      throw Place.file(Renamed.FILE)
          .refused(
              Problem.ITEM_DIFFERS,
              "items that a manifest of Ingest names",
              unused.get() + ", which none does",
              REMEDY);
    }
    for (Payload.File file : payload.files()) {
      if (!named.contains(file.path())) {
        throw Place.file(file.path())
            .refused(
                Problem.ITEM_DIFFERS,
                "payload files that a manifest of Ingest names",
                "one that none does and that would be left out",
                "remove the folder ingest from the bag and its tag manifests to submit all files");
      }
    }
  }
}
