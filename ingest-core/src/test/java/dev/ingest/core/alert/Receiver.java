package dev.ingest.core.alert;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** An HTTP server on the loopback address that answers as it is told and keeps what it was sent. */
final class Receiver implements AutoCloseable {

  final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile int mostBytes = Integer.MAX_VALUE;

  /** One request as it came. */
  record Request(String method, String path, Headers headers, ByteBuffer bytes) {

    byte[] body() {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return copy;
    }

    String text() {
      return new String(body(), StandardCharsets.UTF_8);
    }

    String header(String name) {
      return Optional.ofNullable(headers.getFirst(name)).orElse("");
    }
  }

  /** Writes an answer. */
  @FunctionalInterface
  interface Reply {
    void to(HttpExchange exchange) throws IOException;
  }

  Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Answers the next requests so, one after the other, and all later ones with 200. */
  Receiver reply(Reply... next) {
    replies.addAll(Arrays.asList(next));
    return this;
  }

  /** Refuses bodies of more bytes from now on. */
  void refuseAbove(int bytes) {
    mostBytes = bytes;
  }

  static Reply status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  static Reply header(int status, String name, String value) {
    return exchange -> {
      exchange.getResponseHeaders().set(name, value);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Never answers. */
  Reply silence() {
    return exchange -> hang();
  }

  /** Answers with a body of which only the first byte comes. */
  Reply slowBody(int status) {
    return exchange -> {
      exchange.sendResponseHeaders(status, 1_000);
      exchange.getResponseBody().write('x');
      exchange.getResponseBody().flush();
      hang();
    };
  }

  /** Answers with a body that does not end. */
  static Reply endlessBody(int status) {
    return exchange -> {
      exchange.sendResponseHeaders(status, 0);
      byte[] piece = new byte[8_192];
      try (OutputStream out = exchange.getResponseBody()) {
        while (true) {
          out.write(piece);
        }
      }
    };
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private void hang() {
    try {
      closed.await(Duration.ofSeconds(30).toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders(),
              ByteBuffer.wrap(body)));
      Reply reply = replies.poll();
      Reply standing = status(body.length > mostBytes ? 413 : 200);
      (reply == null ? standing : reply).to(exchange);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
