package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionRefusedException;
import dev.ingest.core.CompletionRefusedException.Reason;
import dev.ingest.core.CompletionToken;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCompletion;
import dev.ingest.core.StageContext;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A stage that is left to another system, and engines that have it. */
abstract class CompletingFixture {

  static final Duration WITHIN = Duration.ofMinutes(20);
  static final Event.Act CAROL = new Event.Act("carol", "a reason");

  final Bench bench = new Bench();
  final Elsewhere stage = new Elsewhere();

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  /** A stage that another system completes, which keeps its tokens. */
  static final class Elsewhere implements Stage {

    final List<CompletionToken> tokens = new ArrayList<>();
    final List<String> keys = new ArrayList<>();
    Duration within = WITHIN;
    ThenDoes then = context -> {};

    interface ThenDoes {
      void with(StageContext context) throws Exception;
    }

    @Override
    public StageRef ref() {
      return new StageRef("elsewhere", 1);
    }

    @Override
    public void run(StageContext context) throws Exception {
      keys.add(context.idempotencyKey());
      tokens.add(context.completeLater(within));
      then.with(context);
    }

    String token() {
      return tokens.get(tokens.size() - 1).text();
    }
  }

  Engine engine() {
    return bench.engine(Bench.pipeline(stage, Stage.copy()));
  }

  Engine left() {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    bench.run(engine);
    assertEquals(State.PROCESSING, bench.state(RIDE));
    return engine;
  }

  static StageCompletion copy() {
    return context -> {
      var items = context.items();
      while (items.hasNext()) {
        var item = items.next();
        context.emit(item.name(), item.open());
      }
    };
  }

  static CompletionOutcome complete(Engine engine, String token) throws IOException {
    return engine.completing().complete(token, copy());
  }

  void assertVerified(Engine engine) {
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(engine.verify(bench.entry(RIDE)).isClean());
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(6, bench.content.size(), "raw bytes and the result, with a manifest each");
    assertEquals(List.of(), bench.caught);
  }

  static void assertRefused(Reason reason, ThrowingCall call) {
    CompletionRefusedException refused = assertThrows(CompletionRefusedException.class, call::make);
    assertEquals(reason, refused.reason(), refused::getMessage);
  }

  interface ThrowingCall {
    void make() throws Exception;
  }
}
