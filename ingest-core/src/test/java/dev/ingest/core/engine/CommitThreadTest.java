package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CommitThreadTest {

  @Test
  void whatGoesBeside_doesNotWaitForWhatIsUnderWayHere() throws Exception {
    try (CommitThread thread = new CommitThread()) {
      CompletableFuture<String> here = new CompletableFuture<>();
      CompletableFuture<String> beside = new CompletableFuture<>();
      thread.execute(
          () -> {
            beside.join();
            here.complete(Thread.currentThread().getName());
          });
      thread.beside().execute(() -> beside.complete(Thread.currentThread().getName()));
      assertEquals("ingest-commit-2", beside.get(30, TimeUnit.SECONDS));
      assertEquals("ingest-commit", here.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void theEnd_isOfBoth() {
    CommitThread thread = new CommitThread();
    thread.close();
    assertThrows(RejectedExecutionException.class, () -> thread.execute(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> thread.beside().execute(() -> {}));
  }
}
