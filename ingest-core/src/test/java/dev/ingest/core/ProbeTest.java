package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a probe does but pass: nothing is published, and somebody is told. */
@Timeout(120)
final class ProbeTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride");
  private static final Duration SHORT = Duration.ofMillis(100);

  private final InMemoryLedger ledger =
      new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1));
  private final InMemoryContent content = new InMemoryContent();

  /** How a probe answers. */
  private interface Reply {
    Verdict to(Evidence evidence) throws Exception;
  }

  private record Named(String name, Duration timeLimit, Reply reply) implements Probe {
    @Override
    public Verdict check(Evidence evidence) throws Exception {
      return reply.to(evidence);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @NullUnmarked
  static Stream<Named> probesThatDoNotPass() {
    CountDownLatch never = new CountDownLatch(1);
    return Stream.of(
        new Named("throws", SHORT, evidence -> fail(new IOException("down"))),
        new Named("breaks", SHORT, evidence -> fail(new ServiceConfigurationError("no driver"))),
        new Named("says nothing", SHORT, evidence -> null),
        new Named("has no kind", SHORT, evidence -> new Verdict(null, "")),
        new Named(null, SHORT, evidence -> Verdict.unknown("who am I")),
        new Named("does not know", SHORT, evidence -> Verdict.unknown("is rebuilt")),
        new Named(
            "hangs",
            SHORT,
            evidence -> {
              never.await(1, TimeUnit.HOURS);
              return Verdict.pass();
            }),
        new Named(
            "hangs deaf",
            SHORT,
            evidence -> {
              while (true) {
                try {
                  never.await(1, TimeUnit.HOURS);
                } catch (InterruptedException e) {
                  assertTrue(evidence.result().count() > 0);
                }
              }
            }));
  }

  private static <E extends Throwable> Verdict fail(E error) throws E {
    throw error;
  }

  @ParameterizedTest
  @MethodSource("probesThatDoNotPass")
  void probeThatDoesNotPass_isUnknownBlocksPublicationAndIsTold(Named probe) throws IOException {
    try (Ingest ingest = engine(probe)) {
      ingest.start();
      ingest.submit(RIDE, upload -> upload.add(ItemName.of("a"), new byte[] {1}));
      assertTrue(ingest.runUntilIdle());
      Entry entry = ingest.find(RIDE).orElseThrow();
      assertEquals(State.FAILED, entry.state());
      assertEquals("EXPECTATION_UNKNOWN", entry.standing().failure().orElseThrow().code());
      assertTrue(ingest.result(RIDE).isEmpty());
      assertEquals(
          List.of("VERIFICATION_UNKNOWN", "SEQUENCE_FAILED"),
          ledger.pendingAlerts().stream().map(row -> row.group().code()).toList());
    }
  }

  @Test
  void hangingProbe_holdsUpNoOtherPipelineAndIsSaidSo() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    Named hanging =
        new Named(
            "index",
            SHORT,
            evidence -> {
              while (true) {
                try {
                  end.await();
                  return Verdict.pass();
                } catch (InterruptedException e) {
                  assertEquals(1, end.getCount());
                }
              }
            });
    try (Ingest ingest = engine(hanging)) {
      ingest.start();
      for (int i = 0; i < 6; i++) {
        ingest.submit(
            SequenceKey.of("alice", "ride-" + i),
            upload -> upload.add(ItemName.of("a"), new byte[] {1}));
      }
      assertTrue(ingest.runUntilIdle());
      String told =
          ledger.pendingAlerts().stream()
              .map(row -> row.message())
              .filter(message -> message.contains("probe index: no answer within 100 ms"))
              .findFirst()
              .orElseThrow();
      assertTrue(told.contains("interrupted"), told);
    } finally {
      end.countDown();
    }
  }

  @Test
  void timeOutOfBounds_isRefusedWhenThePipelineIsBuilt() {
    for (Duration limit : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofHours(1))) {
      Pipeline.Builder builder = pipeline(new Named("p", limit, evidence -> Verdict.pass()));
      assertThrows(IllegalStateException.class, builder::build);
    }
  }

  private Ingest engine(Probe probe) {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .pipeline(pipeline(probe).build())
        .work(
            new WorkPolicy(
                Duration.ofSeconds(30), 2, Duration.ofMillis(1), Duration.ofMillis(1), 2))
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .withoutWatch()
        .allowVolatileStores()
        .build();
  }

  private static Pipeline.Builder pipeline(Probe probe) {
    return Pipeline.named("p").stage(Stage.copy()).expect(Expectation.onePerItem()).probe(probe);
  }
}
