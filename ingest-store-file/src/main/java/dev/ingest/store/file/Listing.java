package dev.ingest.store.file;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One page of a listing: walks the directories in key order, see {@link Layout}. */
final class Listing {

  private final Volume volume;
  private final Windows windows;
  private final ContentPrefix prefix;
  private final int limit;
  private final List<ContentStat> entries = new ArrayList<>();

  Listing(Volume volume, Windows windows, ContentPrefix prefix, int limit) {
    this.volume = volume;
    this.windows = windows;
    this.prefix = prefix;
    this.limit = limit;
  }

  ContentPage page(Optional<ContentKey> after) throws IOException {
    String rest = "";
    if (after.isPresent()) {
      if (prefix.covers(after.get())) {
        rest = prefix.relative(after.get());
      } else if (after.get().value().compareTo(prefix.value() + "/") > 0) {
        return new ContentPage(List.of(), false);
      }
    }
    boolean more = !walk(volume.layout.directory(prefix), prefix.value(), rest);
    return new ContentPage(entries, more);
  }

  /**
   * Adds the keys of one directory that come after the rest of a key; false if the page was full
   * before the last of them.
   */
  private boolean walk(Path directory, String parts, String rest) throws IOException {
    int slash = rest.indexOf('/');
    String after = rest;
    if (slash >= 0) {
      String part = rest.substring(0, slash);
      if (!walk(directory.resolve(part), parts + "/" + part, rest.substring(slash + 1))) {
        return false;
      }
      after = part + "/";
    }
    boolean complete = false;
    while (!complete) {
      Windows.Window window = windows.read(directory, after);
      for (String sortKey : window.sortKeys()) {
        if (!visit(directory, parts, sortKey)) {
          return false;
        }
        after = sortKey;
      }
      complete = window.complete();
    }
    return true;
  }

  private static ContentKey key(Path directory, String value) throws IOException {
    try {
      return new ContentKey(value);
    } catch (InvalidValueException e) {
      throw new IOException("foreign files in " + directory + "; move them out", e);
    }
  }

  private boolean visit(Path directory, String parts, String sortKey) throws IOException {
    if (sortKey.endsWith("/")) {
      String part = sortKey.substring(0, sortKey.length() - 1);
      return walk(directory.resolve(part), parts + "/" + part, "");
    }
    if (entries.size() == limit) {
      return false;
    }
    ContentKey key = key(directory, parts + "/" + sortKey);
    volume
        .lookUp(key)
        .ifPresent(found -> entries.add(new ContentStat(key, found.size(), Optional.empty())));
    return true;
  }
}
