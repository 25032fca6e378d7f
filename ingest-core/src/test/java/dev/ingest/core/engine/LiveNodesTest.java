package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.KnownNode;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which nodes are alive, by their beats, by the ledger's clock and by one's own. */
final class LiveNodesTest {

  private static final Duration LIVE = Duration.ofSeconds(30);

  private final Bench bench = new Bench();
  private long nanos = 5;
  private final LiveNodes nodes = new LiveNodes(bench.ledger, () -> nanos);

  private void write(String name, Instant started, Instant beat, long beats) {
    NodeRecord node =
        new NodeRecord(new NodeId(name), "v1", started, beat, beats, false, List.of());
    ControlRecord.Key key = NodeRecord.key(node.node());
    long version = bench.ledger.controls().read(key).map(ControlRecord::version).orElse(0L);
    ControlRecord record = node.format(RecordBody.of(key)).record(version + 1);
    assertTrue(bench.ledger.controls().write(record).isApplied());
  }

  private void beat(Instant beat, long beats) {
    write("node-1", Bench.START, beat, beats);
  }

  private boolean isLive() {
    return nodes.read().get(0).isLive();
  }

  private void advance(Duration by) {
    nanos += by.toNanos();
  }

  @Test
  void nodeThatIsSeenFirst_isAliveByTheLedgersClock() {
    beat(bench.time.instant().minus(LIVE).plusMillis(1), 1);
    assertTrue(isLive());
    beat(bench.time.instant().minus(LIVE), 1);
    assertEquals(false, new LiveNodes(bench.ledger, () -> nanos).read().get(0).isLive());
  }

  @Test
  void nodeWhoseBeatStandsStill_isDeadWhateverTheClockSays() {
    beat(bench.time.instant(), 1);
    assertTrue(isLive());
    advance(LIVE.minusNanos(1));
    assertTrue(isLive());
    advance(Duration.ofNanos(1));
    assertEquals(false, isLive());
    beat(bench.time.instant(), 2);
    assertTrue(isLive());
  }

  @Test
  void nodeThatBeatsSince_isAliveThoughTheClockIsAhead() {
    Instant longAgo = bench.time.instant().minus(Duration.ofHours(1));
    beat(longAgo, 1);
    assertEquals(false, isLive());
    beat(longAgo, 2);
    assertTrue(isLive());
    advance(LIVE.minusNanos(1));
    assertTrue(isLive());
    advance(Duration.ofNanos(1));
    assertEquals(false, isLive());
  }

  @Test
  void nodeThatStartedAnew_isAliveWithTheSameNumberOfBeats() {
    Instant before = bench.time.instant().minus(Duration.ofHours(1));
    beat(before, 1);
    assertEquals(false, isLive());
    write("node-1", before.plusSeconds(1), before, 1);
    assertTrue(isLive());
  }

  @Test
  void nodes_comeInTheOrderOfTheirNamesOverPages() {
    for (int i = 150; i >= 100; i--) {
      write("a-" + i, Bench.START, bench.time.instant(), 1);
      write("b-" + i, Bench.START, bench.time.instant(), 1);
    }
    List<NodeId> ids = nodes.read().stream().map(KnownNode::id).toList();
    assertEquals(102, ids.size());
    assertEquals(ids.stream().sorted().toList(), ids);
  }

  @Test
  void moreRecordsThanAreRead_areAnError() {
    for (int i = 0; i < 200; i++) {
      write("node-" + i, Bench.START, Bench.START, 1);
    }
    assertEquals(200, LiveNodes.all(bench.ledger, NodeRecord.KIND, 201).size());
    LedgerException failed =
        assertThrows(
            LedgerException.class, () -> LiveNodes.all(bench.ledger, NodeRecord.KIND, 200));
    assertTrue(
        String.valueOf(failed.getMessage()).contains("has 200 records of kind node or more"));
  }
}
