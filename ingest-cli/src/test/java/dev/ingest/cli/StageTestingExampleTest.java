package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.RunningTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page on testing stages and pipelines shows these tests. */
@Timeout(60)
final class StageTestingExampleTest {

  private static final Path PAGE = Path.of("../docs/guide/testing-pipelines.md");
  private static final Path SOURCE =
      Path.of("src/test/java/dev/ingest/cli/StageTestingExampleTest.java");

  // Page begins
  private final SequenceKey ride = SequenceKey.of("alice", "ride-1");
  private final RunningTime time = new RunningTime(InstantSource.system());
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final InMemoryContent content = new InMemoryContent();

  /** How many calls of the other system fail before one succeeds. */
  private final AtomicInteger outages = new AtomicInteger();

  private Pipeline captions() {
    Stage caption =
        Stage.perItem(
            "caption",
            1,
            (item, context) -> {
              if (outages.getAndDecrement() > 0) {
                throw new IOException("the other system does not answer");
              }
              try (InputStream in = item.open()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                if (text.isBlank()) {
                  throw new PermanentStageException("there is nothing to read in " + item.name());
                }
                byte[] done = text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
                context.emit(item.name(), new ByteArrayInputStream(done));
              }
            });
    return Pipeline.named("captions").stage(caption).expect(Expectation.onePerItem()).build();
  }

  private IngestBuilder engine() {
    Duration moment = Duration.ofMillis(1);
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .pipeline(captions())
        .limits(new IntakeLimits(100, 1 << 20, 1 << 24, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .work(new WorkPolicy(Duration.ofSeconds(30), 3, moment, moment, 4))
        .allowVolatileStores();
  }

  private void submit(Ingest ingest, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ingest.submit(ride, upload -> upload.add(ItemName.of("note.txt"), bytes));
  }

  // Page ends

  // Page begins
  @Test
  void note_isPublishedInCapitals() throws IOException {
    try (Ingest ingest = engine().withoutWatch().build()) {
      submit(ingest, "up the hill");

      assertTrue(ingest.runUntilIdle());

      assertEquals(State.VERIFIED, ingest.find(ride).orElseThrow().state());
      try (InputStream in =
          ingest.result(ride).orElseThrow().open(ItemName.of("note.txt")).orElseThrow()) {
        assertEquals("UP THE HILL", new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  // Page ends

  // Page begins
  @Test
  void attemptThatFails_isMadeAgain() throws IOException {
    outages.set(2);
    try (Ingest ingest = engine().withoutWatch().build()) {
      submit(ingest, "up the hill");

      assertTrue(ingest.runUntilIdle());

      assertEquals(State.VERIFIED, ingest.find(ride).orElseThrow().state());
    }
  }

  @Test
  void outageLongerThanThreeAttempts_failsUntilItIsRedriven() throws IOException {
    outages.set(3);
    try (Ingest ingest = engine().withoutWatch().build()) {
      submit(ingest, "up the hill");
      assertTrue(ingest.runUntilIdle());

      Entry failed = ingest.find(ride).orElseThrow();
      assertEquals(State.FAILED, failed.state());
      assertTrue(failed.standing().failure().orElseThrow().message().contains("does not answer"));
      assertTrue(ingest.result(ride).isEmpty());

      ingest.acts("carol", "the other system is back").redrive(ride);
      assertTrue(ingest.runUntilIdle());
      assertEquals(State.VERIFIED, ingest.find(ride).orElseThrow().state());
    }
  }

  @Test
  void emptyNote_failsAtOnce() throws IOException {
    try (Ingest ingest = engine().withoutWatch().build()) {
      submit(ingest, " ");

      assertTrue(ingest.runUntilIdle());

      assertEquals(State.FAILED, ingest.find(ride).orElseThrow().state());
      assertEquals(-1, outages.get(), "attempts beyond the first");
    }
  }

  // Page ends

  // Page begins
  @Test
  void noteThatIsLate_isToldOf() throws IOException {
    try (Ingest ingest = engine().withoutWatch().build()) {
      submit(ingest, "up the hill");

      time.advance(TimePolicy.DEFAULT.target().plusSeconds(1));

      assertEquals(1, ingest.outlook().lateness(100).overdue());
      assertTrue(ingest.runUntilIdle());
      assertEquals(0, ingest.outlook().lateness(100).overdue());
    }
    assertEquals(
        List.of("SEQUENCE_OVERDUE", "SEQUENCE_RECOVERED"),
        ledger.pendingAlerts().stream().map(alert -> alert.group().code()).toList());
  }

  // Page ends

  // Page begins
  @Test
  void noteThatHasExpired_keepsItsResult() throws IOException {
    try (Ingest ingest = engine().withoutWatch().build()) {
      submit(ingest, "up the hill");
      assertTrue(ingest.runUntilIdle());
      time.advance(TimePolicy.DEFAULT.timeToLive().plus(ExpiryPolicy.DEFAULT.grace()));
      ingest.acts("carol", "this test moved the time").confirmTime();
    }
    try (Ingest ingest = engine().build()) {
      assertTrue(ingest.runUntilIdle());

      assertEquals(State.EXPIRED, ingest.find(ride).orElseThrow().state());
      assertTrue(ingest.result(ride).isPresent());
    }
  }

  // Page ends

  @Test
  void examples_areThoseOnThePage() throws IOException {
    assertEquals(
        blocks(Files.readString(SOURCE), "// Page begins\n(.*?)// Page " + "ends"),
        blocks(Files.readString(PAGE), "```java\n(.*?)```"));
  }

  /** Without white space, which a page sets by its own width. */
  private static List<String> blocks(String text, String pattern) {
    return Pattern.compile(pattern, Pattern.DOTALL)
        .matcher(text)
        .results()
        .map(block -> block.group(1).replaceAll("\\s+", ""))
        .toList();
  }
}
