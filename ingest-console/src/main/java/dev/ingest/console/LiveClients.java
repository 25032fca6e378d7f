package dev.ingest.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells pages that there is something new to read, by server-sent events. Thread-safe.
 *
 * <p><b>Why nobody can hold it up.</b> An event is a number, never the figures: a page reads those
 * by a request of its own. A stream ends after {@link #MOST_EVENTS} events and the browser asks for
 * another, so that all that is ever written to one is a few kilobytes, less than the smallest
 * buffer that a connection of HTTP/1.1 has on its way. So one thread writes to all of them; one
 * that does not read what it is sent blocks nobody, and has its place for no longer than others.
 * Over HTTP/2 a client can take nothing at all, and hold the thread until its container gives up on
 * it; the other pages then hear nothing for a minute, and read by themselves. So do pages behind a
 * proxy that holds streams back all the same. Without any of them the thread rests and nothing is
 * read.
 */
final class LiveClients implements AutoCloseable {

  /** How many events one stream has at most. */
  static final int MOST_EVENTS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(LiveClients.class);
  private static final byte[] BEGIN = "retry: 3000\n\n".getBytes(StandardCharsets.US_ASCII);

  private final int most;
  private final Duration interval;
  private final Supplier<Snapshot> latest;
  private final ScheduledExecutorService pump =
      Executors.newSingleThreadScheduledExecutor(LedgerThreads.daemons("ingest-console-live"));
  private final List<Client> clients = new ArrayList<>();
  private @Nullable ScheduledFuture<?> ticks;
  private boolean closed;

  LiveClients(int most, Duration interval, Supplier<Snapshot> latest) {
    this.most = most;
    this.interval = interval;
    this.latest = latest;
  }

  private static final class Client {

    private final OutputStream out;
    private final Runnable end;
    private int events;

    Client(OutputStream out, Runnable end) {
      this.out = out;
      this.end = end;
    }
  }

  /** Tells whether one more would be refused; it may be all the same if others come meanwhile. */
  synchronized boolean isFull() {
    return closed || clients.size() >= most;
  }

  /** Returns how many there are. */
  synchronized int size() {
    return clients.size();
  }

  /**
   * Takes a stream on, or ends it at once if there are too many.
   *
   * @param out where events go
   * @param end ends the stream; called once
   */
  void add(OutputStream out, Runnable end) {
    Client client = new Client(out, end);
    if (!took(client)) {
      end.run();
    }
  }

  private synchronized boolean took(Client client) {
    if (isFull()) {
      return false;
    }
    clients.add(client);
    pump.execute(() -> write(client, BEGIN));
    if (ticks == null) {
      long nanos = interval.toNanos();
      ticks = pump.scheduleWithFixedDelay(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
    }
    return true;
  }

  private void tick() {
    byte[] event;
    try {
      event = "data: %d\n\n".formatted(latest.get().ordinal()).getBytes(StandardCharsets.US_ASCII);
    } catch (RuntimeException | Error e) {
      LOG.warn("Pages are told that nothing is known", e);
      event = "data: 0\n\n".getBytes(StandardCharsets.US_ASCII);
    }
    List<Client> all;
    synchronized (this) {
      all = List.copyOf(clients);
    }
    for (Client client : all) {
      write(client, event);
    }
    rest();
  }

  private void write(Client client, byte[] event) {
    try {
      client.out.write(event);
      client.out.flush();
      client.events++;
      if (client.events >= MOST_EVENTS) {
        drop(client);
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.debug("A page is gone", e);
      drop(client);
    }
  }

  private void drop(Client client) {
    boolean ours;
    synchronized (this) {
      ours = clients.remove(client);
    }
    if (ours) {
      end(client);
    }
  }

  private static void end(Client client) {
    try {
      client.end.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("A stream of the console could not be ended", e);
    }
  }

  private synchronized void rest() {
    if (clients.isEmpty() && ticks != null) {
      ticks.cancel(false);
      ticks = null;
    }
  }

  /** Ends all streams. */
  @Override
  public void close() {
    List<Client> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(clients);
    }
    all.forEach(this::drop);
    pump.shutdownNow();
  }
}
