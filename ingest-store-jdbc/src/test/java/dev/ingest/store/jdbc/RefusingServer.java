package dev.ingest.store.jdbc;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Takes each connection and lets nobody in, as a server does whose pg_hba.conf has no rule. */
public final class RefusingServer implements AutoCloseable {

  private static final String REFUSAL = "SFATAL\0VFATAL\0C28000\0Mno rule lets you in\0\0";
  private static final int LENGTH_BYTES = 4;
  private static final int PATIENCE_MILLIS = 10_000;

  private final ServerSocket socket;

  /** Starts to take connections, on a port of its own. */
  public RefusingServer() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::work, "refusing-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns a URI that names this server after one that is not there. */
  public String afterOneThatIsDown() {
    return "jdbc:postgresql://127.0.0.1:1,127.0.0.1:"
        + socket.getLocalPort()
        + "/db?user=nobody&sslmode=disable&gssEncMode=disable&targetServerType=primary";
  }

  private void work() {
    while (true) {
      try (Socket client = socket.accept()) {
        client.setSoTimeout(PATIENCE_MILLIS);
        DataInputStream asked = new DataInputStream(client.getInputStream());
        asked.skipNBytes(asked.readInt() - LENGTH_BYTES);
        byte[] text = REFUSAL.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer answer = ByteBuffer.allocate(1 + LENGTH_BYTES + text.length);
        answer.put((byte) 'E').putInt(LENGTH_BYTES + text.length).put(text);
        client.getOutputStream().write(answer.array());
      } catch (IOException e) {
        // Or the client went, which is its affair: a test that is not answered fails by itself.
        if (socket.isClosed()) {
          return;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
