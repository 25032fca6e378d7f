package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One page is read ahead, by the pool or by whoever needs it first. */
class PageAheadTest {

  private final Deque<Runnable> pool = new ArrayDeque<>();
  private final List<String> read = new ArrayList<>();
  private final PageAhead<String> pages = new PageAhead<>(pool::add);

  @Test
  void nothingBegun_isReadWhenTaken() {
    assertEquals("first", pages.take(() -> page("first")));
    assertEquals(0, pool.size());
  }

  @Test
  void begunPage_isReadByThePoolAndTakenOnce() {
    pages.begin(() -> page("ahead"));
    pool.remove().run();
    assertEquals("ahead", pages.take(() -> page("other")));
    assertEquals("other", pages.take(() -> page("other")));
    assertEquals(List.of("ahead", "other"), read);
  }

  @Test
  void pageThatThePoolHasNotBegun_isReadByWhoeverTakesItAndNotTwice() {
    pages.begin(() -> page("ahead"));
    assertEquals("ahead", pages.take(() -> page("other")));
    pool.remove().run();
    assertEquals(List.of("ahead"), read);
  }

  @Test
  void failure_isThrownWhereThePageIsTakenAndOnce() {
    IllegalStateException failure = new IllegalStateException("storage");
    pages.begin(
        () -> {
          throw failure;
        });
    pool.remove().run();
    assertSame(
        failure, assertThrows(IllegalStateException.class, () -> pages.take(() -> page("other"))));
    assertEquals("again", pages.take(() -> page("again")));
  }

  @Test
  void error_isToldToThePoolAndToWhoeverTakesThePage() {
    pages.begin(
        () -> {
          throw new OutOfMemoryError("planted");
        });
    assertThrows(OutOfMemoryError.class, () -> pool.remove().run());
    assertThrows(OutOfMemoryError.class, () -> pages.take(() -> page("other")));
  }

  /** A ledger in another language need not declare what it throws. */
  @Test
  @Timeout(10)
  void whatIsNotDeclared_isThrownWhereThePageIsTaken() {
    IOException undeclared = new IOException("undeclared");
    pages.begin(
        () -> {
          Unforeseen.<RuntimeException>raise(undeclared);
          return page("never");
        });
    pool.remove().run();
    assertSame(
        undeclared,
        assertThrows(IllegalStateException.class, () -> pages.take(() -> page("other")))
            .getCause());
  }

  @Test
  void poolThatHasEnded_costsTheOverlapAlone() {
    assertReadInTurn(() -> new RejectedExecutionException("ended"));
  }

  @Test
  void poolThatCanMakeNoThread_costsTheOverlapAlone() {
    assertReadInTurn(() -> new OutOfMemoryError("unable to create native thread"));
  }

  private void assertReadInTurn(Supplier<Throwable> refusal) {
    PageAhead<String> alone =
        new PageAhead<>(task -> Unforeseen.<RuntimeException>raise(refusal.get()));
    alone.begin(() -> page("ahead"));
    assertEquals("ahead", alone.take(() -> page("other")));
    assertEquals(List.of("ahead"), read);
  }

  private String page(String name) {
    read.add(name);
    return name;
  }
}
