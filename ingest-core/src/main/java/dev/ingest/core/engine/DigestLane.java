package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import java.security.MessageDigest;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * A running digest that is computed beside the caller, so that storing and digesting a large body
 * take the time of the longer one and not of both.
 *
 * <p>One chunk is under way at a time: {@link #update} hands a chunk over and returns, and the next
 * call waits for it. The store keeps the chunk unchanged until it asks for the next one, which is
 * when that call comes, so nothing is copied, and this object is the only thing that is handed
 * over. Chunks below {@value #LEAST_BYTES} bytes are digested on the spot, where a hand-over would
 * cost more. Not safe for use by several threads.
 */
final class DigestLane implements Runnable {

  private static final int LEAST_BYTES = 1 << 16;

  private final Executor executor;
  private final MessageDigest running = Digest.newMessageDigest();
  private final Semaphore idle = new Semaphore(1);

  private byte[] buffer = new byte[0];
  private int offset;
  private int length;

  DigestLane(Executor executor) {
    this.executor = executor;
  }

  /** Waits until the caller may overwrite what it handed over before. */
  void await() {
    idle.acquireUninterruptibly();
    idle.release();
  }

  /**
   * Takes the next chunk.
   *
   * @param isBeside whether the caller does something else before it comes again; if not, a
   *     hand-over would be waited for at once
   */
  void update(byte[] chunk, int from, int count, boolean isBeside) {
    idle.acquireUninterruptibly();
    buffer = chunk;
    offset = from;
    length = count;
    if (!isBeside || count < LEAST_BYTES) {
      run();
      return;
    }
    try {
      executor.execute(this);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // No thread is free or can be made, or the pool has ended with the engine: the upload goes on
      // without one.
      run();
    }
  }

  Digest finish() {
    idle.acquireUninterruptibly();
    return Digest.finish(running);
  }

  @Override
  public void run() {
    try {
      running.update(buffer, offset, length);
    } finally {
      idle.release();
    }
  }
}
