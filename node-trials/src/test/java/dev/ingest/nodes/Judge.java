package dev.ingest.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.PublishedResult;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares what was promised with what there is, when all nodes are done. */
final class Judge {

  private static final int STAGES = 2;
  private static final Pattern OUTPUT = Pattern.compile("/e000001-(\\d{12})-[0-9a-f]{32}");
  private static final Pattern LOST = Pattern.compile("lost=fence (\\d+) of ");

  /** What nodes that die and come back late may leave in a history. Nothing of it is a failure. */
  private static final Set<TransitionKind> POSSIBLE =
      EnumSet.of(
          TransitionKind.ACCEPTED,
          TransitionKind.LEASE_LOST,
          TransitionKind.STAGE_DONE,
          TransitionKind.STAGE_RETRIED,
          TransitionKind.VERIFIED);

  private final Cluster cluster;
  private final Map<TransitionKind, Long> kinds = new EnumMap<>(TransitionKind.class);

  private Judge(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Demands that every sequence was verified exactly once, and that nobody wrote without the lease.
   *
   * @return how many rows of each kind the histories have
   */
  static Map<TransitionKind, Long> judge(Cluster cluster) throws IOException, SQLException {
    Judge judge = new Judge(cluster);
    assertEquals(List.of(), cluster.audit().staleCommits(), "stale commits that took effect");
    assertEquals(List.of(), cluster.audit().irregularities());
    List<Entry> entries = cluster.entries(State.values());
    assertEquals(
        cluster.promises().keySet(), Set.copyOf(entries.stream().map(Entry::key).toList()));
    assertEquals(cluster.promises().size(), entries.size());
    for (Entry entry : entries) {
      judge.kept(entry);
      judge.written(entry);
      judge.readable(entry);
    }
    return judge.kinds;
  }

  /** The receipt is the one that was handed out, for the bytes that were sent. */
  private void kept(Entry entry) {
    Cluster.Promise promise = promise(entry.key());
    assertEquals(State.VERIFIED, entry.state(), entry.key().toString());
    assertEquals(promise.receipt(), entry.receipt());
    assertEquals(
        Manifest.of(List.of(item(promise.bytes()))).summary(),
        promise.receipt().manifest(),
        entry.key() + " has another root than its bytes");
    assertEquals(1, entry.run().epoch(), entry.key().toString());
  }

  /**
   * The history is whole, its fences only rise, and what a fence that was lost, or a commit that
   * ended it, left behind wrote nothing afterwards.
   */
  private void written(Entry entry) {
    List<HistoryRow> rows = cluster.ledger().history(entry.key(), 0, 1_000);
    String all = entry.key() + " has history " + rows;
    ChainHead head = ChainHead.EMPTY;
    Map<TransitionKind, Integer> counts = new EnumMap<>(TransitionKind.class);
    List<Long> fences = new ArrayList<>(List.of(0L));
    for (HistoryRow row : rows) {
      head = HistoryChain.follow(row, head).orElseThrow(() -> new AssertionError(all));
      counts.merge(row.step().kind(), 1, Integer::sum);
      kinds.merge(row.step().kind(), 1L, Long::sum);
      switch (row.step().kind()) {
        case STAGE_DONE -> fences.add(fence(OUTPUT, row));
        case LEASE_LOST -> fences.add(fence(LOST, row));
        default -> {}
      }
    }
    assertEquals(entry.chain(), head, all);
    assertTrue(POSSIBLE.containsAll(counts.keySet()), all);
    assertEquals(TransitionKind.ACCEPTED, rows.get(0).step().kind(), all);
    assertEquals(1, counts.get(TransitionKind.ACCEPTED), all);
    assertEquals(STAGES, counts.get(TransitionKind.STAGE_DONE), all);
    assertEquals(TransitionKind.VERIFIED, rows.get(rows.size() - 1).step().kind(), all);
    assertEquals(1, counts.get(TransitionKind.VERIFIED), all);
    // The verification had the last lease of all.
    fences.add(entry.position().fence());
    for (int i = 1; i < fences.size(); i++) {
      assertTrue(fences.get(i) > fences.get(i - 1), "fences " + fences + "; " + all);
    }
    assertEquals(entry.run().output(), entry.published().map(published -> published.result()), all);
  }

  /** What readers get are the bytes that were sent. */
  private void readable(Entry entry) throws IOException {
    byte[] sent = promise(entry.key()).bytes();
    PublishedResult result = cluster.ingest().result(entry.key()).orElseThrow();
    Iterator<ManifestItem> items = result.items();
    assertEquals(item(sent), items.next(), entry.key().toString());
    assertTrue(!items.hasNext(), entry.key().toString());
    try (InputStream body = result.open(Cluster.ITEM).orElseThrow()) {
      assertEquals(Digest.of(sent), Digest.of(body.readAllBytes()), entry.key().toString());
    }
  }

  private Cluster.Promise promise(SequenceKey key) {
    Cluster.Promise promise = cluster.promises().get(key);
    if (promise == null) {
      throw new AssertionError(key + " was never promised");
    }
    return promise;
  }

  private static ManifestItem item(byte[] bytes) {
    return new ManifestItem(Cluster.ITEM, bytes.length, Digest.of(bytes));
  }

  private static long fence(Pattern form, HistoryRow row) {
    Matcher matcher = form.matcher(row.note().detail());
    assertTrue(matcher.find(), () -> "no fence in " + row);
    return Long.parseLong(matcher.group(1));
  }
}
