package dev.ingest.console;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Sends what no well-behaved client would. */
final class RawClient implements AutoCloseable {

  private static final int MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(URI server) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    socket.setSoTimeout(MILLIS);
    in = socket.getInputStream();
  }

  /** Sends a request without a body. */
  RawClient send(String method, String path, String host) throws IOException {
    socket
        .getOutputStream()
        .write(
            "%s %s HTTP/1.1\r\nHost: %s\r\n\r\n"
                .formatted(method, path, host)
                .getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /** Reads up to an empty line. */
  String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended after: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** Reads until a text has come. */
  String until(String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended after: " + read);
      }
      read.append((char) next);
    }
    return read.toString();
  }

  int status() throws IOException {
    return Integer.parseInt(head().split(" ", 3)[1]);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
