package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What an {@link AlertOutbox} must do, its notices to owners among it. An adapter's test extends
 * this class and opens the adapter.
 */
public abstract class AlertOutboxContract extends NoticeCases {

  private static final AlertRow.Group GROUP = new AlertRow.Group("CODE", "photos", "a@1", "1.0");

  /** Called by subclasses. */
  protected AlertOutboxContract() {}

  private AlertOutbox alerts() {
    return store().alerts();
  }

  @Test
  @DisplayName("digests are numbered from 1 without gaps, and empty ones exist")
  final void seal_numbered() {
    for (long ordinal = 1; ordinal <= 5; ordinal++) {
      time.advance(Duration.ofMinutes(1));
      if (ordinal == 3) {
        raise(row(GROUP, START, "a"));
      }
      AlertDigest digest = alerts().seal();
      assertEquals(ordinal, digest.ordinal());
      assertEquals(time.instant(), digest.sealedAt());
      assertEquals(ordinal == 3 ? 1 : 0, digest.lines().size());
    }
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), unsentOrdinals(10));
  }

  @Test
  @DisplayName(
      "a digest has one line per group with count, first, last, samples in key order and a message")
  final void seal_aggregates() {
    raise(
        row(GROUP, START.plusMillis(2), "b"),
        row(GROUP, START.plusMillis(1), "a"),
        row(GROUP, START.plusMillis(3), "b"),
        new AlertRow(GROUP, START.plusMillis(2), Optional.empty(), "about nobody"));
    AlertDigest.Line line =
        new AlertDigest.Line(
            GROUP,
            4,
            START.plusMillis(1),
            START.plusMillis(3),
            List.of(key("a"), key("b")),
            "about nobody");
    assertEquals(4, alerts().pending());
    AlertDigest digest = alerts().seal();
    assertEquals(new AlertDigest(1, START, List.of(line)), digest);
    assertEquals(List.of(digest), alerts().unsent(10));
    assertEquals(0, alerts().pending());
  }

  @Test
  @DisplayName(
      "lines are in the order of code, pipeline, stage and node version, also of empty texts")
  final void seal_lineOrder() {
    List<AlertRow.Group> groups =
        List.of(
            new AlertRow.Group("A", "", "", ""),
            new AlertRow.Group("A", "", "", "v2"),
            new AlertRow.Group("A", "", "s@1", ""),
            new AlertRow.Group("A", "P", "", ""),
            new AlertRow.Group("A", "p", "", "'; DROP TABLE alert; --"),
            new AlertRow.Group("A", "p", "", "é"),
            new AlertRow.Group("A_B", "", "", ""),
            new AlertRow.Group("B", "", "", ""));
    for (int i = groups.size() - 1; i >= 0; i--) {
      raise(row(groups.get(i), START, "a"));
    }
    assertEquals(groups, alerts().seal().lines().stream().map(AlertDigest.Line::group).toList());
  }

  @Test
  @DisplayName("a line names at most 10 distinct sequences, and all of them when there are no more")
  final void seal_samples() {
    for (int i = 0; i < 25; i++) {
      raise(row(GROUP, START, String.format("k%02d", i)), row(GROUP, START, "k00"));
    }
    AlertRow.Group few = new AlertRow.Group("FEW", "", "", "");
    for (int i = 0; i < 20; i++) {
      raise(row(few, START, "k" + i % 10));
    }
    AlertDigest digest = alerts().seal();
    AlertDigest.Line line = digest.lines().get(0);
    assertEquals(50, line.count());
    assertEquals(AlertDigest.MAX_SAMPLES, line.samples().size());
    assertEquals(line.samples().stream().sorted().distinct().toList(), line.samples());
    assertEquals(
        IntStream.range(0, 10).mapToObj(i -> key("k" + i)).toList(),
        digest.lines().get(1).samples());
  }

  @Test
  @DisplayName("a line says what its row that was written last says, whatever the rows' times")
  final void seal_message() {
    AlertRow.Group other = new AlertRow.Group("OTHER", "", "", "");
    String longest = "é".repeat(AlertRow.MAX_MESSAGE);
    raise(new AlertRow(GROUP, START.plusSeconds(9), Optional.of(key("a")), "the first"));
    raise(new AlertRow(other, START, Optional.empty(), longest));
    raise(new AlertRow(GROUP, START, Optional.of(key("b")), "the last"));
    AlertDigest digest = alerts().seal();
    List<String> messages = List.of("the last", longest);
    assertEquals(messages, digest.lines().stream().map(AlertDigest.Line::message).toList());
    assertEquals(List.of(digest), alerts().unsent(10));
    raise(new AlertRow(GROUP, START, Optional.of(key("a")), ""));
    assertEquals("", alerts().seal().lines().get(0).message());
  }

  @Test
  @DisplayName("each row is in exactly one digest, and late rows join the next")
  final void seal_eachRowOnce() {
    raise(row(GROUP, START, "a"));
    assertEquals(1, countOf(alerts().seal()));
    assertEquals(0, countOf(alerts().seal()));
    raise(row(GROUP, START.minusSeconds(60), "late"));
    Entry read = accept("b");
    apply(transitions.mark(read, standing -> standing, transitions.alert("WITH_CAUSE", key("b"))));
    AlertDigest third = alerts().seal();
    assertEquals(3, third.ordinal());
    assertEquals(2, third.lines().size());
    assertEquals(START.minusSeconds(60), third.lines().get(0).first());
  }

  @Test
  @DisplayName("rows raised while digests are sealed are neither lost nor doubled")
  final void sealRace_eachRowOnce() {
    List<Long> counted =
        Race.run(
            4,
            thread ->
                () -> {
                  long count = 0;
                  for (int i = 0; i < 25; i++) {
                    if (thread == 0) {
                      count += countOf(alerts().seal());
                    } else {
                      raise(row(GROUP, START, "t" + thread), row(GROUP, START, "i" + i));
                    }
                  }
                  return count;
                });
    long last = countOf(alerts().seal());
    assertEquals(150, counted.get(0) + last);
    assertEquals(
        LongStream.rangeClosed(1, 26).boxed().toList(), unsentOrdinals(AlertOutbox.MAX_UNSENT));
  }

  @Test
  @DisplayName("acknowledged digests are no longer unsent, the others stay in order")
  final void acknowledge_unsent() {
    for (int i = 0; i < 5; i++) {
      alerts().seal();
    }
    assertApplied(alerts().acknowledge(2));
    assertApplied(alerts().acknowledge(2));
    assertApplied(alerts().acknowledge(4));
    assertEquals(List.of(1L, 3L, 5L), unsentOrdinals(10));
    assertEquals(List.of(1L, 3L), unsentOrdinals(2));
    for (long ordinal : new long[] {1, 3, 5}) {
      assertApplied(alerts().acknowledge(ordinal));
    }
    assertEquals(List.of(), unsentOrdinals(10));
    assertEquals(6, alerts().seal().ordinal());
    assertApplied(alerts().acknowledge(1));
  }

  @Test
  @DisplayName("a digest that was never sealed is ABSENT")
  final void acknowledgeUnknown_absent() {
    assertRefused(Reason.ABSENT, alerts().acknowledge(1));
    alerts().seal();
    assertRefused(Reason.ABSENT, alerts().acknowledge(2));
    assertRefused(Reason.ABSENT, alerts().acknowledge(0));
    assertRefused(Reason.ABSENT, alerts().acknowledge(-1));
    assertEquals(List.of(1L), unsentOrdinals(10));
  }

  @Test
  @DisplayName("whether rows wait is told from the first row to the digest that takes the last")
  final void hasPending_untilSealed() {
    assertFalse(alerts().hasPending());
    alerts().raise(List.of());
    assertFalse(alerts().hasPending());
    raise(row(GROUP, START, "a"), row(GROUP, START, "b"));
    assertTrue(alerts().hasPending());
    alerts().seal();
    assertFalse(alerts().hasPending());
    Entry read = accept("c");
    apply(transitions.mark(read, standing -> standing, transitions.alert("WITH_CAUSE", key("c"))));
    assertTrue(alerts().hasPending());
  }

  @Test
  @DisplayName("a flood is one line per group with the exact count, first, last and samples")
  final void sealFlood_oneLinePerGroup() {
    int groups = 3;
    int each = 2_000;
    int most = Math.min(store().capabilities().maxBatch(), 1_000);
    List<AlertRow> flood =
        IntStream.range(0, groups * each)
            .mapToObj(
                i ->
                    row(
                        new AlertRow.Group("CODE" + i % groups, "photos", "a@1", "1.0"),
                        START.plusMillis(i),
                        "k" + i % 500))
            .toList();
    for (int i = 0; i < flood.size(); i += most) {
      alerts().raise(flood.subList(i, Math.min(flood.size(), i + most)));
    }
    AlertDigest digest = alerts().seal();
    assertEquals(groups, digest.lines().size());
    for (int i = 0; i < groups; i++) {
      AlertDigest.Line line = digest.lines().get(i);
      assertEquals(each, line.count());
      assertEquals(START.plusMillis(i), line.first());
      assertEquals(START.plusMillis(groups * (each - 1L) + i), line.last());
      assertEquals(AlertDigest.MAX_SAMPLES, line.samples().size());
      assertEquals(line.samples().stream().sorted().distinct().toList(), line.samples());
    }
    assertEquals(0, alerts().pending());
    assertEquals(0, countOf(alerts().seal()));
  }

  @Test
  @DisplayName("the latest digests come newest first, acknowledged or not")
  final void latest_newestFirst() {
    assertEquals(List.of(), alerts().latest(10));
    List<AlertDigest> sealed = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      time.advance(Duration.ofMinutes(1));
      raise(row(GROUP, time.instant(), "k" + i));
      sealed.add(0, alerts().seal());
    }
    assertApplied(alerts().acknowledge(1));
    assertApplied(alerts().acknowledge(2));
    assertApplied(alerts().acknowledge(5));
    assertEquals(sealed, alerts().latest(10));
    assertEquals(sealed.subList(0, 2), alerts().latest(2));
  }

  @Test
  @DisplayName("pruning drops the oldest digests, as many as asked for, and keeps the newest")
  final void prune_oldestFirst() {
    for (int i = 1; i <= 8; i++) {
      raise(row(GROUP, START, "k" + i));
      assertApplied(alerts().acknowledge(alerts().seal().ordinal()));
    }
    assertEquals(0, alerts().prune(8, 10));
    assertEquals(0, alerts().prune(Long.MAX_VALUE, 10));
    assertEquals(2, alerts().prune(3, 2));
    assertEquals(List.of(8L, 7L, 6L, 5L, 4L, 3L), latestOrdinals());
    assertEquals(3, alerts().prune(3, 1_000));
    assertEquals(List.of(8L, 7L, 6L), latestOrdinals());
    assertEquals(1, alerts().latest(10).get(2).lines().size());
    assertApplied(alerts().acknowledge(1));
    assertEquals(2, alerts().prune(1, 1_000));
    assertEquals(0, alerts().prune(1, 1_000));
    assertEquals(List.of(8L), latestOrdinals());
    assertEquals(9, alerts().seal().ordinal());
  }

  @Test
  @DisplayName("pruning drops no digest that is not acknowledged, and none that is newer")
  final void prune_stopsAtUnsent() {
    assertEquals(0, alerts().prune(1, 10));
    for (int i = 1; i <= 6; i++) {
      alerts().seal();
    }
    assertEquals(0, alerts().prune(1, 10));
    for (long ordinal : new long[] {1, 2, 4, 5}) {
      assertApplied(alerts().acknowledge(ordinal));
    }
    assertEquals(2, alerts().prune(1, 10));
    assertEquals(List.of(6L, 5L, 4L, 3L), latestOrdinals());
    assertEquals(List.of(3L, 6L), unsentOrdinals(10));
    assertApplied(alerts().acknowledge(3));
    assertEquals(3, alerts().prune(1, 10));
    assertEquals(List.of(6L), unsentOrdinals(10));
    assertRefused(Reason.ABSENT, alerts().acknowledge(7));
  }

  @Test
  @DisplayName("what is kept of digests and how many are dropped has bounds")
  final void pruneLimits_refused() {
    for (int limit : new int[] {-1, 0, AlertOutbox.MAX_UNSENT + 1}) {
      assertThrows(InvalidValueException.class, () -> alerts().latest(limit));
      assertThrows(InvalidValueException.class, () -> alerts().prune(1, limit));
    }
    assertThrows(InvalidValueException.class, () -> alerts().prune(0, 1));
    assertThrows(InvalidValueException.class, () -> alerts().prune(-1, 1));
  }

  @Test
  @DisplayName("a batch of alerts may be empty, as large as declared, and no larger")
  final void raiseBatch_enforced() {
    alerts().raise(List.of());
    int most = Math.min(store().capabilities().maxBatch(), 1_000);
    alerts().raise(Collections.nCopies(most, row(GROUP, START, "a")));
    assertEquals(most, alerts().pending());
    if (most == store().capabilities().maxBatch()) {
      List<AlertRow> tooMany = Collections.nCopies(most + 1, row(GROUP, START, "a"));
      assertThrows(InvalidValueException.class, () -> alerts().raise(tooMany));
    }
    assertEquals(most, countOf(alerts().seal()));
  }

  @Test
  @DisplayName("a page of unsent digests has 1 to 1,000")
  final void unsentLimit_refused() {
    for (int limit : new int[] {-1, 0, AlertOutbox.MAX_UNSENT + 1}) {
      assertThrows(InvalidValueException.class, () -> alerts().unsent(limit));
    }
  }

  @Test
  @DisplayName("rows, digests and acknowledgements survive a reopen of a durable ledger")
  final void reopened_kept() throws Exception {
    raise(row(GROUP, START, "a"));
    AlertDigest first = alerts().seal();
    AlertDigest second = alerts().seal();
    assertApplied(alerts().acknowledge(1));
    raise(row(GROUP, START, "b"));
    reopen();
    boolean kept = alerts().pending() == 1;
    assertTrue(kept || !store().capabilities().durable(), "a durable ledger lost an alert");
    if (kept) {
      assertEquals(List.of(second), alerts().unsent(10));
      assertEquals(3, alerts().seal().ordinal());
    }
    assertEquals(1, first.lines().size());
  }

  private void raise(AlertRow... rows) {
    alerts().raise(List.of(rows));
  }

  private static AlertRow row(AlertRow.Group group, Instant at, String id) {
    SequenceKey key = key(id);
    return new AlertRow(group, at, Optional.of(key), EntrySamples.TEXTS.get(id.length() % 8) + key);
  }

  private static long countOf(AlertDigest digest) {
    return digest.lines().stream().mapToLong(AlertDigest.Line::count).sum();
  }

  private List<Long> latestOrdinals() {
    return alerts().latest(AlertOutbox.MAX_UNSENT).stream().map(AlertDigest::ordinal).toList();
  }

  private List<Long> unsentOrdinals(int limit) {
    return alerts().unsent(limit).stream().map(AlertDigest::ordinal).toList();
  }
}
