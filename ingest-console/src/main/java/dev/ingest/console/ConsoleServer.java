package dev.ingest.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a console by the JDK's own HTTP server, without TLS. Thread-safe.
 *
 * <p>On a loopback address, which is where it belongs, everybody who has an account on the machine
 * can read it. On another, everybody who reaches the machine can, and can read along what others
 * read and send.
 *
 * <p>Requests are answered on a bounded number of threads. How long a client may take to send a
 * request, or to read an answer, and how many connections there are at most, the JDK's server takes
 * from the system properties {@code sun.net.httpserver.maxReqTime}, {@code
 * sun.net.httpserver.maxRspTime} (both in seconds) and {@code jdk.httpserver.maxConnections}, which
 * whoever starts the process sets.
 */
public final class ConsoleServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);
  private static final int THREADS = 8;
  private static final int WAITING = 256;
  private static final int NO_BODY = -1;
  private static final int SCHEMES_PORT = 80;
  private static final Pattern ZEROS = Pattern.compile("(?:^|:)0(?::0)+(?::|$)");

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final String name;

  private ConsoleServer(HttpServer server, ThreadPoolExecutor threads, String name) {
    this.server = server;
    this.threads = threads;
    this.name = name;
  }

  /** Makes the console that a server serves, once the server knows its port. */
  @FunctionalInterface
  public interface Opening {

    /**
     * Makes it.
     *
     * @param hosts by what hosts the server is known
     * @return the console; closed by its maker, after the server
     */
    Console open(Set<String> hosts);
  }

  /**
   * Starts a server.
   *
   * @param address where it listens
   * @param port its port; 0 for any that is free
   * @param opening makes the console
   * @return the server, which runs
   * @throws IOException if it cannot listen there
   */
  public static ConsoleServer start(InetAddress address, int port, Opening opening)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            LedgerThreads.daemons("ingest-console-http"));
    threads.allowCoreThreadTimeOut(true);
    ConsoleServer started = new ConsoleServer(server, threads, name(address));
    try {
      Console console = opening.open(started.hosts());
      server.createContext("/", exchange -> serve(console, exchange));
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
    server.setExecutor(threads);
    server.start();
    return started;
  }

  /**
   * Returns where it is.
   *
   * @return the address of the first page
   */
  public URI uri() {
    return URI.create("http://" + name + ":" + port() + "/");
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private Set<String> hosts() {
    List<String> names =
        server.getAddress().getAddress().isLoopbackAddress()
            ? List.of(name, "localhost")
            : List.of(name);
    return hosts(names, port());
  }

  /** Browsers leave out the port where it is the scheme's own. */
  static Set<String> hosts(List<String> names, int port) {
    Set<String> hosts = new HashSet<>();
    for (String known : names) {
      hosts.add(known + ":" + port);
      if (port == SCHEMES_PORT) {
        hosts.add(known);
      }
    }
    return hosts;
  }

  /**
   * As browsers write it, by RFC 5952: the longest run of zeros, the first of several, left out.
   */
  static String name(InetAddress address) {
    String text = address.getHostAddress().replaceFirst("%.*", "");
    if (text.indexOf(':') < 0) {
      return text;
    }
    return ZEROS
        .matcher(text)
        .results()
        .max(Comparator.comparingInt(run -> run.end() - run.start()))
        .map(run -> "[" + text.substring(0, run.start()) + "::" + text.substring(run.end()) + "]")
        .orElse("[" + text + "]");
  }

  /** Stops at once. Idempotent. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void serve(Console console, HttpExchange exchange) throws IOException {
    boolean left = false;
    try {
      Reply reply = console.answer(request(exchange));
      Reply.SAFE.forEach(exchange.getResponseHeaders()::set);
      if (reply instanceof Reply.Whole whole) {
        write(exchange, whole);
      } else {
        Reply.LIVE.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(200, 0);
        left = true;
        console.live(exchange.getResponseBody(), () -> end(exchange));
      }
    } finally {
      if (!left) {
        exchange.close();
      }
    }
  }

  private static void write(HttpExchange exchange, Reply.Whole whole) throws IOException {
    whole.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] body = whole.body().getBytes(StandardCharsets.UTF_8);
    if (exchange.getRequestMethod().equals("HEAD") || body.length == 0) {
      exchange.sendResponseHeaders(whole.status(), NO_BODY);
      return;
    }
    exchange.sendResponseHeaders(whole.status(), body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static void end(HttpExchange exchange) {
    try {
      exchange.close();
    } catch (RuntimeException e) {
      LOG.debug("A stream of the console had ended before", e);
    }
  }

  private static ConsoleRequest request(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getRawQuery();
    return new ConsoleRequest(
        exchange.getRequestMethod(),
        path == null || path.isEmpty() ? "/" : path,
        query == null ? "" : query,
        name -> Optional.ofNullable(exchange.getRequestHeaders().get(name)).orElse(List.of()),
        Optional.empty(),
        exchange.getRequestBody());
  }
}
