package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells whether the stores of a place are there, as far as they are files. A store that is new says
 * "nothing was ever accepted", so none must come into being where one was lost.
 *
 * <p>While the stores of a home are made, its {@code home.lock} is locked, and when both are there
 * it is marked. One store alone in a home whose lock has no mark was left by a process that was
 * killed while it made them; everywhere else it is a loss.
 */
final class Presence {

  private static final String SQLITE = "jdbc:sqlite:";
  private static final Set<State> KEPT =
      EnumSet.of(
          State.ACCEPTED,
          State.PROCESSING,
          State.PROCESSED,
          State.VERIFIED,
          State.EXPIRING,
          State.FAILED);
  private static final List<ContentPrefix> AREAS =
      List.of(new ContentPrefix("raw"), new ContentPrefix("run"));
  private static final Object IN_THIS_PROCESS = new Object();

  private Presence() {}

  /** Refuses a place of which a store is missing. */
  static void require(Place place) {
    requireNone(missing(place));
  }

  /** Refuses a place whose ledger is missing. */
  static void requireLedger(Place place) {
    requireNone(missingLedger(place).stream().toList());
  }

  private static void requireNone(List<String> missing) {
    if (!missing.isEmpty()) {
      throw new MissingStoreException(
          "there is %s; mount or restore it, or name another place"
              .formatted(String.join(" and ", missing)));
    }
  }

  /**
   * Refuses a ledger whose bytes cannot all be elsewhere than in this content: it has sequences
   * whose bytes are kept, and the content has no key at all. Nothing in two URIs says that they
   * belong together, and work on the wrong content would fail every sequence.
   */
  static void requireContent(Stores stores) {
    Census census = stores.ledger().ledger().census(Optional.empty());
    long kept = 0;
    for (State state : KEPT) {
      kept += census.count(state);
    }
    if (kept > 0 && AREAS.stream().allMatch(area -> isEmpty(stores.content().store(), area))) {
      throw new MissingStoreException.Mismatch(
          "the content %s is empty, and the ledger %s has %d sequences whose bytes are kept; the two do not belong together, or the bytes are lost: name the content of this ledger, or restore it"
              .formatted(stores.content().store().name(), stores.ledger().name(), kept));
    }
  }

  /** Refuses a ledger and a content that are bound to others; those not bound yet are let pass. */
  static void requireBound(Stores stores) {
    Ingest.mismatch(stores.ledger(), stores.content().store())
        .ifPresent(
            mismatch -> {
              throw new MissingStoreException.Mismatch(mismatch);
            });
  }

  private static boolean isEmpty(ContentStore store, ContentPrefix area) {
    return store.list(area, Optional.empty(), 1).entries().isEmpty();
  }

  /** Opens the stores of a home, both new or both there before. */
  static <T> T whole(Place place, Path home, Supplier<T> open) {
    Path file = home.resolve("home.lock");
    synchronized (IN_THIS_PROCESS) {
      // A home without a lock is new, or was put together without it.
      if (!Files.exists(file) && missing(place).size() == 1 && !Files.exists(file)) {
        throw half(place);
      }
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        boolean marked = channel.size() > 0 && lock.isValid();
        if (marked && missing(place).size() == 1) {
          throw half(place);
        }
        T opened = open.get();
        if (!marked) {
          channel.write(ByteBuffer.wrap(new byte[] {'1', '\n'}), 0);
          channel.force(true);
        }
        return opened;
      } catch (IOException e) {
        throw new UncheckedIOException("the home " + home + " cannot be locked: " + e, e);
      }
    }
  }

  private static MissingStoreException half(Place place) {
    return new MissingStoreException(
        "there is %s, though the other of ledger %s and content %s is there; a new one would hide a loss, so mount or restore it"
            .formatted(missing(place).get(0), place.ledger(), place.content()));
  }

  private static List<String> missing(Place place) {
    List<String> missing = new ArrayList<>();
    databaseFile(place.content())
        .filter(file -> !Files.exists(file))
        .ifPresent(file -> missing.add("no content at " + file));
    missingLedger(place).ifPresent(missing::add);
    contentRoot(place.content())
        .filter(Presence::isAbsentOrEmpty)
        .ifPresent(root -> missing.add("no content at " + root));
    return missing;
  }

  private static Optional<String> missingLedger(Place place) {
    return databaseFile(place.ledger())
        .filter(file -> !Files.exists(file))
        .map(file -> "no ledger at " + file);
  }

  private static Optional<Path> databaseFile(URI uri) {
    String text = uri.getScheme() + ":" + uri.getSchemeSpecificPart();
    if (!text.toLowerCase(Locale.ROOT).startsWith(SQLITE)) {
      return Optional.empty();
    }
    // A path that is not absolute is for the adapter to refuse.
    return absolute(text.substring(SQLITE.length()));
  }

  private static Optional<Path> contentRoot(URI uri) {
    return "file".equalsIgnoreCase(uri.getScheme()) && uri.getPath() != null
        ? absolute(uri.getPath())
        : Optional.empty();
  }

  private static Optional<Path> absolute(String text) {
    Path path = Path.of(text);
    return path.isAbsolute() ? Optional.of(path) : Optional.empty();
  }

  /** The directory on which a volume is mounted is there without it, and empty. */
  private static boolean isAbsentOrEmpty(Path root) {
    if (!Files.isDirectory(root)) {
      return !Files.exists(root);
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      return !entries.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException("the content at " + root + " cannot be read: " + e, e);
    }
  }
}
