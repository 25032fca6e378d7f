package dev.ingest.store.file;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Where things lie below the root: the marker {@code ingest-content}, unfinished bytes in {@code
 * tmp}, and keys in {@code content}, where every part of a key but the last is a directory of that
 * name and the last is a file with the suffix {@value #SUFFIX}.
 *
 * <p>No part of a key contains a dot, so the key {@code a/b} (the file {@code a/b.item}) and keys
 * below {@code a/b/} (the directory {@code a/b}) never meet, and no key can climb out of {@code
 * content}. A directory's <em>sort key</em> is its part with a slash and a file's is its part
 * alone. Walked by sort keys, depth first, a tree yields its keys in ASCII order: all keys below a
 * directory share the directory's sort key as a prefix, so they form one run, and the run stands
 * where its sort key stands. That puts {@code a}, {@code a-b}, {@code a/c}, {@code a0} in this
 * order, although the directory {@code a} and the file {@code a.item} lie side by side.
 */
record Layout(Path root) {

  static final String SUFFIX = ".item";
  static final String MARKER = "ingest-content";
  static final String TEMP = "tmp";
  static final String CONTENT = "content";

  private static final int MAX_PART = 128;

  Path marker() {
    return root.resolve(MARKER);
  }

  Path temp() {
    return root.resolve(TEMP);
  }

  Path content() {
    return root.resolve(CONTENT);
  }

  Path file(ContentKey key) {
    return inside(content().resolve(key.value() + SUFFIX));
  }

  Path directory(ContentKey key) {
    return Objects.requireNonNull(file(key).getParent());
  }

  Path directory(ContentPrefix prefix) {
    return inside(content().resolve(prefix.value()));
  }

  private Path inside(Path path) {
    if (!path.startsWith(content()) || !path.equals(path.normalize())) {
      throw new IllegalStateException(path + " is not below " + content());
    }
    return path;
  }

  /** Returns the sort key of a name in a content directory, or the empty text if it is foreign. */
  static String sortKey(String name) {
    if (name.endsWith(SUFFIX)) {
      String part = name.substring(0, name.length() - SUFFIX.length());
      return isPart(part) ? part : "";
    }
    return isPart(name) ? name + "/" : "";
  }

  /** What a key allows, without a pattern: a listing asks this of every name in a directory. */
  private static boolean isPart(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
        return false;
      }
    }
    return !name.isEmpty() && name.length() <= MAX_PART;
  }

  /** Returns directories with all their ancestors up to {@code content}, the highest first. */
  List<Path> withAncestors(Collection<Path> directories) {
    Set<Path> all = new LinkedHashSet<>();
    for (Path directory : directories) {
      Path at = directory;
      while (at != null && at.startsWith(content()) && all.add(at)) {
        at = at.getParent();
      }
    }
    List<Path> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingInt(Path::getNameCount));
    return sorted;
  }
}
