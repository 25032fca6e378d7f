package dev.ingest.core.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where one thread is held until another lets it go on; for 30 s at most. */
final class Gate {

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  /** Holds the calling thread until the gate is open. */
  void pass() {
    reached.countDown();
    await(opened);
  }

  /** Waits until a thread is held here. */
  void awaitHeld() {
    await(reached);
  }

  void open() {
    opened.countDown();
  }

  /** A body that is held before each of its texts. */
  InputStream body(String... texts) {
    Queue<byte[]> steps = new ArrayDeque<>();
    for (String text : texts) {
      steps.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException("bytes are read in steps");
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        byte[] step = steps.poll();
        if (step == null) {
          return -1;
        }
        pass();
        System.arraycopy(step, 0, into, offset, step.length);
        return step.length;
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody came");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
