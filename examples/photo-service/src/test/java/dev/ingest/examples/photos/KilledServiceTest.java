package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a real process that is killed in the middle of an upload, and started again. */
final class KilledServiceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RIDE = "alice/ride-1";

  @TempDir private Path home;

  @Test
  void uploadThatAKillCutsOff_goesOnWhereItWasAndLosesNothing() throws Exception {
    Map<String, byte[]> photos = new LinkedHashMap<>();
    byte[] first = Photos.noise(1, 200);
    photos.put("a.png", first);
    byte[] second = Photos.noise(2, 100);
    photos.put("day 2/b.png", second);
    byte[] last = Photos.noise(3, 400);
    photos.put("c.png", last);
    String settled;
    try (ServiceProcess service = ServiceProcess.start(home, "--ingest.work.lease=2s")) {
      ServiceClient client = service.client();
      settled = uploaded(client, "bob/settled", Map.of("x.png", first));
      put(client, "a.png", first);
      put(client, "day 2/b.png", second);
      try (Socket half = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
        sendHalf(half, last);
        service.kill();
      }
    }
    try (ServiceProcess service = ServiceProcess.start(home, "--ingest.work.lease=2s")) {
      ServiceClient client = service.client();
      assertThat(client.get(ServiceClient.path(RIDE)).statusCode()).isEqualTo(404);
      assertThat(ServiceClient.field(receipt(client, "bob/settled"), "root")).isEqualTo(settled);
      offer(service.port(), "a.png", first);
      offer(service.port(), "day 2/b.png", second);
      put(client, "c.png", last);
      HttpResponse<String> receipt = client.post(ServiceClient.path(RIDE) + "/receipt");
      assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
      assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(photos));
      assertThat(ServiceClient.field(receipt, "items")).isEqualTo("3");
      HttpResponse<String> again = client.post(ServiceClient.path(RIDE) + "/receipt");
      assertThat(again.body()).isEqualTo(receipt.body());
      awaitPublished(client, RIDE);
      awaitPublished(client, "bob/settled");
      assertThat(client.bytes(ServiceClient.path(RIDE) + "/results?name=c.png.thumb.jpg").body())
          .startsWith(0xff, 0xd8);
      assertThat(client.get("/actuator/health/ingest").body()).contains("\"silentWatchers\":");
      HttpResponse<String> report = client.get("/actuator/ingest");
      assertThat(report.body())
          .contains("\"VERIFIED\":2", "\"total\":2", "\"openUploads\":")
          .contains("\"name\":\"sentinel\"");
      assertThat(service.terminate()).as(service::output).isEqualTo(143);
      // On a busy machine the watchers of the killed service are silent for long, and that is told.
      assertThat(service.output().lines().filter(line -> !line.contains("WATCHER_SILENT")))
          .noneMatch(line -> line.contains("ERROR"));
    }
  }

  /** Sends the head of a request with half of its body, and waits for nothing. */
  private static void sendHalf(Socket socket, byte[] body) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(head(ServiceClient.item(RIDE, "c.png"), body.length, ""));
    out.write(body, 0, body.length / 2);
    out.flush();
  }

  private static void put(ServiceClient client, String name, byte[] body) throws Exception {
    HttpResponse<String> taken =
        client.put(ServiceClient.item(RIDE, name) + "&sha256=" + Photos.sha256(body), body);
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    assertThat(ServiceClient.field(taken, "wasRecorded")).isEqualTo("false");
    assertThat(ServiceClient.field(taken, "digest")).isEqualTo("sha256:" + Photos.sha256(body));
  }

  /** Sends the head of a request that asks first, and is answered without having to send more. */
  private static void offer(int port, String name, byte[] body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String place = ServiceClient.item(RIDE, name) + "&sha256=" + Photos.sha256(body);
      socket.getOutputStream().write(head(place, body.length, "Expect: 100-continue\r\n"));
      StringBuilder answer = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int c = in.read(); c >= 0 && c != '}'; c = in.read()) {
        answer.append((char) c);
      }
      assertThat(answer)
          .startsWith("HTTP/1.1 200")
          .contains("\"wasRecorded\":true", Photos.sha256(body));
    }
  }

  private static byte[] head(String place, int length, String more) {
    return "PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n%s\r\n"
        .formatted(place, length, more)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String uploaded(ServiceClient client, String key, Map<String, byte[]> items)
      throws Exception {
    for (Map.Entry<String, byte[]> item : items.entrySet()) {
      client.put(ServiceClient.item(key, item.getKey()), item.getValue());
    }
    HttpResponse<String> receipt = client.post(ServiceClient.path(key) + "/receipt");
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(items));
    return ServiceClient.field(receipt, "root");
  }

  private static HttpResponse<String> receipt(ServiceClient client, String key) throws Exception {
    return client.get(ServiceClient.path(key) + "/receipt");
  }

  private static void awaitPublished(ServiceClient client, String key) throws Exception {
    await(client, ServiceClient.path(key), "\"status\":\"PUBLISHED\"");
  }

  private static void await(ServiceClient client, String path, String wanted) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    HttpResponse<String> response = client.get(path);
    while (!response.body().contains(wanted)) {
      assertThat(System.nanoTime()).as(response.body()).isLessThan(end);
      assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
      response = client.get(path);
    }
  }
}
