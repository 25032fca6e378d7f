package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A command on a thread of its own, whose errors are read while it goes on. */
final class Begun implements AutoCloseable {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final FutureTask<Integer> status;
  private final Thread thread;

  private Begun(List<String> args) {
    status =
        new FutureTask<>(() -> Main.run(args.toArray(String[]::new), stream(out), stream(err)));
    thread = new Thread(status, "command");
  }

  /** Begins a command. */
  static Begun call(String... args) {
    Begun begun = new Begun(List.of(args));
    begun.thread.start();
    return begun;
  }

  private static PrintStream stream(ByteArrayOutputStream target) {
    return new PrintStream(target, true, StandardCharsets.UTF_8);
  }

  /** Waits until its errors have a text in them. */
  void awaitErr(String text) {
    long begun = System.nanoTime();
    while (!err().contains(text)) {
      assertTrue(!status.isDone() || err().contains(text), this::err);
      assertTrue(System.nanoTime() - begun < TimeUnit.MINUTES.toNanos(5), this::err);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  boolean hasEnded() {
    return status.isDone();
  }

  /** Waits for its end and returns what it did. */
  Cli.Result end() throws InterruptedException, ExecutionException, TimeoutException {
    int ended = status.get(5, TimeUnit.MINUTES);
    return new Cli.Result(ended, out.toString(StandardCharsets.UTF_8), err(), List.of());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
