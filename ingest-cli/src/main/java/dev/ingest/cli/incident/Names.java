package dev.ingest.cli.incident;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Names sequences, a line per owner. */
final class Names {

  private Names() {}

  static List<String> byOwner(Collection<SequenceKey> keys) {
    Map<OwnerId, List<String>> owners = new TreeMap<>();
    new TreeSet<>(keys)
        .forEach(
            key ->
                owners
                    .computeIfAbsent(key.owner(), none -> new ArrayList<>())
                    .add(key.id().value()));
    List<String> lines = new ArrayList<>();
    owners.forEach(
        (owner, ids) ->
            lines.add("    %-6s %2d: %s".formatted(owner, ids.size(), String.join(" ", ids))));
    return lines;
  }
}
