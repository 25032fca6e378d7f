package dev.ingest.testkit.net;

import dev.ingest.testkit.net.Rule.Verdict;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a proxy counts and decides. Everything under one monitor, and no input or output in it. */
final class Traffic {

  private final List<Tally> tallies = new ArrayList<>();
  private Rule rule = Rule.PASS_ALL;
  private boolean stalled;
  private boolean refusing;
  private long releases;
  private int held;
  private long cuts;
  private @Nullable Throwable failure;

  /** What one connection has seen. */
  private static final class Tally {
    private long messages;
    private @Nullable Direction latest;
    private byte[] before = new byte[0];

    Chunk chunk(Direction direction, int connection, byte[] buffer, int length) {
      boolean first = direction != latest;
      if (first) {
        latest = direction;
        before = new byte[0];
        messages += direction == Direction.TO_SERVER ? 1 : 0;
      }
      Chunk chunk =
          new Chunk(
              direction,
              connection,
              messages,
              first,
              ByteBuffer.wrap(before).asReadOnlyBuffer(),
              ByteBuffer.wrap(buffer, 0, length).slice().asReadOnlyBuffer());
      before = end(before, buffer, length);
      return chunk;
    }

    private static byte[] end(byte[] before, byte[] buffer, int length) {
      int kept = Math.min(Chunk.MAX_BEFORE, before.length + length);
      int fromBuffer = Math.min(kept, length);
      int fromBefore = kept - fromBuffer;
      byte[] end = new byte[kept];
      System.arraycopy(before, before.length - fromBefore, end, 0, fromBefore);
      System.arraycopy(buffer, length - fromBuffer, end, fromBefore, fromBuffer);
      return end;
    }
  }

  /** Numbers a new connection; 0 if it is refused. */
  synchronized int admit() {
    if (refusing) {
      return 0;
    }
    tallies.add(new Tally());
    notifyAll();
    return tallies.size();
  }

  synchronized Verdict judge(Direction direction, int connection, byte[] buffer, int length) {
    Chunk chunk = tallies.get(connection - 1).chunk(direction, connection, buffer, length);
    try {
      return rule.judge(chunk);
    } catch (RuntimeException | AssertionError e) {
      fail(e);
      return Verdict.CUT_BEFORE;
    }
  }

  /** Keeps the first failure for whoever closes the proxy. */
  synchronized void fail(Throwable e) {
    failure = failure == null ? e : failure;
  }

  /** Waits while everything stands, or this chunk does; ends early when its connection does. */
  synchronized void pass(boolean hold, BooleanSupplier ended) {
    if (!stalled && !hold) {
      return;
    }
    long before = releases;
    held++;
    notifyAll();
    try {
      while (!ended.getAsBoolean() && (stalled || (hold && releases == before))) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(e);
    } finally {
      held--;
    }
  }

  synchronized void rule(Rule next) {
    rule = next;
  }

  synchronized void refuse(boolean refuse) {
    refusing = refuse;
  }

  synchronized void stall() {
    stalled = true;
  }

  synchronized void release() {
    stalled = false;
    releases++;
    notifyAll();
  }

  synchronized void countCut() {
    cuts++;
    notifyAll();
  }

  /** Lets those who wait look again. */
  synchronized void wake() {
    notifyAll();
  }

  synchronized int connections() {
    return tallies.size();
  }

  synchronized long cuts() {
    return cuts;
  }

  synchronized long roundTrips() {
    return tallies.stream().mapToLong(tally -> tally.messages).sum();
  }

  synchronized long roundTrips(int connection) {
    if (connection < 1 || connection > tallies.size()) {
      throw new IllegalArgumentException(
          "connections are numbered 1 to " + tallies.size() + ", not " + connection);
    }
    return tallies.get(connection - 1).messages;
  }

  boolean awaitHeld(int chunks, Duration most) {
    return await(() -> held >= chunks, most);
  }

  boolean awaitCuts(long count, Duration most) {
    return await(() -> cuts >= count, most);
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }

  private synchronized boolean await(BooleanSupplier reached, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    try {
      long left = most.toNanos();
      while (!reached.getAsBoolean() && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = end - System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return reached.getAsBoolean();
  }
}
