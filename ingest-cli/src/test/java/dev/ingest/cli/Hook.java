package dev.ingest.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** A webhook on the loopback address that keeps what it was sent, and may be down. */
final class Hook implements AutoCloseable {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Message> messages = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();
  private final HttpServer server;
  private boolean isDown;

  /**
   * One message as it came.
   *
   * @param at when
   * @param body what it said
   * @param taken whether it was acknowledged
   */
  record Message(Instant at, Json body, boolean taken) {

    boolean isDigest() {
      return body.text("kind").equals("digest");
    }

    long ordinal() {
      return body.number("ordinal");
    }

    /** Returns the lines about a code whose stage is this; any stage if it is empty. */
    List<Json> lines(String code, String stage) {
      return body.list("alerts").stream()
          .filter(line -> line.text("code").equals(code))
          .filter(line -> stage.isEmpty() || line.text("stage").equals(stage))
          .toList();
    }

    boolean tells(String code, String stage) {
      return taken && !lines(code, stage).isEmpty();
    }
  }

  Hook() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  /** Answers with 503 from now on, or takes everything again. */
  void down(boolean down) {
    lock.lock();
    try {
      isDown = down;
    } finally {
      lock.unlock();
    }
  }

  List<Message> messages() {
    lock.lock();
    try {
      return List.copyOf(messages);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the messages fulfil a condition. */
  void await(Duration longest, Predicate<List<Message>> condition, String what)
      throws InterruptedException {
    long left = longest.toNanos();
    lock.lock();
    try {
      while (!condition.test(messages)) {
        if (left <= 0) {
          throw new AssertionError(
              "not within %s: %s; came: %s".formatted(longest, what, messages));
        }
        left = came.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      boolean taken;
      lock.lock();
      try {
        taken = !isDown;
        messages.add(new Message(InstantSource.system().instant(), Json.parse(text), taken));
        came.signalAll();
      } finally {
        lock.unlock();
      }
      exchange.sendResponseHeaders(taken ? 204 : 503, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
