package dev.ingest.testkit.s3;

import static dev.ingest.testkit.s3.Wire.assertRefused;
import static dev.ingest.testkit.s3.Wire.bytes;
import static dev.ingest.testkit.s3.Wire.crc32c;
import static dev.ingest.testkit.s3.Wire.header;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AwsChunkedTest extends OnServer {

  private static final byte[] BODY = bytes(150_000, 1);

  AwsChunkedTest() throws IOException {
    super(S3ServerOptions.DEFAULT);
  }

  private static byte[] coded(byte[] body, int chunk, String extension, String trailers) {
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    for (int from = 0; from < body.length; from += chunk) {
      int length = Math.min(chunk, body.length - from);
      coded.writeBytes(ascii(Integer.toHexString(length) + extension + "\r\n"));
      coded.write(body, from, length);
      coded.writeBytes(ascii("\r\n"));
    }
    coded.writeBytes(ascii("0" + extension + "\r\n" + trailers + "\r\n"));
    return coded.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private HttpResponse<byte[]> put(byte[] coded, int length) throws Exception {
    return wire.put(
        "/bucket/key",
        coded,
        "Content-Encoding",
        "aws-chunked",
        "x-amz-content-sha256",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length",
        Integer.toString(length),
        "x-amz-trailer",
        "x-amz-checksum-crc32c");
  }

  @Test
  void chunksWithTrailer_areDecodedAndChecked() throws Exception {
    for (String extension : List.of("", ";chunk-signature=0123456789abcdef")) {
      byte[] coded =
          coded(BODY, 65_536, extension, "x-amz-checksum-crc32c:" + crc32c(BODY) + "\r\n");
      HttpResponse<byte[]> reply = put(coded, BODY.length);
      assertEquals(200, reply.statusCode(), () -> Wire.text(reply));
      assertEquals(crc32c(BODY), header(reply, "x-amz-checksum-crc32c"));
      assertArrayEquals(BODY, server.bytes("bucket", "key").orElseThrow());
      assertEquals(Optional.of(Map.of()), server.headers("bucket", "key"));
    }
  }

  @Test
  void emptyBody_isDecoded() throws Exception {
    byte[] none = new byte[0];
    byte[] coded = coded(none, 1, "", "x-amz-checksum-crc32c:" + crc32c(none) + "\r\n");
    assertEquals(200, put(coded, 0).statusCode());
    assertArrayEquals(none, server.bytes("bucket", "key").orElseThrow());
  }

  @Test
  void wrongTrailer_isRefused() throws Exception {
    byte[] coded = coded(BODY, 65_536, "", "x-amz-checksum-crc32c:AAAAAA==\r\n");
    assertRefused(400, "BadDigest", put(coded, BODY.length));
    assertRefused(400, "MalformedTrailerError", put(coded(BODY, 65_536, "", ""), BODY.length));
    assertEquals(Optional.empty(), server.bytes("bucket", "key"));
  }

  @Test
  void brokenCoding_isRefused() throws Exception {
    byte[] coded = coded(BODY, 65_536, "", "x-amz-checksum-crc32c:" + crc32c(BODY) + "\r\n");
    assertRefused(400, "IncompleteBody", put(coded, BODY.length - 1));
    assertRefused(400, "IncompleteBody", put(Arrays.copyOf(coded, 70_000), BODY.length));
    assertRefused(400, "IncompleteBody", put(BODY, BODY.length));
    assertRefused(400, "IncompleteBody", put(ascii("-5\r\nabc"), 5));
    assertRefused(400, "IncompleteBody", put(ascii("3\r\nabcd\r\n0\r\n\r\n"), 4));
    assertEquals(Optional.empty(), server.bytes("bucket", "key"));
  }

  private Socket socket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.endpoint().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String head(String path, int length, String header) {
    List<String> lines =
        List.of(
            "PUT " + path + " HTTP/1.1", "Host: host", "Content-Length: " + length, header, "", "");
    return String.join("\r\n", lines);
  }

  @Test
  void expectContinue_isAnswered() throws Exception {
    HttpResponse<byte[]> reply =
        HttpClient.newHttpClient()
            .send(
                wire.request("PUT", "/bucket/key", BODY).expectContinue(true).build(),
                BodyHandlers.ofByteArray());
    assertEquals(200, reply.statusCode());
    try (Socket socket = socket()) {
      socket.getOutputStream().write(ascii(head("/bucket/slow", 3, "Expect: 100-continue")));
      InputStream in = socket.getInputStream();
      assertEquals("HTTP/1.1 100 Continue", firstLine(in));
      socket.getOutputStream().write(ascii("abc"));
      assertEquals("HTTP/1.1 200 OK", firstLine(in));
    }
    assertArrayEquals(ascii("abc"), server.bytes("bucket", "slow").orElseThrow());
  }

  /** Reads headers to their end and returns the line before them. */
  private static String firstLine(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int next = in.read();
    while (next >= 0) {
      head.append((char) next);
      if (head.toString().endsWith("\r\n\r\n")) {
        return head.substring(0, head.indexOf("\r\n"));
      }
      next = in.read();
    }
    throw new IOException("the connection ended in the headers: " + head);
  }

  @Test
  void bodyThatBreaksOff_storesNothing() throws Exception {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(ascii(head("/bucket/key", 10, "Accept: */*") + "abc"));
      socket.shutdownOutput();
      assertEquals(-1, socket.getInputStream().read());
    }
    assertEquals(Optional.empty(), server.bytes("bucket", "key"));
    assertEquals(0, server.exchanges().get(0).status());
  }

  @Test
  void longLine_isRefused() {
    byte[] endless = new byte[20_000];
    Arrays.fill(endless, (byte) 'a');
    Refusal refusal = assertThrows(Refusal.class, () -> AwsChunked.decode(endless));
    assertTrue(refusal.message().contains("does not end"), refusal::message);
  }
}
