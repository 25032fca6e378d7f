package dev.ingest.testkit.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy on the loopback address in front of one server, which passes bytes both ways and cuts
 * or holds connections where a {@link Rule} says so.
 *
 * <p>Counts are exact where client and server speak in turn: what a client sends until the server
 * answers is one message, however the network splits it. Where they speak at the same time, the
 * order is that in which the proxy happened to read.
 *
 * <p>Memory is bounded by two buffers of 64 KiB per connection, and connections by {@link
 * #MAX_OPEN} at a time. The threads, {@code cutting-proxy-PORT-accept} and per connection {@code
 * cutting-proxy-PORT-N-to-server} and {@code -to-client}, are daemons and end with {@link
 * #close()}. Safe for use by several threads.
 */
public final class CuttingProxy implements AutoCloseable {

  /** The most connections at a time; more are closed at once. */
  public static final int MAX_OPEN = 256;

  private static final int CONNECT_MILLIS = 10_000;
  private static final long JOIN_MILLIS = 20_000;

  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final Traffic traffic = new Traffic();
  private final Map<Spliced, List<Thread>> open = new ConcurrentHashMap<>();

  /**
   * Listens on a free port of the loopback address.
   *
   * @param target the server, connected to once for each client
   * @throws IOException if no port is free
   */
  public CuttingProxy(InetSocketAddress target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.acceptor = thread("accept", this::accept);
    acceptor.start();
  }

  /**
   * Returns where clients connect to.
   *
   * @return the loopback address and the port
   */
  public InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), port());
  }

  /**
   * Returns the port that clients connect to.
   *
   * @return the port
   */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * Sets the rule for all that passes from now on, in place of the one before.
   *
   * @param rule the rule
   */
  public void rule(Rule rule) {
    traffic.rule(rule);
  }

  /** Cuts every open connection now; what stands still in it is lost. */
  public void cut() {
    open.keySet().forEach(Spliced::cut);
  }

  /** Closes new connections as soon as they are made, and leaves those that are open. */
  public void refuse() {
    traffic.refuse(true);
  }

  /** Accepts new connections again. */
  public void admit() {
    traffic.refuse(false);
  }

  /**
   * Lets nothing pass on any connection and closes none, as a network that swallows everything. Up
   * to a buffer of each connection waits in the proxy, and goes on at {@link #release()} even if
   * its sender has closed its end meanwhile: a request that lands late. A {@link #cut()} loses it.
   */
  public void stall() {
    traffic.stall();
  }

  /** Lets everything pass again that {@link #stall()} or {@link Rule.Verdict#HOLD} stopped. */
  public void release() {
    traffic.release();
  }

  /**
   * Waits until chunks, or ends of connections, stand still in the proxy.
   *
   * @param chunks how many at least
   * @param most how long to wait
   * @return whether that many stand
   */
  public boolean awaitHeld(int chunks, Duration most) {
    return traffic.awaitHeld(chunks, most);
  }

  /**
   * Waits until connections have been cut, by rules and by {@link #cut()}, since the start.
   *
   * @param count how many at least
   * @param most how long to wait
   * @return whether that many were cut
   */
  public boolean awaitCuts(long count, Duration most) {
    return traffic.awaitCuts(count, most);
  }

  /**
   * Counts the connections that were cut by rules and by {@link #cut()}.
   *
   * @return the count since the start
   */
  public long cuts() {
    return traffic.cuts();
  }

  /**
   * Counts the connections that were accepted and not refused; it is the number of the latest.
   *
   * @return the count since the start
   */
  public int connections() {
    return traffic.connections();
  }

  /**
   * Counts how often a client began to speak: its messages, which are the round trips of a client
   * that waits for each reply.
   *
   * @return the count of all connections since the start
   */
  public long roundTrips() {
    return traffic.roundTrips();
  }

  /**
   * Counts the messages of one connection's client.
   *
   * @param connection the connection's number, from 1
   * @return the count since it was accepted
   */
  public long roundTrips(int connection) {
    return traffic.roundTrips(connection);
  }

  /**
   * Cuts everything, stops listening and waits for the threads to end. Idempotent.
   *
   * @throws IllegalStateException if a rule threw, with what it threw, or a thread does not end
   */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      traffic.fail(e);
    }
    join(acceptor);
    List<Thread> pumps = open.values().stream().flatMap(List::stream).toList();
    open.keySet().forEach(Spliced::close);
    pumps.forEach(CuttingProxy::join);
    Throwable failure = traffic.failure();
    if (failure != null) {
      throw new IllegalStateException("the proxy or one of its rules failed", failure);
    }
  }

  private void accept() {
    try {
      while (true) {
        take(listener.accept());
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        traffic.fail(e);
      }
    }
  }

  private void take(Socket client) throws IOException {
    int number = open.size() < MAX_OPEN ? traffic.admit() : 0;
    Socket server = new Socket();
    try {
      if (number > 0) {
        server.connect(target, CONNECT_MILLIS);
        splice(new Spliced(number, client, server, traffic), number);
        return;
      }
    } catch (IOException e) {
      // The server refuses: so does the proxy, and the client sees it by the close.
      server.close();
    }
    client.close();
  }

  private void splice(Spliced spliced, int number) {
    Runnable gone = () -> open.remove(spliced);
    List<Thread> pumps =
        List.of(
            thread(number + "-to-server", () -> spliced.pump(Direction.TO_SERVER, gone)),
            thread(number + "-to-client", () -> spliced.pump(Direction.TO_CLIENT, gone)));
    open.put(spliced, pumps);
    pumps.forEach(Thread::start);
  }

  private Thread thread(String name, Runnable body) {
    Thread thread = new Thread(body, "cutting-proxy-" + port() + "-" + name);
    thread.setDaemon(true);
    return thread;
  }

  private static void join(Thread thread) {
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException(thread.getName() + " does not end");
    }
  }
}
