package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine that is not built has settled nothing with its stores, and says all that is wrong. */
@Timeout(60)
final class RefusedBuildTest {

  private static final Set<String> READS = Set.of("read", "list", "now", "stat", "get");

  private final Shelf shelf = new Shelf();
  private final FaultPlan calls = new FaultPlan();

  @Test
  void sinkWhoseNameHasAnotherForm_isNamedAsOneAndNothingIsWritten() {
    String message = refusal(builder().sink(sink("PagerDuty")));
    assertTrue(message.contains("sink \"PagerDuty\""), message);
    assertTrue(message.contains("1 to 64 lower-case letters"), message);
  }

  @Test
  void sinksOfOneName_areRefusedBeforeAnythingIsWritten() {
    String message = refusal(builder().sink(sink("pager")).sink(sink("log")).sink(sink("pager")));
    assertTrue(message.contains("sinks need different names, got [pager, log, pager]"), message);
  }

  @Test
  void moreStagesThanANodeCanRegister_areRefusedBeforeAnythingIsWritten() {
    String message = refusal(builder().pipeline(large()));
    assertTrue(message.contains("split the pipelines over several services"), message);
  }

  @Test
  void all_isInOneError() {
    String message =
        refusal(
            builder()
                .pipeline(large())
                .sink(sink("Pager"))
                .sink(sink("log"))
                .sink(sink("log"))
                .longestPoll(Duration.ZERO));
    for (String part : List.of("sink \"Pager\"", "different names", "split the", "longest poll")) {
      assertTrue(message.contains(part), part + ": " + message);
    }
  }

  @Test
  void engineThatDoesNotWatch_isNotAskedForSinks() {
    IngestBuilder builder = shelf.builder().withoutWatch().sink(sink("PagerDuty"));
    try (Ingest ingest = builder.build()) {
      assertTrue(ingest.runUntilIdle());
    }
  }

  /** One that would write everything that a build can: a binding, a policy, that notices are. */
  private IngestBuilder builder() {
    return shelf
        .builder()
        .ledger(new FaultingLedger(shelf.ledger, calls))
        .expiry(ExpiryPolicy.DEFAULT.withUnproven(Unproven.DISCARD))
        .claimContent("carol", "the store was begun anew")
        .notifier(notice -> {});
  }

  private String refusal(IngestBuilder builder) {
    String message =
        String.valueOf(assertThrows(ConfigurationException.class, builder::build).getMessage());
    assertEquals(
        List.of(),
        calls.calls().stream()
            .map(CallSite::method)
            .filter(call -> !READS.contains(call))
            .toList());
    return message;
  }

  private static Pipeline large() {
    Pipeline.Builder large = Pipeline.named("large").expect(Expectation.onePerItem());
    for (int i = 0; i < 900; i++) {
      large.stage(Stage.perItem("s".repeat(60) + (100 + i), 1, (item, context) -> {}));
    }
    return large.build();
  }

  private static AlertSink sink(String name) {
    return new AlertSink() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void send(AlertMessage message) {}

      @Override
      public void close() {}
    };
  }
}
