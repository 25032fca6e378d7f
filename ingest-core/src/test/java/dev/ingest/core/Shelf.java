package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A ledger on manual time, with sequences that an engine has worked on and left. */
final class Shelf {

  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

  final ManualTime time = new ManualTime(START);
  final InMemoryLedger ledger = new InMemoryLedger(this::now, IncarnationId.ofBits(3, 3));
  private volatile OptionalLong runningSince = OptionalLong.empty();
  final InMemoryContent content = new InMemoryContent();
  private long transitions;

  /** Begins an engine that fails sequences whose item says so. */
  IngestBuilder builder() {
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              try (var in = item.open()) {
                byte[] bytes = in.readAllBytes();
                if (new String(bytes, StandardCharsets.UTF_8).equals("bad")) {
                  throw new PermanentStageException("it says that it is bad");
                }
                context.emit(item.name(), new ByteArrayInputStream(bytes));
              }
            });
    return bare()
        .pipeline(Pipeline.named("copy").stage(stage).expect(Expectation.onePerItem()).build());
  }

  /** Begins an engine without a pipeline. */
  IngestBuilder bare() {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores();
  }

  SequenceKey accepted(String id) {
    return submit(id, "good");
  }

  SequenceKey verified(String id) {
    SequenceKey key = submit(id, "good");
    work();
    return key;
  }

  SequenceKey failed(String id) {
    SequenceKey key = submit(id, "bad");
    work();
    return key;
  }

  private SequenceKey submit(String id, String text) {
    SequenceKey key = SequenceKey.of("alice", id);
    try (Ingest intake = builder().withoutWatch().build()) {
      intake.submit(
          key, upload -> upload.add(ItemName.of("a"), text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return key;
  }

  private void work() {
    try (Ingest worker = builder().withoutWatch().build()) {
      untilIdle(worker);
    }
  }

  /** Lets the ledger's clock run while an engine works: what it puts off by a moment comes due. */
  void untilIdle(Ingest worker) {
    runningSince = OptionalLong.of(System.nanoTime());
    try {
      assertTrue(worker.runUntilIdle());
    } finally {
      runningSince = OptionalLong.empty();
    }
  }

  private Instant now() {
    OptionalLong since = runningSince;
    return since.isPresent()
        ? time.instant().plusNanos(System.nanoTime() - since.getAsLong())
        : time.instant();
  }

  /** Does to a sequence what one of the engine's watchers would. */
  void apply(SequenceKey key, Event event) {
    Entry entry = entry(key);
    Decision.Change change = (Decision.Change) Lifecycle.decide(entry, event, time.instant());
    transitions++;
    assertTrue(
        ledger
            .ledger()
            .commit(
                List.of(
                    HistoryChain.link(
                        change,
                        new Guard.AtVersion(entry.version()),
                        Optional.of(entry.state()),
                        TransitionId.ofBits(9, transitions),
                        time.instant(),
                        "watcher")))
            .get(0)
            .isApplied());
  }

  Entry entry(SequenceKey key) {
    return ledger.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  HistoryRow lastRow(SequenceKey key) {
    List<HistoryRow> rows = ledger.ledger().history(key, 0, 1_000);
    return rows.get(rows.size() - 1);
  }

  List<String> alertCodes() {
    return ledger.pendingAlerts().stream().map(row -> row.group().code()).toList();
  }
}
