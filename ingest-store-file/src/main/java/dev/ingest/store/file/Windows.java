package dev.ingest.store.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sorted windows on directories.
 *
 * <p>A file system gives names without order, so each page of a listing must look at a whole
 * directory to know which names come next. In order not to do that for every page of a large
 * directory, one reading keeps the next {@code size} names, and a few such windows stay in memory
 * as long as their directory does not change.
 *
 * <p>That must never hide a key that was committed before the call. A change sets the directory's
 * modification time, but two changes in one tick of the file system's clock set the same. So a
 * window is kept only if, before the names were read, the modification time was already {@link
 * #SETTLED} behind a time seen on the file system's own clock: any change during or after the
 * reading then gives another modification time. That clock is read off a new file, and once more
 * before a window is kept, as it may have been set back; where no file can be made, none is kept.
 * Thread-safe.
 */
final class Windows {

  /** Longer than a tick of the clock of any usual file system. */
  static final Duration SETTLED = Duration.ofSeconds(3);

  private static final int MAX_KEPT = 4;
  private static final Window NOTHING = new Window("", List.of(), true);

  private final Disk disk;
  private final TempNames temps;
  private final int size;
  private final Map<Path, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private Instant seenTime = Instant.MIN;

  Windows(Disk disk, TempNames temps, int size) {
    this.disk = disk;
    this.temps = temps;
    this.size = size;
  }

  /**
   * The sort keys of a directory greater than one, in order.
   *
   * @param after the sort key before the first
   * @param complete whether no others follow
   */
  record Window(String after, List<String> sortKeys, boolean complete) {

    /** Cuts off what does not come after a sort key; empty if the window may have missed some. */
    Optional<Window> after(String later) {
      if (later.compareTo(after) < 0) {
        return Optional.empty();
      }
      int found = Collections.binarySearch(sortKeys, later);
      int from = found < 0 ? -found - 1 : found + 1;
      return from < sortKeys.size() || complete
          ? Optional.of(new Window(later, sortKeys.subList(from, sortKeys.size()), complete))
          : Optional.empty();
    }
  }

  private record Kept(Object identity, Instant modified, Window window) {}

  /** Reads the next sort keys of a directory; none if it is not there. */
  Window read(Path directory, String after) throws IOException {
    Optional<Disk.Attributes> before = disk.attributes(directory);
    if (before.isEmpty()) {
      return NOTHING;
    }
    Optional<Window> known = known(directory, before.get(), after);
    return known.isPresent() ? known.get() : scan(directory, before.get(), after);
  }

  private synchronized Optional<Window> known(Path directory, Disk.Attributes now, String after) {
    Kept found = kept.get(directory);
    return found != null
            && found.identity().equals(now.identity())
            && found.modified().equals(now.modified())
        ? found.window().after(after)
        : Optional.empty();
  }

  private Window scan(Path directory, Disk.Attributes before, String after) throws IOException {
    Instant reference = seenTime();
    Smallest smallest = new Smallest(size);
    int names = 0;
    try (Disk.Names found = disk.names(directory)) {
      for (String name = found.next(); name != null; name = found.next()) {
        names++;
        String sortKey = Layout.sortKey(name);
        if (sortKey.isEmpty()) {
          throw new IOException(
              "foreign name " + directory.resolve(name) + "; move it out of the content directory");
        }
        if (sortKey.compareTo(after) > 0) {
          smallest.add(sortKey);
        }
      }
    } catch (NoSuchFileException e) {
      return NOTHING;
    } catch (NotDirectoryException e) {
      throw new IOException(directory + " is not a directory; move it out of the way", e);
    }
    Window window = new Window(after, smallest.sorted(), smallest.hasAll());
    if (names > size / 16) {
      keep(directory, before, window, reference);
    }
    return window;
  }

  private void keep(Path directory, Disk.Attributes before, Window window, Instant reference) {
    Optional<Instant> now = fileSystemTime();
    now.ifPresent(this::seen);
    boolean isSettled =
        now.isPresent()
            && !now.get().isBefore(reference)
            && !before.modified().plus(SETTLED).isAfter(reference);
    if (!isSettled) {
      return;
    }
    synchronized (this) {
      kept.put(directory, new Kept(before.identity(), before.modified(), window));
      if (kept.size() > MAX_KEPT) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
  }

  private synchronized Instant seenTime() {
    return seenTime;
  }

  private synchronized void seen(Instant time) {
    seenTime = time;
  }

  /**
   * Looks at the file system's clock, by a new file. A volume that is full or read-only takes none,
   * and has to be listed all the same: only so can it be emptied. Without a time each page reads
   * its directory again, which is slower and never wrong, and whoever writes there hears the error.
   */
  private Optional<Instant> fileSystemTime() {
    Path file = temps.next();
    try {
      try {
        disk.create(file).close();
        return disk.attributes(file).map(Disk.Attributes::modified);
      } finally {
        disk.unlink(file);
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The smallest so many of any number of texts, in memory for twice as many. */
  private static final class Smallest {

    private final int most;
    private final List<String> texts = new ArrayList<>();
    private boolean all = true;

    Smallest(int most) {
      this.most = most;
    }

    void add(String text) {
      if (!all && text.compareTo(texts.get(most - 1)) > 0) {
        return;
      }
      texts.add(text);
      if (texts.size() >= 2 * most) {
        cut();
      }
    }

    List<String> sorted() {
      cut();
      return List.copyOf(texts);
    }

    boolean hasAll() {
      return all;
    }

    private void cut() {
      Collections.sort(texts);
      if (texts.size() > most) {
        texts.subList(most, texts.size()).clear();
        all = false;
      }
    }
  }
}
