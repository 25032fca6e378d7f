package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.PermanentStageException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What makes a content store doubtful, and how long it stays so. */
final class ContentDoubtTest {

  private final Bench bench = new Bench();
  private boolean isOut;
  private int asked;
  private Runnable whileAsked = () -> {};

  private final ContentDoubt doubt =
      new ContentDoubt(
          new FaultingContent(
              bench.content.access(),
              call -> {
                asked++;
                whileAsked.run();
                return isOut ? new Fault.FailBefore() : new Fault.None();
              }));

  @Test
  void storeThatNothingSpeaksAgainst_isNotAsked() {
    doubt.requireSettled();
    for (Throwable failure :
        List.of(
            new PermanentStageException("not a picture"),
            new LedgerException("out"),
            new IllegalStateException(new LedgerException("out")),
            new OutOfMemoryError())) {
      doubt.note(failure);
    }
    doubt.requireSettled();
    assertEquals(0, asked);
  }

  @Test
  void stageThatFailedOnBytes_hasTheStoreAnswerOnce() {
    for (Throwable failure :
        List.of(
            new ContentException("out"),
            new IOException("broke off"),
            new UncheckedIOException(new IOException("broke off")),
            new IllegalStateException(new IllegalStateException(new ContentException("out"))))) {
      asked = 0;
      doubt.note(failure);
      doubt.requireSettled();
      doubt.requireSettled();
      assertEquals(1, asked, failure::toString);
    }
  }

  @Test
  void storeThatDoesNotAnswer_isAskedUntilItDoes() {
    isOut = true;
    doubt.note(new ContentException("out"));
    for (int i = 0; i < 3; i++) {
      ContentException refused = assertThrows(ContentException.class, doubt::requireSettled);
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.startsWith("nothing is claimed for stages until"), message);
      assertInstanceOf(ContentException.class, refused.getCause());
    }
    assertEquals(3, asked);
    isOut = false;
    doubt.requireSettled();
    doubt.requireSettled();
    assertEquals(4, asked);
  }

  @Test
  void whatHasSpentAnAttempt_hasTheStoreAnswerEachTime() {
    doubt.requireSettledForAnother();
    doubt.requireSettledForAnother();
    assertEquals(2, asked);
    isOut = true;
    assertThrows(ContentException.class, doubt::requireSettledForAnother);
    assertThrows(ContentException.class, doubt::requireSettled, "it is in doubt since");
  }

  /** It may have gone out after it answered. */
  @Test
  void stageThatFailsWhileTheStoreIsAsked_leavesItInDoubt() {
    doubt.note(new ContentException("out"));
    whileAsked = () -> doubt.note(new ContentException("out again"));
    doubt.requireSettled();
    whileAsked = () -> {};
    doubt.requireSettled();
    doubt.requireSettled();
    assertEquals(2, asked);
  }

  @Test
  void causesThatGoRound_areLookedThroughToAnEnd() {
    IllegalStateException one = new IllegalStateException("one");
    one.initCause(new IllegalStateException("two", one));
    assertDoesNotThrow(() -> doubt.note(one));
    doubt.requireSettled();
    assertEquals(0, asked);
  }

  @Test
  void causesAreLookedThrough_asDeepAsTwenty() {
    for (int depth : List.of(20, 21)) {
      Throwable failure = new ContentException("out");
      for (int i = 1; i < depth; i++) {
        failure = new IllegalStateException(failure);
      }
      doubt.note(failure);
      doubt.requireSettled();
      assertEquals(1, asked, "one of the two");
    }
  }
}
