package dev.ingest.testkit.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of {@code docs/writing-an-adapter.md}, with the smallest adapter that passes it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3FaultServerExampleTest {

  private static final Path SOURCE =
      Path.of("src/test/java/dev/ingest/testkit/s3/S3FaultServerExampleTest.java");
  private static final Path PAGE = Path.of("..", "docs", "writing-an-adapter.md");

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void lostReply_isSettledByReading() throws Exception {
    byte[] bytes = Wire.bytes(1_000, 1);
    // example begins
    try (S3FaultServer server = S3FaultServer.start()) {
      server.createBucket("bucket");
      server.rule(S3Rule.at(S3Operation.PUT_OBJECT, 1, new S3Fault.EffectThenDrop()));
      storeByYourAdapter(server.endpoint(), "key", bytes);
      assertArrayEquals(bytes, server.bytes("bucket", "key").orElseThrow());
      assertEquals(List.of(), server.uploads("bucket"));
      assertEquals(1, server.struck(S3Fault.Kind.EFFECT_THEN_DROP));
      assertTrue(server.requests(S3Operation.PUT_OBJECT) <= 2, "one put and one more to find out");
    }
    // example ends
  }

  @Test
  void page_hasTheExample() throws Exception {
    String source = Files.readString(SOURCE);
    String marker = "    // example begins\n";
    String region =
        source.substring(
            source.indexOf(marker) + marker.length(), source.indexOf("    // example ends\n"));
    assertTrue(Files.readString(PAGE).contains(region.indent(-4)), region);
  }

  private void storeByYourAdapter(URI endpoint, String key, byte[] bytes)
      throws IOException, InterruptedException {
    URI object = endpoint.resolve("/bucket/" + key);
    int status;
    try {
      status = put(object, bytes);
    } catch (IOException e) {
      status = put(object, bytes);
    }
    HttpRequest reading = HttpRequest.newBuilder(object).build();
    if (status == 412
        && !Arrays.equals(bytes, http.send(reading, BodyHandlers.ofByteArray()).body())) {
      throw new IOException(object + " holds other bytes");
    }
  }

  private int put(URI object, byte[] bytes) throws IOException, InterruptedException {
    HttpRequest put =
        HttpRequest.newBuilder(object)
            .header("If-None-Match", "*")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
            .build();
    return http.send(put, BodyHandlers.discarding()).statusCode();
  }
}
