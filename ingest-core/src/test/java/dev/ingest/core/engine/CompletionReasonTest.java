package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionRefusedException.Reason;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.Entry;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another system may give as the reason why a stage failed. */
final class CompletionReasonTest extends CompletingFixture {

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "two\nlines", "a\rb", "\u0000", "\u202egnp", "\ud800", "\u2028x"})
  void reasonThatIsNotPlain_isRefusedAndTheRightRemains(String reason) {
    Engine engine = left();
    Entry before = bench.entry(RIDE);
    InvalidValueException refused =
        assertThrows(
            InvalidValueException.class,
            () -> engine.completing().fail(stage.token(), reason, true));
    assertTrue(String.valueOf(refused.getMessage()).contains("in one line"), refused::getMessage);
    assertThrows(
        InvalidValueException.class,
        () -> engine.completing().fail(stage.token(), "x".repeat(2_001), true));
    assertEquals(before, bench.entry(RIDE));
    assertEquals(CompletionOutcome.FAILED, engine.completing().fail(stage.token(), "no", true));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reasonOfSeveralLines_thatAnEarlierReleaseTook_isAnsweredAsItWas(boolean permanent) {
    Engine engine = left();
    String token = stage.token();
    String reason = "no such film\nat reel 3\r\nat the farm\u2028\u0085";
    Entry entry = bench.entry(RIDE);
    engine
        .committer()
        .applyWithLease(
            entry,
            TokenText.parse(token).held().token(),
            new Event.StageFailed(
                StageTask.failure(entry, permanent, reason),
                permanent,
                3,
                bench.time.instant(),
                Optional.of(TokenText.parse(token).digest())));
    CompletionOutcome was = permanent ? CompletionOutcome.FAILED : CompletionOutcome.RETRIED;
    assertEquals(was, engine.completing().fail(token, reason, permanent));
    assertEquals(was, engine.completing().fail(token, "another", permanent));
    assertRefused(Reason.STALE, () -> complete(engine, token));
  }
}
