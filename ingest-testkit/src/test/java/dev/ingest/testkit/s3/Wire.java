package dev.ingest.testkit.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** A client that says exactly what it is told to. */
final class Wire {

  static final byte[] NOTHING = new byte[0];

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final URI endpoint;

  Wire(S3FaultServer server) {
    this.endpoint = server.endpoint();
  }

  /** Sends a request; the headers are names and values in turn. */
  HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return http.send(request(method, path, body, headers).build(), BodyHandlers.ofByteArray());
  }

  HttpRequest.Builder request(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.resolve(path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request;
  }

  HttpResponse<byte[]> put(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send("PUT", path, body, headers);
  }

  HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, NOTHING, headers);
  }

  HttpResponse<byte[]> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Stores an object, which must succeed. */
  void store(String path, byte[] body) throws IOException, InterruptedException {
    assertEquals(200, put(path, body).statusCode());
  }

  /** Begins a multipart upload with a checksum of the full object by CRC32C. */
  String begin(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> reply =
        post(
            path + "?uploads",
            "",
            "x-amz-checksum-algorithm",
            "CRC32C",
            "x-amz-checksum-type",
            "FULL_OBJECT");
    assertEquals(200, reply.statusCode());
    return element(reply, "UploadId");
  }

  /** Stores a part and returns its line of a completion. */
  String part(String path, String upload, int number, byte[] body)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> reply = put(path + "?partNumber=" + number + "&uploadId=" + upload, body);
    assertEquals(200, reply.statusCode(), () -> text(reply));
    return "<Part><PartNumber>"
        + number
        + "</PartNumber><ETag>"
        + header(reply, "ETag")
        + "</ETag></Part>";
  }

  HttpResponse<byte[]> complete(String path, String upload, String parts, String... headers)
      throws IOException, InterruptedException {
    String document = "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>";
    return post(path + "?uploadId=" + upload, document, headers);
  }

  static String md5(String body) {
    return Base64.getEncoder()
        .encodeToString(ChecksumAlgorithm.md5(body.getBytes(StandardCharsets.UTF_8)));
  }

  static String crc32c(byte[] bytes) {
    return ChecksumAlgorithm.CRC32C.base64(bytes);
  }

  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static String text(HttpResponse<byte[]> reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  static String header(HttpResponse<byte[]> reply, String name) {
    return reply.headers().firstValue(name).orElse("");
  }

  static String element(HttpResponse<byte[]> reply, String name) {
    return elements(reply, name).stream().findFirst().orElse("");
  }

  static List<String> elements(HttpResponse<byte[]> reply, String name) {
    return Pattern.compile("<" + name + ">([^<]*)</" + name + ">")
        .matcher(text(reply))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  static void assertRefused(int status, String code, HttpResponse<byte[]> reply) {
    assertEquals(status + " " + code, reply.statusCode() + " " + element(reply, "Code"));
  }
}
