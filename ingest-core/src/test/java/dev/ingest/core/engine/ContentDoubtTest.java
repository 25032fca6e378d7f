package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.PermanentStageException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What makes a content store doubtful, and has it asked. */
final class ContentDoubtTest {

  private final Bench bench = new Bench();
  private boolean isOut;
  private int asked;

  private final ContentDoubt doubt = doubt();

  private ContentDoubt doubt() {
    ContentStore store =
        new FaultingContent(
            bench.content.access(),
            call -> {
              asked++;
              return isOut ? new Fault.FailBefore() : new Fault.None();
            });
    Node node = bench.node(bench.watchedLedger, store);
    return new ContentDoubt(node, new ContentHealth(node.seams().elapsed()));
  }

  @Test
  void storeThatNothingSpeaksAgainst_isNotAsked() {
    doubt.requireAnswer();
    for (Throwable failure :
        List.of(
            new PermanentStageException("not a picture"),
            new LedgerException("out"),
            new IllegalStateException(new LedgerException("out")),
            new OutOfMemoryError())) {
      doubt.note(failure);
    }
    doubt.requireAnswer();
    assertEquals(0, asked);
  }

  @Test
  void stageThatFailedOnBytes_hasTheStoreAnswer() {
    for (Throwable failure :
        List.of(
            new ContentException("out"),
            new IOException("broke off"),
            new UncheckedIOException(new IOException("broke off")),
            new IllegalStateException(new IllegalStateException(new ContentException("out"))))) {
      asked = 0;
      ContentDoubt other = doubt();
      other.note(failure);
      other.requireAnswer();
      assertEquals(1, asked, failure::toString);
    }
  }

  @Test
  void storeThatDoesNotAnswer_isAskedUntilItDoes() {
    isOut = true;
    doubt.note(new ContentException("out"));
    for (int i = 0; i < 3; i++) {
      ContentException refused = assertThrows(ContentException.class, doubt::requireAnswer);
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.startsWith("nothing is claimed for stages until"), message);
      assertInstanceOf(ContentException.class, refused.getCause());
    }
    assertEquals(3, asked);
    isOut = false;
    doubt.requireAnswer();
    assertEquals(4, asked);
  }

  @Test
  void causesThatGoRound_areLookedThroughToAnEnd() {
    IllegalStateException one = new IllegalStateException("one");
    one.initCause(new IllegalStateException("two", one));
    assertDoesNotThrow(() -> doubt.note(one));
    doubt.requireAnswer();
    assertEquals(0, asked);
  }

  @Test
  void causesAreLookedThrough_asDeepAsTwenty() {
    for (int depth : List.of(20, 21)) {
      Throwable failure = new ContentException("out");
      for (int i = 1; i < depth; i++) {
        failure = new IllegalStateException(failure);
      }
      ContentDoubt other = doubt();
      other.note(failure);
      other.requireAnswer();
      assertEquals(1, asked, "one of the two");
    }
  }
}
