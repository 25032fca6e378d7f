package com.example.packs;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;

/**
 * The packs of one directory, and in which of them each key is.
 *
 * <p>One thread makes all changes, one after the other, so that what is looked up before a change
 * still holds when it is made. It is nobody else's thread for a second reason: an interrupt closes
 * the channel that its thread is syncing, and whether the sync was done is unknown then. Callers
 * wait for it whatever interrupts say.
 *
 * <p>A change that fails in its middle leaves names on the disk of which nobody knows whether they
 * are durable, and repeating the sync would not tell. From then on every change is refused, until
 * an opening finds out what is there.
 *
 * <p>Readers take no lock. A deletion moves the keys that stay to the pack's next generation before
 * the file goes, so a reader that finds the file gone looks the key up again.
 */
final class PackDirectory {

  /** The most keys, at about 400 bytes of memory each. */
  static final int MAX_KEYS = 1_000_000;

  /**
   * Those of this process. The lock is against others alone: closing another channel of its file
   * would give it up.
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private static final String LOCK = "lock";
  private static final String PART = ".part";

  final Path root;
  final Disk disk;
  private final FileChannel lock;
  private final ConcurrentNavigableMap<String, Place> places = new ConcurrentSkipListMap<>();
  private final ExecutorService changes;
  private volatile boolean closed;
  private volatile Throwable failure;

  /** Of the thread that makes the changes. */
  private long nextId;

  /** Where an item's bytes are. */
  record Place(Pack pack, Pack.Item item) {}

  /** A pack's file that stays readable while it is open, also when it is deleted meanwhile. */
  record Opened(FileChannel channel, Pack.Item item) {}

  private PackDirectory(Path root, Disk disk, FileChannel lock, ExecutorService changes) {
    this.root = root;
    this.disk = disk;
    this.lock = lock;
    this.changes = changes;
  }

  /** Opens a directory that must be there, for this process alone. */
  static PackDirectory open(Path root, Disk disk) throws IOException {
    return open(root, disk, Executors.newSingleThreadExecutor(PackDirectory::changeThread));
  }

  private static Thread changeThread(Runnable changes) {
    Thread thread = new Thread(changes, "packs-changes");
    thread.setDaemon(true);
    return thread;
  }

  /** The same with the one thread for the changes from elsewhere, which closing ends. */
  static PackDirectory open(Path root, Disk disk, ExecutorService changes) throws IOException {
    if (!OPEN.add(root)) {
      throw new IOException("this process has it open");
    }
    PackDirectory directory;
    try {
      FileChannel lock =
          FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      directory = new PackDirectory(root, disk, lock, changes);
    } catch (IOException e) {
      OPEN.remove(root);
      throw e;
    }
    try {
      if (directory.lock.tryLock() == null) {
        throw new IOException("another process has it open");
      }
      directory.load();
      return directory;
    } catch (Throwable e) {
      directory.close();
      throw e;
    }
  }

