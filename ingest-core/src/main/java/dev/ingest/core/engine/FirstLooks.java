package dev.ingest.core.engine;

import dev.ingest.core.Route;
import dev.ingest.core.Route.Branch;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what was counted at the first look at a split, so that whoever takes over goes on with it:
 * the sums of each pipeline in a control record, and the counts of each owner in others beside it,
 * {@value #MAX_OWNERS} owners at most. Of more there is no first look where a route is sticky by
 * owner, and that of the sums elsewhere.
 *
 * <p>Owner by owner, since one that failed before and is redriven makes the count less: of the sums
 * it would hide one that fails anew, of whomever.
 *
 * <p>Those are written first and name the look that they are of, so that a look whose owners were
 * replaced by another's counts as none, and one begins anew. For one thread.
 */
final class FirstLooks {

  /** The kind of the records of first looks. */
  static final String KIND = "route-base";

  /** The kind of the records of their owners. */
  static final String OWNERS = "route-base-owners";

  static final int MAX_OWNERS = 100_000;

  private static final int LINE = 900;
  private static final int LINES = 60;
  private static final int RADIX = 36;
  private static final String NONE = "none";

  private final Node node;
  private final Map<String, Look> known = new HashMap<>();

  FirstLooks(Node node) {
    this.node = node;
  }

  /**
   * A first look.
   *
   * @param set which it is
   * @param sums of each pipeline
   * @param owners of each pipeline by the number of the owner; empty if only the sums were kept
   */
  record Look(
      String set, Map<String, OwnEnds> sums, Optional<Map<String, Map<Long, OwnEnds>>> owners) {

    /** What was counted since; of the sums as if they were of one owner. */
    Map<String, Map<Long, OwnEnds>> since(Map<String, Map<Long, OwnEnds>> read) {
      Map<String, Map<Long, OwnEnds>> since = new HashMap<>();
      read.forEach((pipeline, now) -> since.put(pipeline, since(pipeline, now)));
      return since;
    }

    private Map<Long, OwnEnds> since(String pipeline, Map<Long, OwnEnds> now) {
      Map<Long, OwnEnds> since = new HashMap<>();
      if (owners.isEmpty()) {
        OwnEnds before = sums.getOrDefault(pipeline, OwnEnds.NONE);
        since.put(0L, OwnEnds.sum(now).since(before));
        return since;
      }
      Map<Long, OwnEnds> before = owners.get().getOrDefault(pipeline, Map.of());
      now.forEach(
          (owner, own) -> since.put(owner, own.since(before.getOrDefault(owner, OwnEnds.NONE))));
      return since;
    }
  }

  /**
   * Returns the first look at a route's split, which this one is if none was kept.
   *
   * @return the look; empty if there were more owners then than can be kept
   * @throws IncompleteTickException if this one is the first and was not kept
   */
  Optional<Look> of(Route route, Map<String, Map<Long, OwnEnds>> read) {
    ControlRecord.Key key = new ControlRecord.Key(KIND, route.name());
    Optional<ControlRecord> stored = node.ledger().controls().read(key);
    Optional<RecordBody> body =
        stored
            .map(RecordBody::parse)
            .filter(kept -> kept.time("since").equals(route.split().since()));
    boolean isByOwner = route.split().sticky() == Route.Sticky.OWNER;
    if (body.isPresent() && body.get().find("set").equals(Optional.of(NONE))) {
      return Optional.empty();
    }
    Optional<Look> kept = body.flatMap(found -> parse(route, found, isByOwner));
    if (kept.isPresent()) {
      known.put(route.name(), kept.get());
      return kept;
    }
    long version = stored.map(ControlRecord::version).orElse(0L);
    Optional<Look> next = keep(route, read, isByOwner, version);
    next.ifPresent(look -> known.put(route.name(), look));
    return next;
  }

  private Optional<Look> parse(Route route, RecordBody body, boolean isByOwner) {
    Map<String, OwnEnds> sums = new HashMap<>();
    for (Branch branch : route.split().branches()) {
      sums.put(
          branch.name(),
          new OwnEnds(
              body.number("well." + branch.name()), body.number("failed." + branch.name()), 0));
    }
    Optional<String> set = body.find("set");
    if (!isByOwner && set.isEmpty()) {
      return Optional.of(new Look("", sums, Optional.empty()));
    }
    Look last = known.get(route.name());
    if (last != null && set.equals(Optional.of(last.set()))) {
      return Optional.of(last);
    }
    // A record of an earlier release has the sums alone.
    return set.flatMap(name -> owners(route, name, body.count("records")))
        .map(owners -> new Look(set.get(), sums, Optional.of(owners)));
  }

  private Optional<Map<String, Map<Long, OwnEnds>>> owners(Route route, String set, int records) {
    Map<String, Map<Long, OwnEnds>> owners = new HashMap<>();
    for (int number = 0; number < records; number++) {
      Optional<RecordBody> body =
          node.ledger().controls().read(key(route, number)).map(RecordBody::parse);
      if (body.filter(found -> found.text("set").equals(set)).isEmpty()) {
        return Optional.empty();
      }
      for (int line = 0; line < body.get().count("lines"); line++) {
        for (String word : body.get().text("line." + line).split(" ", -1)) {
          put(owners, route, key(route, number), word);
        }
      }
    }
    return Optional.of(owners);
  }

  private static void put(
      Map<String, Map<Long, OwnEnds>> owners, Route route, ControlRecord.Key key, String word) {
    try {
      String[] parts = word.split("/", -1);
      Branch branch = route.split().branches().get(Integer.parseInt(parts[0]));
      owners
          .computeIfAbsent(branch.name(), name -> new HashMap<>())
          .put(
              Long.parseUnsignedLong(parts[1], RADIX),
              new OwnEnds(Long.parseLong(parts[2]), Long.parseLong(parts[3]), 0));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalStateException(
          "control record %s/%s has \"%s\" where an owner's counts were written; set the route anew"
              .formatted(key.kind(), key.name(), word),
          e);
    }
  }

  private Optional<Look> keep(
      Route route, Map<String, Map<Long, OwnEnds>> read, boolean isByOwner, long version) {
    Map<String, OwnEnds> sums = new HashMap<>();
    read.forEach((pipeline, owners) -> sums.put(pipeline, OwnEnds.sum(owners)));
    RecordBody body =
        RecordBody.of(new ControlRecord.Key(KIND, route.name()))
            .with("since", route.split().since());
    for (Branch branch : route.split().branches()) {
      OwnEnds sum = sums.getOrDefault(branch.name(), OwnEnds.NONE);
      body =
          body.with("well." + branch.name(), sum.well())
              .with("failed." + branch.name(), sum.failed())
              .with("overdue." + branch.name(), 0);
    }
    if (read.values().stream().mapToInt(Map::size).sum() > MAX_OWNERS) {
      write((isByOwner ? body.with("set", NONE) : body).record(version + 1), route);
      return isByOwner ? Optional.empty() : Optional.of(new Look("", sums, Optional.empty()));
    }
    String set = "%016x".formatted(node.seams().randomBits().getAsLong());
    int records = keepOwners(route, set, lines(route, read));
    write(body.with("set", set).with("records", records).record(version + 1), route);
    return Optional.of(new Look(set, sums, Optional.of(read)));
  }

  private static List<String> lines(Route route, Map<String, Map<Long, OwnEnds>> read) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < route.split().branches().size(); i++) {
      Map<Long, OwnEnds> owners =
          read.getOrDefault(route.split().branches().get(i).name(), Map.of());
      for (Map.Entry<Long, OwnEnds> owner : owners.entrySet()) {
        if (owner.getValue().equals(OwnEnds.NONE)) {
          continue;
        }
        if (line.length() > LINE) {
          lines.add(line.toString());
          line.setLength(0);
        }
        line.append(line.isEmpty() ? "" : " ")
            .append(i)
            .append('/')
            .append(Long.toUnsignedString(owner.getKey(), RADIX))
            .append('/')
            .append(owner.getValue().well())
            .append('/')
            .append(owner.getValue().failed());
      }
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  private int keepOwners(Route route, String set, List<String> lines) {
    int records = 0;
    for (int from = 0; from < lines.size(); from += LINES) {
      List<String> part = lines.subList(from, Math.min(lines.size(), from + LINES));
      ControlRecord.Key key = key(route, records++);
      RecordBody body = RecordBody.of(key).with("set", set).with("lines", part.size());
      for (int line = 0; line < part.size(); line++) {
        body = body.with("line." + line, part.get(line));
      }
      long version = node.ledger().controls().read(key).map(ControlRecord::version).orElse(0L);
      write(body.record(version + 1), route);
    }
    return records;
  }

  private void write(ControlRecord record, Route route) {
    Outcome outcome = node.ledger().controls().write(record);
    if (!outcome.isApplied()) {
      throw new IncompleteTickException(
          "the first look at the split of route %s was not kept, %s; the next tick looks again"
              .formatted(route.name(), outcome));
    }
  }

  private static ControlRecord.Key key(Route route, int number) {
    return new ControlRecord.Key(
        OWNERS, String.format(Locale.ROOT, "%s.%03d", route.name(), number));
  }
}
