package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.KnownNode;
import dev.ingest.spi.Digest;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node says of itself comes back as it was, or is refused. */
final class NodeRecordTest {

  private static final PipelineRef PHOTOS = new PipelineRef("photos", Digest.ofUtf8("plan"));

  private static NodeRecord of(KnownNode.Part... work) {
    return new NodeRecord(
        new NodeId("node-1"),
        "v1",
        Bench.START,
        Bench.START.plusSeconds(5),
        3,
        true,
        List.of(work));
  }

  private static ControlRecord record(NodeRecord node) {
    return node.format(RecordBody.of(NodeRecord.key(node.node()))).record(1);
  }

  private static NodeRecord parsed(ControlRecord record) {
    return NodeRecord.parse(record, Map.of(), new HashMap<>());
  }

  private static ControlRecord changed(String from, String to) {
    StageRef stage = new StageRef("resize", 2);
    ControlRecord whole = record(of(new KnownNode.Part(PHOTOS, List.of(stage), true)));
    assertTrue(whole.body().contains(from), whole::body);
    return new ControlRecord(whole.key(), 1, whole.body().replace(from, to));
  }

  @Test
  void record_comesBackAsItWas() {
    StageRef stage = new StageRef("resize", 2);
    NodeRecord node =
        of(
            new KnownNode.Part(PHOTOS, List.of(stage), true),
            new KnownNode.Part(
                new PipelineRef("movies", Digest.ofUtf8("other")), List.of(), false));
    assertEquals(node, parsed(record(node)));
    assertEquals(
        new KnownNode(
            node.node(), "v1", Bench.START, Bench.START.plusSeconds(5), true, true, node.work()),
        node.known(true));
  }

  @Test
  void manyStages_areOnSeveralLinesOfBoundedLength() {
    List<StageRef> stages =
        IntStream.range(100, 400).mapToObj(i -> new StageRef("stage-" + i, 1)).toList();
    NodeRecord node = of(new KnownNode.Part(PHOTOS, stages, true));
    ControlRecord record = record(node);
    assertEquals(node, parsed(record));
    List<String> lines =
        record.body().lines().filter(line -> line.matches("part-[0-9]+=.*")).toList();
    int longest = lines.stream().mapToInt(line -> line.split("=", 2)[1].length()).max().orElse(0);
    assertTrue(longest > 800 && longest <= 1_000, "longest line of " + longest);
    // All lines but the last are filled before another one begins.
    assertTrue(lines.size() <= 300 * 12 / 800 + 2, lines.size() + " lines");
  }

  @ParameterizedTest
  @CsvSource({
    "' verify ', ' verity '",
    "' verify ', ' '",
    "' verify ', ' verify - '",
    "resize@2, resize",
    "resize@2, resize@x",
    "draining=1, draining=2",
    "draining=1, draining=yes",
    "parts=1, parts=2",
    "beats=3, beats=many"
  })
  void recordOfAnotherForm_isRefused(String from, String to) {
    assertThrows(IllegalStateException.class, () -> parsed(changed(from, to)));
  }

  @Test
  void nodeThatDoesNotDrainOrVerify_saysSo() {
    NodeRecord node = parsed(changed("draining=1", "draining=0"));
    assertEquals(false, node.draining());
    assertEquals(false, parsed(changed(" verify ", " - ")).work().get(0).verifies());
  }
}
