package dev.ingest.examples.photos;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of the service, which knows HTTP and nothing of the library. */
final class ServiceClient {

  private final int port;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  ServiceClient(int port) {
    this.port = port;
  }

  URI uri(String pathAndQuery) {
    return URI.create("http://127.0.0.1:" + port + pathAndQuery);
  }

  HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(pathAndQuery)).GET());
  }

  HttpResponse<String> put(String pathAndQuery, byte[] body)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri(pathAndQuery))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<String> post(String pathAndQuery) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri(pathAndQuery)).POST(HttpRequest.BodyPublishers.noBody()));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(
        request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<byte[]> bytes(String pathAndQuery) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(pathAndQuery)).timeout(Duration.ofSeconds(60)).GET().build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  /** The place of an item of a sequence, such as {@code alice/ride-1}. */
  static String item(String sequence, String name) {
    return path(sequence) + "/items?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  static String path(String sequence) {
    return "/owners/" + sequence.replace("/", "/sequences/");
  }

  /** Finds a text or a number in a JSON object of one level. */
  static String field(HttpResponse<String> response, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(response.body());
    if (!found.find()) {
      throw new AssertionError("no " + name + " in " + response.statusCode() + response.body());
    }
    return found.group(1);
  }
}
