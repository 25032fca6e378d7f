package dev.ingest.testkit.net;

import dev.ingest.testkit.net.Rule.Verdict;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A client's connection and the one to the server, with a pump in each direction. */
final class Spliced {

  private static final int BUFFER = 64 * 1024;
  private static final int QUIET_MILLIS = 50;
  private static final int END_MILLIS = 10_000;

  private final int number;
  private final Socket client;
  private final Socket server;
  private final Traffic traffic;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicInteger pumps = new AtomicInteger(2);
  private volatile boolean losing;

  /** Guards the four below: what is being written to the server is never cut in two. */
  private final Object toServer = new Object();

  private boolean writing;
  private long written;
  private long quietAt = -1;
  private boolean serverTold;

  Spliced(int number, Socket client, Socket server, Traffic traffic) throws IOException {
    this.number = number;
    this.client = client;
    this.server = server;
    this.traffic = traffic;
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
  }

  /** Passes bytes on until that direction ends; {@code gone} runs when both have. */
  void pump(Direction direction, Runnable gone) {
    try {
      if (direction == Direction.TO_SERVER) {
        pumpToServer();
      } else {
        pumpToClient();
      }
    } catch (IOException e) {
      // One side broke the connection, or it was cut here: the other side learns it by the close.
      close();
    } finally {
      if (pumps.decrementAndGet() == 0) {
        close();
        gone.run();
      }
    }
  }

  private void pumpToServer() throws IOException {
    byte[] buffer = new byte[BUFFER];
    int length = client.getInputStream().read(buffer);
    while (length >= 0 && !ended.get()) {
      Verdict verdict = traffic.judge(Direction.TO_SERVER, number, buffer, length);
      if (verdict == Verdict.LOSE_REPLY) {
        losing = true;
      }
      if (!passes(verdict)) {
        return;
      }
      write(buffer, length);
      if (verdict == Verdict.CUT_AFTER) {
        cut();
        return;
      }
      length = client.getInputStream().read(buffer);
    }
    if (passes(Verdict.PASS)) {
      tellServer();
    }
  }

  private void pumpToClient() throws IOException {
    byte[] buffer = new byte[BUFFER];
    int length = server.getInputStream().read(buffer);
    while (length >= 0 && !ended.get()) {
      Verdict verdict = traffic.judge(Direction.TO_CLIENT, number, buffer, length);
      if (verdict == Verdict.LOSE_REPLY || (losing && verdict != Verdict.CUT_BEFORE)) {
        lose(buffer);
        return;
      }
      if (!passes(verdict)) {
        return;
      }
      client.getOutputStream().write(buffer, 0, length);
      if (verdict == Verdict.CUT_AFTER) {
        cut();
        return;
      }
      length = server.getInputStream().read(buffer);
    }
    if (losing) {
      cut();
    } else if (passes(Verdict.PASS)) {
      client.shutdownOutput();
    }
  }

  /**
   * Drops what the server says, of which the first has come. A reply may come in pieces, the first
   * before the last of the request is done or even sent, so the connection is cut only when the
   * server has read to the end of a quiet request and ended by itself.
   */
  private void lose(byte[] buffer) throws IOException {
    losing = true;
    server.setSoTimeout(QUIET_MILLIS);
    boolean told = false;
    while (true) {
      try {
        int length = server.getInputStream().read(buffer);
        if (length < 0
            || traffic.judge(Direction.TO_CLIENT, number, buffer, length) == Verdict.CUT_BEFORE) {
          break;
        }
      } catch (SocketTimeoutException e) {
        if (told) {
          traffic.fail(
              new IllegalStateException(
                  "the server of connection "
                      + number
                      + " has not ended 10 s after its client did, so nobody knows what it did"));
          break;
        }
        told = toldIfQuiet();
        if (told) {
          server.setSoTimeout(END_MILLIS);
        }
      }
    }
    cut();
  }

  private boolean toldIfQuiet() throws IOException {
    synchronized (toServer) {
      if (writing || written != quietAt) {
        quietAt = written;
        return false;
      }
      serverTold = true;
    }
    tellServer();
    return true;
  }

  private void write(byte[] buffer, int length) throws IOException {
    synchronized (toServer) {
      if (serverTold) {
        return;
      }
      writing = true;
    }
    try {
      server.getOutputStream().write(buffer, 0, length);
    } finally {
      synchronized (toServer) {
        writing = false;
        written += length;
      }
    }
  }

  private void tellServer() throws IOException {
    if (!server.isOutputShutdown()) {
      server.shutdownOutput();
    }
  }

  private boolean passes(Verdict verdict) {
    if (verdict == Verdict.CUT_BEFORE) {
      cut();
      return false;
    }
    traffic.pass(verdict == Verdict.HOLD, ended::get);
    return !ended.get();
  }

  void cut() {
    if (end()) {
      // Counted before either side can notice, so that whoever notices finds it counted.
      traffic.countCut();
      closeBoth();
    }
  }

  void close() {
    if (end()) {
      closeBoth();
    }
  }

  private boolean end() {
    boolean first = ended.compareAndSet(false, true);
    traffic.wake();
    return first;
  }

  private void closeBoth() {
    try (client) {
      server.close();
    } catch (IOException e) {
      traffic.fail(e);
    }
  }
}