  /** Removes what dead writers left, and generations that others replaced, and reads the rest. */
  private void load() throws IOException {
    Map<Long, NavigableMap<Integer, Path>> packs = new TreeMap<>();
    List<Path> gone = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(root)) {
      for (Path file : files) {
        Matcher name = Pack.nameOf(file);
        if (name.matches()) {
          packs
              .computeIfAbsent(Pack.idIn(name), id -> new TreeMap<>())
              .put(Pack.generationIn(name), file);
        } else if (file.toString().endsWith(PART)) {
          gone.add(file);
        } else if (!file.endsWith(LOCK)) {
          throw new IOException("it holds " + file.getFileName() + ", which is not a pack");
        }
      }
    }
    for (NavigableMap<Integer, Path> generations : packs.values()) {
      Pack pack = Pack.read(generations.pollLastEntry().getValue());
      gone.addAll(generations.values());
      for (Pack.Item item : pack.items()) {
        if (places.put(item.key().value(), new Place(pack, item)) != null) {
          throw new IOException("it holds " + item.key() + " twice");
        }
      }
      nextId = pack.id() + 1;
    }
    disk.syncNames(root);
    for (Path file : gone) {
      disk.delete(file);
    }
    disk.syncNames(root);
  }

  String name() {
    return "pack:" + root;
  }

  void requireOpen() {
    if (closed) {
      throw new ContentException(name() + " is closed; open it again");
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Names a part that no writer ever had, so that one that is closed late removes its own. */
  Path newPart() {
    return root.resolve(UUID.randomUUID() + PART);
  }

  Optional<Pack.Item> find(ContentKey key) {
    return Optional.ofNullable(places.get(key.value())).map(Place::item);
  }

  /** Lists at most so many items after a place in the order of keys and before another. */
  List<Pack.Item> between(String after, String before, int limit) {
    return places.subMap(after, false, before, false).values().stream()
        .limit(limit)
        .map(Place::item)
        .toList();
  }

  /** Opens the pack that a key is in; empty if the key is absent. */
  Optional<Opened> open(ContentKey key) throws IOException {
    while (true) {
      Place place = places.get(key.value());
      if (place == null) {
        return Optional.empty();
      }
      try {
        Path file = place.pack().in(root);
        return Optional.of(
            new Opened(FileChannel.open(file, StandardOpenOption.READ), place.item()));
      } catch (NoSuchFileException e) {
        if (place == places.get(key.value())) {
          throw e;
        }
      }
    }
  }

  /** Gives a part whose bytes are durable its name, without items that are there already. */
  void publish(Path part, List<Pack.Item> items) {
    change(
        () -> {
          List<Pack.Item> fresh = items.stream().filter(item -> !isThere(item)).toList();
          if (places.size() + fresh.size() > MAX_KEYS) {
            throw new ContentException(name() + " is full: it takes " + MAX_KEYS + " keys");
          }
          if (fresh.size() == items.size()) {
            Pack pack = new Pack(nextId++, 0, items);
            unsure(() -> show(part, pack));
          } else if (!fresh.isEmpty()) {
            Path copy = newPart();
            Pack pack = new Pack(nextId++, 0, copied(part, fresh, copy));
            unsure(() -> show(copy, pack));
          }
          return null;
        });
  }

  private boolean isThere(Pack.Item item) {
    Optional<Pack.Item> there = find(item.key());
    if (there.isPresent() && !there.get().digest().equals(item.digest())) {
      throw new ContentConflictException(
          "%s: expected %s with %s, found %s, which stays; put it under another key"
              .formatted(name(), item.key(), item.digest(), there.get().digest()));
    }
    return there.isPresent();
  }

  /** Deletes keys. On return it is durable that they are gone. */
  void delete(Collection<ContentKey> keys) {
    change(
        () -> {
          Map<Long, Pack> packs = new TreeMap<>();
          for (ContentKey key : keys) {
            Optional.ofNullable(places.get(key.value()))
                .map(Place::pack)
                .ifPresent(pack -> packs.put(pack.id(), pack));
          }
          for (Pack pack : packs.values()) {
            deleteFrom(pack, Set.copyOf(keys));
          }
          unsure(() -> disk.syncNames(root));
          return null;
        });
  }

  private void deleteFrom(Pack pack, Set<ContentKey> keys) throws IOException {
    List<Pack.Item> kept =
        pack.items().stream().filter(item -> !keys.contains(item.key())).toList();
    Path copy = newPart();
    List<Pack.Item> copied = kept.isEmpty() ? kept : copied(pack.in(root), kept, copy);
    unsure(
        () -> {
          if (!copied.isEmpty()) {
            show(copy, new Pack(pack.id(), pack.generation() + 1, copied));
          }
          for (Pack.Item item : pack.items()) {
            if (keys.contains(item.key())) {
              places.remove(item.key().value());
            }
          }
          disk.delete(pack.in(root));
        });
  }

  /**
   * Gives a part a pack's name in place of its own, makes that durable, and only then lets readers
   * see it. A link never replaces the pack of somebody who had that name first, as a move may.
   */
  private void show(Path part, Pack pack) throws IOException {
    disk.link(part, pack.in(root));
    disk.delete(part);
    disk.syncNames(root);
    for (Pack.Item item : pack.items()) {
      places.put(item.key().value(), new Place(pack, item));
    }
  }

  /** Copies some items to a durable part, and tells where they are in it. */
  private List<Pack.Item> copied(Path from, List<Pack.Item> items, Path to) throws IOException {
    List<Pack.Item> copied = new ArrayList<>(items.size());
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long end = 0;
      for (Pack.Item item : items) {
        copied.add(item.movedTo(end));
        Pack.copy(in, item.offset(), item.length(), out, end);
        end += item.length();
      }
      Pack.finish(out, copied, end);
      disk.sync(to, out);
      return copied;
    } catch (Throwable e) {
      disk.delete(to);
      throw e;
    }
  }

  /** Steps on the disk, and in memory what follows from them. */
  private interface Step {
    void run() throws IOException;
  }

  /**
   * Runs steps of which, if they fail, nobody knows how far they went. That is so of errors too: a
   * pack that has its name but not all its places would let a key be stored a second time.
   */
  private void unsure(Step step) {
    try {
      step.run();
    } catch (Throwable e) {
      failure = e;
      throw refusal(e);
    }
  }

  private ContentDurabilityException refusal(Throwable cause) {
    return new ContentDurabilityException(
        name() + " takes no more changes after " + cause + "; check the disk and open it again",
        cause);
  }

  private void change(Callable<Void> change) {
    await(() -> run(change));
  }

  /** Waits until the thread that makes the changes has done something. */
  private void await(Runnable task) {
    try {
      CompletableFuture.runAsync(task, changes).join();
    } catch (RejectedExecutionException e) {
      throw new ContentException(name() + " is closed; open it again", e);
    } catch (CompletionException e) {
      throw e.getCause() instanceof ContentException known
          ? known
          : new ContentException(
              name() + ": a change failed: " + e.getCause() + "; it can be repeated", e.getCause());
    }
  }

  /** A change that comes here behind {@link #unlock()} would be made without the lock. */
  private void run(Callable<Void> change) {
    requireOpen();
    Throwable before = failure;
    if (before != null) {
      throw refusal(before);
    }
    try {
      change.call();
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  /** Lets the change that is under way end, gives up the lock, and refuses everything else. */
  synchronized void close() {
    if (!closed) {
      closed = true;
      try {
        await(this::unlock);
      } finally {
        changes.shutdown();
      }
    }
  }

  private void unlock() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new ContentException(name() + ": cannot give up the lock: " + e, e);
    } finally {
      OPEN.remove(root);
    }
  }
}
