package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A ledger with some sequences, and a console over it whose ledger can fail. */
final class Booth implements AutoCloseable {

  static final String HOST = "localhost:7";
  static final ConsoleOptions OPTIONS =
      ConsoleOptions.of(HOST).withTimes(Duration.ofSeconds(1), Duration.ofSeconds(5));

  private static final Instant START = Instant.parse("2026-03-01T10:20:00Z");

  private final long origin = System.nanoTime();
  final InMemoryLedger ledger =
      new InMemoryLedger(
          () -> START.plusNanos(System.nanoTime() - origin), IncarnationId.ofBits(3, 3));
  private final InMemoryContent content = new InMemoryContent();

  /** What becomes of each call of the ledger that the console makes. */
  volatile Fault fault = Fault.NONE;

  final FaultingLedger seen = new FaultingLedger(ledger, this::fault);
  final Ingest ingest = builder(seen).withoutWatch().build();

  private Fault fault(CallSite call) {
    return fault;
  }

  /** Begins an engine that fails sequences with what their item says after {@code bad}. */
  private IngestBuilder builder(dev.ingest.spi.ledger.LedgerStore store) {
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              try (var in = item.open()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                if (text.startsWith("bad")) {
                  throw new PermanentStageException(item.name() + ": " + text.substring(3));
                }
                context.emit(
                    item.name(), new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
              }
            });
    return Ingest.builder()
        .ledger(store)
        .content(content.access())
        .pipeline(Pipeline.named("copy").stage(stage).expect(Expectation.onePerItem()).build())
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores();
  }

  Console console(ConsoleOptions options) {
    return new Console(seen, ingest, options);
  }

  SequenceKey accepted(String owner, String id) {
    return submit(owner, id, "a", "good");
  }

  SequenceKey failed(String owner, String id, String item, String message) {
    return submit(owner, id, item, "bad" + message);
  }

  private SequenceKey submit(String owner, String id, String item, String text) {
    SequenceKey key = SequenceKey.of(owner, id);
    try {
      ingest.submit(
          key, upload -> upload.add(ItemName.of(item), text.getBytes(StandardCharsets.UTF_8)));
      return key;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has an engine do all that there is to do. */
  void work() {
    try (Ingest worker = builder(ledger).withoutWatch().build()) {
      assertTrue(worker.runUntilIdle());
    }
  }

  Entry entry(SequenceKey key) {
    return ledger.ledger().find(List.of(key)).get(0).orElseThrow();
  }

  static ConsoleRequest get(String path, String query) {
    return request("GET", path, query, Map.of("Host", HOST), "");
  }

  static ConsoleRequest request(
      String method, String path, String query, Map<String, String> headers, String body) {
    return new ConsoleRequest(
        method,
        path,
        query,
        name -> Optional.ofNullable(headers.get(name)).stream().toList(),
        Optional.empty(),
        new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }

  static String text(Reply reply) {
    return ((Reply.Whole) reply).body();
  }

  static int status(Reply reply) {
    return ((Reply.Whole) reply).status();
  }

  /** Returns a page that is there. */
  static String page(Console console, String path, String query) {
    Reply reply = console.answer(get(path, query));
    assertEquals(200, status(reply), () -> text(reply));
    return text(reply);
  }

  @Override
  public void close() {
    fault = Fault.NONE;
    ingest.close();
  }
}
