package dev.ingest.testkit.s3;

import dev.ingest.testkit.s3.S3Fault.StaleListing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The objects of a bucket with their versions. Every call is atomic, a conditional write together
 * with its condition. Safe for use by several threads.
 */
final class ObjectTable {

  /** How many deletions are remembered for stale listings. */
  static final int MAX_DELETED = 1_000;

  private static final Deque<Version> NONE = new ArrayDeque<>();

  private final Settings settings;
  private final Capacity capacity;

  /** Versions of a key, the newest first; never empty. */
  private final NavigableMap<String, Deque<Version>> keys = new TreeMap<>(KeyOrder.BY_BYTES);

  /** What was deleted, the latest first. */
  private final Deque<Listed> deleted = new ArrayDeque<>();

  private long sequence;

  ObjectTable(Settings settings, Capacity capacity) {
    this.settings = settings;
    this.capacity = capacity;
  }

  /**
   * What a deletion did.
   *
   * @param marker the delete marker that it left or removed, if any
   */
  record Deletion(Optional<Version> marker) {}

  synchronized Version put(String key, Content content, Condition condition) {
    condition.require(key, current(key));
    capacity.take(content.bytes().length);
    return add(key, Optional.of(content));
  }

  private Version add(String key, Optional<Content> content) {
    sequence++;
    String id = settings.keepsVersions() ? "v%016x".formatted(sequence) : Version.UNVERSIONED;
    remove(key, id);
    Version version = new Version(key, id, sequence, settings.now(), content);
    keys.computeIfAbsent(key, absent -> new ArrayDeque<>()).addFirst(version);
    return version;
  }

  synchronized Optional<Version> current(String key) {
    return newest(key).filter(Version::isObject);
  }

  private Optional<Version> newest(String key) {
    Deque<Version> versions = keys.get(key);
    return versions == null ? Optional.empty() : Optional.of(versions.getFirst());
  }

  /** Finds what a reader asks for, or refuses. */
  synchronized Version find(String key, Optional<String> id) {
    if (id.isEmpty()) {
      return current(key).orElseThrow(() -> Refusal.noSuchKey(key));
    }
    Version version =
        byId(key, id.get())
            .orElseThrow(
                () -> new Refusal(404, "NoSuchVersion", "There is no version " + id.get()));
    if (!version.isObject()) {
      throw new Refusal(405, "MethodNotAllowed", "The version is a delete marker");
    }
    return version;
  }

  private Optional<Version> byId(String key, String id) {
    return keys.getOrDefault(key, NONE).stream()
        .filter(version -> version.id().equals(id))
        .findFirst();
  }

  synchronized Deletion delete(String key, Optional<String> id) {
    if (id.isPresent()) {
      byId(key, id.get()).ifPresent(this::requireUnlocked);
      return new Deletion(remove(key, id.get()).filter(version -> !version.isObject()));
    }
    if (settings.keepsVersions()) {
      current(key).ifPresent(this::remember);
      capacity.take(0);
      return new Deletion(Optional.of(add(key, Optional.empty())));
    }
    remove(key, Version.UNVERSIONED);
    if (keys.containsKey(key)) {
      capacity.take(0);
      return new Deletion(Optional.of(add(key, Optional.empty())));
    }
    return new Deletion(Optional.empty());
  }

  private void requireUnlocked(Version version) {
    if (version.isObject() && settings.locks(version.modified())) {
      throw new Refusal(403, "AccessDenied", "The version is protected by object lock");
    }
  }

  private Optional<Version> remove(String key, String id) {
    Optional<Version> found = byId(key, id);
    found.ifPresent(
        version -> {
          Deque<Version> versions = keys.getOrDefault(key, NONE);
          versions.remove(version);
          if (versions.isEmpty()) {
            keys.remove(key);
          }
          capacity.give(version.length());
          remember(version);
        });
    return found;
  }

