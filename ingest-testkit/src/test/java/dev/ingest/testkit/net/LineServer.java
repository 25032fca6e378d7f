package dev.ingest.testkit.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Answers each line, and remembers the lines and the ends of connections in order. */
final class LineServer implements AutoCloseable {

  static final String END = "(end)";

  private final ServerSocket listener;
  private final Answer answer;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /** Answers one line. */
  interface Answer {
    void to(String line, Writer out) throws IOException;
  }

  LineServer() throws IOException {
    this((line, out) -> out.write("re " + line + "\n"));
  }

  LineServer(Answer answer) throws IOException {
    this.answer = answer;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  /** Waits for the next line, or {@link #END} where a client ended. */
  String next() throws InterruptedException {
    String line = heard.poll(20, TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("the server heard nothing in 20 s");
    }
    return line;
  }

  boolean heardNothingMore() {
    return heard.isEmpty();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private static void start(Runnable body) {
    Thread thread = new Thread(body, "line-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        start(() -> serve(client));
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(Socket socket) {
    try (Socket client = socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
      Writer out = new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8);
      String line = in.readLine();
      while (line != null) {
        heard.add(line);
        answer.to(line, out);
        out.flush();
        line = in.readLine();
      }
      heard.add(END);
    } catch (IOException e) {
      heard.add(END);
    }
  }
}
