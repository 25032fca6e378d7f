package dev.ingest.core.engine;

import dev.ingest.core.KnownNode;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads which nodes live and what they can run.
 *
 * <p>A node lives if it has beaten within the last {@link #LIVE}. Beats are by the ledger's clock,
 * and one that is set must not make nodes die or live on: whoever reads again and again also goes
 * by what it sees itself, in its monotonic time. A node that was seen to beat anew within {@link
 * #LIVE} lives, and one that was not seen to for as long does not, whatever the clock says. For one
 * thread.
 */
final class LiveNodes {

  /** How old the last beat of a node that lives can be: three times what is between two beats. */
  static final Duration LIVE = Duration.ofSeconds(30);

  /** The most records that are read. */
  static final int MAX_NODES = 10_000;

  /** Records are large where a node has many stages. */
  private static final int PAGE = 100;

  private final LedgerStore ledger;
  private final LongSupplier elapsed;
  private Map<String, Sight> seen = Map.of();
  private Map<String, KnownNode.Part> parts = Map.of();

  LiveNodes(LedgerStore ledger, LongSupplier elapsed) {
    this.ledger = ledger;
    this.elapsed = elapsed;
  }

  /** A beat as it was seen: since when, and whether it was seen to follow another. */
  private record Sight(Instant started, long beats, long since, boolean isAnew) {}

  /**
   * Reads all nodes.
   *
   * @return the nodes that did not end in order, in the order of their ids
   * @throws LedgerException if there are more than {@value #MAX_NODES}
   * @throws IllegalStateException if a record has another form
   */
  List<KnownNode> read() {
    long now = elapsed.getAsLong();
    Instant time = ledger.ledger().now();
    Map<String, Sight> next = new HashMap<>();
    Map<String, KnownNode.Part> nextParts = new HashMap<>();
    List<KnownNode> nodes = new ArrayList<>();
    for (ControlRecord record : all(ledger, NodeRecord.KIND, MAX_NODES)) {
      NodeRecord node = NodeRecord.parse(record, parts, nextParts);
      Sight sight = sight(seen.get(record.key().name()), node, now);
      next.put(record.key().name(), sight);
      nodes.add(node.known(isLive(node, sight, time, now)));
    }
    seen = next;
    parts = nextParts;
    nodes.sort(Comparator.comparing(KnownNode::id));
    return nodes;
  }

  private static Sight sight(@Nullable Sight last, NodeRecord node, long now) {
    if (last == null) {
      return new Sight(node.started(), node.beats(), now, false);
    }
    return last.beats() == node.beats() && last.started().equals(node.started())
        ? last
        : new Sight(node.started(), node.beats(), now, true);
  }

  private static boolean isLive(NodeRecord node, Sight sight, Instant time, long now) {
    boolean isLately = now - sight.since() < LIVE.toNanos();
    boolean isYoung = Duration.between(node.beat(), time).compareTo(LIVE) < 0;
    return isLately && (isYoung || sight.isAnew());
  }

  /**
   * Reads all records of a kind, page by page.
   *
   * @throws LedgerException if there are more than expected
   */
  static List<ControlRecord> all(LedgerStore ledger, String kind, int most) {
    List<ControlRecord> all = new ArrayList<>();
    String after = "";
    while (true) {
      List<ControlRecord> page = ledger.controls().list(kind, after, PAGE);
      all.addAll(page);
      if (page.size() < PAGE) {
        return all;
      }
      if (all.size() >= most) {
        throw new LedgerException(
            "%s has %d records of kind %s or more, expected fewer than %d: find out which processes"
                    .formatted(ledger.name(), all.size(), kind, most)
                + " start again and again; they are deleted an hour or two after their last"
                + " change");
      }
      after = page.get(page.size() - 1).key().name();
    }
  }
}