  private void remember(Version version) {
    if (version.isObject()) {
      deleted.addFirst(Listed.of(version));
      if (deleted.size() > MAX_DELETED) {
        deleted.removeLast();
      }
    }
  }

  /** Lists current objects with keys after one, as a listing sees them that may be behind. */
  synchronized Page<Listed> list(String prefix, String after, int max, StaleListing lag) {
    Map<String, Listed> ghosts = latestDeleted(lag.deleted());
    Set<String> omitted = newestKeys(lag.omitted());
    NavigableSet<String> names = keys.navigableKeySet();
    if (!ghosts.isEmpty()) {
      names = new TreeSet<>(names);
      names.addAll(ghosts.keySet());
    }
    List<Listed> listed = new ArrayList<>();
    for (String key : names.tailSet(first(prefix, after), true)) {
      if (!key.startsWith(prefix) || listed.size() > max) {
        break;
      }
      if (!key.equals(after) && !omitted.contains(key)) {
        current(key)
            .map(Listed::of)
            .or(() -> Optional.ofNullable(ghosts.get(key)))
            .ifPresent(listed::add);
      }
    }
    return Page.of(listed, max);
  }

  private static String first(String prefix, String after) {
    return KeyOrder.BY_BYTES.compare(prefix, after) > 0 ? prefix : after;
  }

  private Map<String, Listed> latestDeleted(int count) {
    Map<String, Listed> latest = new HashMap<>();
    for (Listed gone : deleted) {
      if (latest.size() < count && current(gone.key()).isEmpty()) {
        latest.putIfAbsent(gone.key(), gone);
      }
    }
    return latest;
  }

  private Set<String> newestKeys(int count) {
    if (count == 0) {
      return Set.of();
    }
    return keys.keySet().stream()
        .flatMap(key -> current(key).stream())
        .sorted(Comparator.comparingLong(Version::sequence).reversed())
        .limit(count)
        .map(Version::key)
        .collect(Collectors.toSet());
  }

  /** Lists all versions from a place on, the newest of a key first. */
  synchronized Page<Version> versions(String prefix, String keyMarker, String idMarker, int max) {
    List<Version> listed = new ArrayList<>();
    for (String key : keys.navigableKeySet().tailSet(first(prefix, keyMarker), true)) {
      if (!key.startsWith(prefix) || listed.size() > max) {
        break;
      }
      boolean past = !key.equals(keyMarker);
      for (Version version : keys.getOrDefault(key, NONE)) {
        if (past && listed.size() <= max) {
          listed.add(version);
        }
        past = past || (!idMarker.isEmpty() && version.id().equals(idMarker));
      }
    }
    return Page.of(listed, max);
  }

  synchronized boolean isNewest(Version version) {
    return newest(version.key()).filter(newest -> newest.equals(version)).isPresent();
  }

  /** Flips a byte of the current object, below the protocol. */
  synchronized void damage(String key, int position) {
    Version version = find(key, Optional.empty());
    byte[] bytes = version.object().bytes();
    if (position < 0 || position >= bytes.length) {
      throw new IllegalArgumentException(
          key + " has " + bytes.length + " bytes, and none at position " + position);
    }
    bytes[position] ^= 1;
  }

  /** Takes all versions of a key away, below the protocol. */
  synchronized boolean lose(String key) {
    List<Version> versions = List.copyOf(keys.getOrDefault(key, NONE));
    versions.forEach(version -> remove(key, version.id()));
    return !versions.isEmpty();
  }

  synchronized List<S3StoredVersion> stored() {
    return keys.values().stream()
        .flatMap(Deque::stream)
        .map(version -> stored(version, isNewest(version)))
        .toList();
  }

  private static S3StoredVersion stored(Version version, boolean newest) {
    return new S3StoredVersion(
        version.key(),
        version.id(),
        newest,
        !version.isObject(),
        version.length(),
        version.modified());
  }
}
