package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.WatcherRecord.News;
import dev.ingest.core.engine.WatcherRecord.Stage;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who watches and what was told of it comes back as it was, or is refused. */
final class WatcherRecordTest {

  private static final NodeId ONE = new NodeId("node-1");
  private static final WatcherRecord NEW =
      WatcherRecord.expectedFrom(Bench.START, Duration.ofSeconds(10));

  private static ControlRecord stored(String body) {
    return new ControlRecord(WatcherRecord.key(Watcher.SENTINEL), 7, body);
  }

  private static WatcherRecord held() {
    return NEW.heldBy(ONE, Bench.START.plusSeconds(30), Duration.ofSeconds(20))
        .beaten(Bench.START.plusSeconds(5));
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void record_comesBackAsItWas(Stage stage) {
    News news = new News(stage, Bench.START, 4, Optional.of(new NodeId("node-2")));
    for (WatcherRecord record : new WatcherRecord[] {NEW, held(), held().withNews(news)}) {
      assertEquals(record, WatcherRecord.parse(stored(record.format())));
    }
  }

  @Test
  void changes_touchWhatTheySayAlone() {
    assertEquals(1, held().beats());
    assertEquals(Bench.START.plusSeconds(5), held().beat());
    assertEquals(Optional.of(ONE), held().holder());
    assertEquals(Duration.ofSeconds(20), held().period());
    assertEquals(
        new WatcherRecord(
            Optional.empty(),
            Instant.EPOCH,
            Bench.START.plusSeconds(5),
            1,
            Duration.ofSeconds(20),
            News.NONE),
        held().released());
  }

  @ParameterizedTest
  @CsvSource({
    "watcher 1, watcher 2, newer version",
    "beats=1, beats=01, decimal number",
    "beats=1, beats=, decimal number",
    "beats=1, beats=/, decimal number",
    "beats=1, beats=:, decimal number",
    "beats=1, beats=1234567890123456789, decimal number",
    "beats=1, beat=1, line 5",
    "period=20000, period=0, a period above zero",
    "news=none, news=NONE, a stage of telling",
    "holder=node-1, holder=a node, the id of a node"
  })
  void recordOfAnotherForm_isRefused(String from, String to, String why) {
    String body = held().format();
    assertTrue(body.contains(from), body);
    InvalidValueException refused =
        assertThrows(
            InvalidValueException.class, () -> WatcherRecord.parse(stored(body.replace(from, to))));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }

  @Test
  void recordOfAnotherLength_isRefused() {
    String body = held().format();
    for (String other :
        new String[] {body + "more=1\n", body.substring(0, body.length() - 1), body + "x"}) {
      assertThrows(InvalidValueException.class, () -> WatcherRecord.parse(stored(other)));
    }
  }

  @Test
  void longestNumberAndZero_areRead() {
    String body = held().format();
    assertEquals(
        123_456_789_012_345_678L,
        WatcherRecord.parse(stored(body.replace("beats=1\n", "beats=123456789012345678\n")))
            .beats());
    assertEquals(0, WatcherRecord.parse(stored(body.replace("beats=1\n", "beats=0\n"))).beats());
  }
}
