package dev.ingest.testkit.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Asks in lines, and waits for each reply. */
final class LineClient implements AutoCloseable {

  private final Socket socket = new Socket();
  private final BufferedReader in;

  LineClient(InetSocketAddress server) throws IOException {
    socket.connect(server, 20_000);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads a line; null if the connection ended, however it did. */
  @Nullable String read() {
    try {
      return in.readLine();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither a reply nor an end in 20 s", e);
    } catch (IOException e) {
      return null;
    }
  }

  @Nullable String ask(String line) {
    try {
      send(line + "\n");
    } catch (IOException e) {
      return null;
    }
    return read();
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
