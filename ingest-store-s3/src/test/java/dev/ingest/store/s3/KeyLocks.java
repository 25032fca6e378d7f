package dev.ingest.store.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Stands before a server that does not put create-only atomically, and lets it have one change of a
 * key at a time. It also keeps an abort from it whose key has an object, which it would delete, and
 * hides such an upload from then on.
 */
final class KeyLocks {

  private static final int LOCKS = 64;

  /** It copies the parts of a large object together before it answers. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final Set<String> CHANGES = Set.of("PUT", "POST", "DELETE");
  private static final Pattern UPLOAD =
      Pattern.compile("<Upload>.*?<UploadId>(.*?)</UploadId>.*?</Upload>", Pattern.DOTALL);
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "date",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "transfer-encoding",
          "upgrade");

  static {
    // Without it every answer waits for the acknowledgement of its head.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final URI behind;
  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(LIMIT)
          .executor(Executors.newCachedThreadPool(daemons()))
          .build();
  private final List<ReentrantLock> locks;
  private final Set<String> hidden = ConcurrentHashMap.newKeySet();

  KeyLocks(URI behind) throws IOException {
    this.behind = behind;
    this.locks = IntStream.range(0, LOCKS).mapToObj(i -> new ReentrantLock()).toList();
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    server.setExecutor(Executors.newCachedThreadPool(daemons()));
    server.createContext("/", this::pass);
    server.start();
  }

  private static ThreadFactory daemons() {
    return task -> {
      Thread thread = new Thread(task, "key-locks");
      thread.setDaemon(true);
      return thread;
    };
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!CHANGES.contains(exchange.getRequestMethod())) {
        forward(exchange);
        return;
      }
      String path = exchange.getRequestURI().getRawPath();
      ReentrantLock lock = locks.get(Math.floorMod(path.hashCode(), LOCKS));
      lock.lock();
      try {
        if (isHarmfulAbort(exchange)) {
          hidden.add(exchange.getRequestURI().getRawQuery());
          exchange.sendResponseHeaders(204, -1);
        } else {
          forward(exchange);
        }
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private boolean isHarmfulAbort(HttpExchange exchange) throws IOException, InterruptedException {
    String query = exchange.getRequestURI().getRawQuery();
    if (!exchange.getRequestMethod().equals("DELETE")
        || query == null
        || !query.contains("uploadId=")) {
      return false;
    }
    HttpRequest head =
        HttpRequest.newBuilder(behind.resolve(exchange.getRequestURI().getRawPath()))
            .method("HEAD", BodyPublishers.noBody())
            .timeout(LIMIT)
            .build();
    return client.send(head, BodyHandlers.discarding()).statusCode() == 200;
  }

  private void forward(HttpExchange exchange) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(behind.resolve(exchange.getRequestURI().toString()))
            .timeout(LIMIT)
            .method(exchange.getRequestMethod(), body(exchange));
    for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
      if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        header.getValue().forEach(value -> request.header(header.getKey(), value));
      }
    }
    HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
    try (InputStream in = answer.body()) {
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      long length = answer.headers().firstValueAsLong("content-length").orElse(0);
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
        exchange.sendResponseHeaders(answer.statusCode(), -1);
        return;
      }
      String query = String.valueOf(exchange.getRequestURI().getRawQuery());
      if (exchange.getRequestMethod().equals("GET") && query.contains("uploads")) {
        answer(exchange, answer.statusCode(), withoutHidden(in.readAllBytes()));
        return;
      }
      boolean counted = answer.headers().firstValue("content-length").isPresent();
      boolean bodiless = answer.statusCode() == 204 || (counted && length == 0);
      exchange.sendResponseHeaders(answer.statusCode(), bodiless ? -1 : counted ? length : 0);
      if (!bodiless) {
        try (OutputStream out = exchange.getResponseBody()) {
          in.transferTo(out);
        }
      }
    }
  }

  private byte[] withoutHidden(byte[] list) {
    return UPLOAD
        .matcher(new String(list, StandardCharsets.UTF_8))
        .replaceAll(
            found ->
                hidden.stream().anyMatch(query -> query.contains(found.group(1)))
                    ? ""
                    : Matcher.quoteReplacement(found.group()))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static BodyPublisher body(HttpExchange exchange) {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length == null || length.equals("0")) {
      return BodyPublishers.noBody();
    }
    InputStream in = exchange.getRequestBody();
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> in), Long.parseLong(length));
  }
}
