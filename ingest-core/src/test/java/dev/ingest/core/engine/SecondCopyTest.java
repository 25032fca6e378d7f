package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Verdict;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.State;
import org.junit.jupiter.api.Test;

/** What makes the bytes of another session superfluous, and what does not. */
final class SecondCopyTest {

  private static final SessionId OTHER = SessionId.ofBits(99, 1);

  private final Bench bench = new Bench();

  private ContentKey manifest(SequenceKey key) {
    return KeyLayout.rawManifest(key, bench.entry(key).raw());
  }

  /** Asks of a session whose manifest has the bytes of one that is stored. */
  private boolean isSecondCopy(SessionId session, ContentKey manifest) {
    return SecondCopy.is(session, manifest, bench.entry(RIDE), bench.content, () -> {});
  }

  @Test
  void sameManifest_isASecondCopyOfWhatIsReadBackWhole() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    assertTrue(isSecondCopy(OTHER, manifest(RIDE)));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(isSecondCopy(OTHER, manifest(RIDE)));
    assertFalse(isSecondCopy(bench.entry(RIDE).raw().session(), manifest(RIDE)), "the only copy");
    bench.corrupt(KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 0));
    assertFalse(isSecondCopy(OTHER, manifest(RIDE)), "the other is damaged");
  }

  @Test
  void anotherManifest_isNoSecondCopy() {
    SequenceKey another = SequenceKey.of("alice", "ride-2");
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    Bench.submit(engine, another, "a", "y");
    assertFalse(isSecondCopy(OTHER, manifest(another)));
  }

  @Test
  void whatMayBeDiscardedOrRepaired_isNoReasonToDoWithoutACopy() {
    Engine engine =
        bench.engine(
            Pipeline.named("test")
                .stage(Stage.copy())
                .expect(evidence -> Verdict.fail("not as it should be"))
                .build());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    assertFalse(isSecondCopy(OTHER, manifest(RIDE)));
  }
}
