package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.spi.SequenceKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** What strangers may send: names, sizes, forms and digests that are not what they should be. */
final class HostileUploadsTest {

  private static final byte[] BODY = "not even a picture".getBytes(StandardCharsets.UTF_8);

  @TempDir private static Path home;
  private static ConfigurableApplicationContext service;
  private static ServiceClient client;

  @BeforeAll
  static void start() {
    service =
        SpringApplication.run(
            PhotoService.class,
            "--server.port=0",
            "--photos.home=" + home,
            "--ingest.intake.max-items=3",
            "--ingest.intake.max-item-size=100KB",
            "--ingest.intake.max-sequence-size=150KB",
            "--ingest.intake.max-open-sessions=5",
            "--ingest.auto-startup=false");
    client = new ServiceClient(port());
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static int port() {
    return Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "C:\\windows\\a.jpg",
        "C:a.jpg",
        "a\u0000.jpg",
        "a\nb.jpg",
        "\u202egpj.exe",
        "%2e%2e%2fa.jpg",
        "%252e%252e%252fa.jpg",
        "CON",
        "con.jpg",
        "a. ",
        ""
      })
  void nameThatCouldDoHarm_isRefusedAsAProblem(String name) throws Exception {
    HttpResponse<String> put = client.put(ServiceClient.item("mallory/names", name), BODY);
    assertProblem(put, 400, "refused-value");
    assertThat(put.body()).doesNotContain("\u202e").doesNotContain("Exception");
    HttpResponse<String> form = form("mallory/form-names", Map.of(name, BODY));
    assertThat(form.statusCode()).as(form.body()).isEqualTo(400);
    assertThat(client.get(ServiceClient.path("mallory/form-names")).statusCode()).isEqualTo(404);
  }

  @Test
  void nameTooLongForItsThumbnail_isRefusedBeforeAnythingIsStored() throws Exception {
    String longest = "\u00e9".repeat(507);
    HttpResponse<String> put =
        client.put(ServiceClient.item("mallory/long-name", longest + "a"), BODY);
    assertProblem(put, 400, "refused-value");
    assertThat(put.body()).contains("at most 1,014 bytes of UTF-8");
    assertProblem(form("mallory/long-name", Map.of(longest + "a", BODY)), 400, "refused-value");
    assertProblem(
        client.post(ServiceClient.path("mallory/long-name") + "/receipt"), 422, "no-items");
    HttpResponse<String> form = form("mallory/long-name", Map.of(longest, BODY));
    assertThat(ServiceClient.field(form, "root")).isEqualTo(Photos.root(Map.of(longest, BODY)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", ".x", "a b", "a%00b", "a%0ab", "%C3%A9", "a$b"})
  void ownerThatIsNone_isRefused(String owner) throws Exception {
    HttpResponse<String> refused =
        client.get("/owners/" + owner.replace(" ", "%20") + "/sequences");
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    HttpResponse<String> put =
        client.put("/owners/" + owner.replace(" ", "%20") + "/sequences/s/items?name=a.jpg", BODY);
    assertThat(put.statusCode()).as(put.body()).isEqualTo(400);
  }

  @Test
  void strangeButHarmlessName_comesBackAsItWas() throws Exception {
    String name = "caf\u00e9/\u5199\u771f & <b>\"1\"</b>;v=2?#%.jpg";
    HttpResponse<String> taken = client.put(ServiceClient.item("alice/strange", name), BODY);
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    HttpResponse<String> receipt = client.post(ServiceClient.path("alice/strange") + "/receipt");
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(Map.of(name, BODY)));
  }

  @Test
  void receiptsAskedForAgain_leaveNoOpenUpload() throws Exception {
    // One more than the owner may have open.
    for (int i = 0; i < 6; i++) {
      String sequence = "repeat/ride-" + i;
      HttpResponse<String> taken = client.put(ServiceClient.item(sequence, "a.jpg"), BODY);
      assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
      OpenSessions.assertReceiptIsRepeatable(service, client, sequence);
    }
    assertProblem(client.post(ServiceClient.path("repeat/never") + "/receipt"), 422, "no-items");
    assertThat(OpenSessions.of(service, "repeat")).isEmpty();
  }

  @Test
  void form_isTakenAsAWholeAndItsRootIsTheClients() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("b.jpg", BODY);
    files.put("\u5199\u771f.jpg", new byte[70_000]);
    HttpResponse<String> receipt = form("alice/form", files);
    assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(files));
    assertThat(form("alice/form", files).body()).isEqualTo(receipt.body());
    HttpResponse<String> other = form("alice/form", Map.of("c.jpg", BODY));
    assertProblem(other, 409, "other-sequence");
  }

  @Test
  void formThatIsCutOff_isResumedByTheSameForm() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.jpg", BODY);
    files.put("b.jpg", new byte[60_000]);
    cutOff("alice/cut", files);
    assertThat(client.get(ServiceClient.path("alice/cut")).statusCode()).isEqualTo(404);
    HttpResponse<String> receipt = form("alice/cut", files);
    assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(files));
  }

  @Test
  void whatAnotherFormLeft_isInNoReceiptOfTheNext() throws Exception {
    Map<String, byte[]> wrong = new LinkedHashMap<>();
    wrong.put("wrong.jpg", new byte[3_000]);
    wrong.put("b.jpg", new byte[60_000]);
    cutOff("alice/mixed", wrong);
    Map<String, byte[]> right = Map.of("b.jpg", new byte[60_000]);
    HttpResponse<String> mixed = form("alice/mixed", right);
    assertProblem(mixed, 409, "other-items");
    assertThat(mixed.headers().firstValue("retry-after")).isPresent();
    assertThat(client.get(ServiceClient.path("alice/mixed")).statusCode()).isEqualTo(404);
    HttpResponse<String> receipt = form("alice/mixed", right);
    assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(right));
    assertThat(form("alice/mixed", right).body()).isEqualTo(receipt.body());
    assertThat(OpenSessions.of(service, "alice")).doesNotContain(SequenceKey.of("alice", "mixed"));
  }

  @Test
  void bytesThatAnotherFormLeft_doNotRefuseTheNextForGood() throws Exception {
    Map<String, byte[]> wrong = new LinkedHashMap<>();
    wrong.put("a.jpg", new byte[3_000]);
    wrong.put("b.jpg", new byte[60_000]);
    cutOff("alice/corrected", wrong);
    Map<String, byte[]> right = Map.of("a.jpg", BODY);
    assertProblem(form("alice/corrected", right), 409, "other-items");
    HttpResponse<String> receipt = form("alice/corrected", right);
    assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(right));
  }

  @Test
  void formOfOtherBytesUnderATakenId_leavesNothingBehind() throws Exception {
    Map<String, byte[]> files = Map.of("a.jpg", BODY);
    HttpResponse<String> receipt = form("alice/taken", files);
    assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(201);
    assertProblem(form("alice/taken", Map.of("c.jpg", BODY)), 409, "other-sequence");
    assertThat(form("alice/taken", files).body()).isEqualTo(receipt.body());
  }

  /** Sends a form without its last bytes. */
  private static void cutOff(String sequence, Map<String, byte[]> files) throws IOException {
    byte[] whole = formBody(files);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      OutputStream out = socket.getOutputStream();
      out.write(head("POST", ServiceClient.path(sequence), whole.length));
      out.write(whole, 0, whole.length - 10_000);
      out.flush();
      socket.shutdownOutput();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      // Of the server itself, which answers as soon as it sees the end; nobody may answer after it.
      assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"status\":400");
      assertThat(answer).doesNotContain("urn:ingest:problem").doesNotContain("Exception");
    }
  }

  @Test
  void formWithoutFiles_isRefused() throws Exception {
    HttpResponse<String> fields =
        post("alice/fields", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--X--");
    assertProblem(fields, 400, "malformed");
    assertProblem(post("alice/fields", "--X--"), 400, "malformed");
    assertProblem(post("alice/fields", "no form at all"), 400, "malformed");
  }

  @Test
  void formWithoutItsEnd_submitsNothing() throws Exception {
    byte[] whole = formBody(Map.of("a.jpg", BODY));
    String endless = new String(whole, 0, whole.length - 8, StandardCharsets.UTF_8);
    assertProblem(post("alice/endless", endless), 400, "cut-off");
    assertThat(client.get(ServiceClient.path("alice/endless")).statusCode()).isEqualTo(404);
  }

  @Test
  void itemOverTheLimit_is413() throws Exception {
    assertProblem(
        client.put(ServiceClient.item("alice/large", "a.jpg"), new byte[102_401]),
        413,
        "over-limit");
    assertProblem(chunked("alice/large", "a.jpg", 200_000), 413, "over-limit");
    assertProblem(form("alice/large", Map.of("a.jpg", new byte[102_401])), 413, "over-limit");
    assertThat(client.put(ServiceClient.item("alice/large", "a.jpg"), BODY).statusCode())
        .isEqualTo(200);
  }

  @Test
  void sequenceOverTheLimits_is413() throws Exception {
    client.put(ServiceClient.item("alice/long", "a.jpg"), new byte[100_000]);
    assertProblem(
        client.put(ServiceClient.item("alice/long", "b.jpg"), new byte[60_000]), 413, "over-limit");
    client.put(ServiceClient.item("alice/long", "c.jpg"), BODY);
    client.put(ServiceClient.item("alice/long", "d.jpg"), BODY);
    assertProblem(client.put(ServiceClient.item("alice/long", "e.jpg"), BODY), 413, "over-limit");
    HttpResponse<String> receipt = client.post(ServiceClient.path("alice/long") + "/receipt");
    assertThat(ServiceClient.field(receipt, "items")).isEqualTo("3");
  }

  @Test
  void openUploadsOverTheQuota_are413() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(client.put(ServiceClient.item("greedy/s-" + i, "a.jpg"), BODY).statusCode())
          .isEqualTo(200);
    }
    assertProblem(client.put(ServiceClient.item("greedy/s-5", "a.jpg"), BODY), 413, "over-quota");
    assertThat(client.put(ServiceClient.item("modest/s-5", "a.jpg"), BODY).statusCode())
        .isEqualTo(200);
  }

  @Test
  void otherBytesThanAnnounced_areRefusedAndTheUploadGoesOn() throws Exception {
    String item = ServiceClient.item("alice/digests", "a.jpg");
    assertProblem(client.put(item + "&sha256=" + "0".repeat(64), BODY), 422, "other-bytes");
    assertProblem(client.put(item + "&sha256=XYZ", BODY), 400, "refused-value");
    assertThat(client.put(item, BODY).statusCode()).isEqualTo(200);
    assertProblem(client.put(item, new byte[3]), 422, "other-bytes");
    assertProblem(
        client.put(ServiceClient.item("alice/digests", "A.JPG"), BODY), 422, "name-taken");
    HttpResponse<String> again = client.put(item, BODY);
    assertThat(ServiceClient.field(again, "wasRecorded")).isEqualTo("true");
    HttpResponse<String> receipt = client.post(ServiceClient.path("alice/digests") + "/receipt");
    assertThat(ServiceClient.field(receipt, "root")).isEqualTo(Photos.root(Map.of("a.jpg", BODY)));
  }

  @Test
  void nothingToSubmitAndNothingToShow_areProblems() throws Exception {
    assertProblem(client.post(ServiceClient.path("nobody/none") + "/receipt"), 422, "no-items");
    assertProblem(client.get(ServiceClient.path("nobody/none")), 404, "not-found");
    assertProblem(
        client.get(ServiceClient.path("nobody/none") + "/results?name=a"), 404, "not-found");
    assertProblem(client.get("/owners/nobody/sequences?limit=0"), 400, "refused-value");
    assertThat(client.get("/owners/nobody/sequences?limit=x").statusCode()).isEqualTo(400);
  }

  @Test
  void ownersSeeTheirOwn() throws Exception {
    client.put(ServiceClient.item("carol/one", "a.jpg"), BODY);
    client.post(ServiceClient.path("carol/one") + "/receipt");
    assertThat(client.get("/owners/carol/sequences").body())
        .contains("\"id\":\"one\"", "\"status\":\"RECEIVED\"");
    assertThat(client.get("/owners/dave/sequences").body()).contains("\"sequences\":[]");
    assertThat(client.get(ServiceClient.path("dave/one")).statusCode()).isEqualTo(404);
  }

  @Test
  void bodies_areNotKeptInTemporaryFiles() throws Exception {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    long before = uploadsIn(temporary);
    form("alice/temporary", Map.of("a.jpg", new byte[90_000]));
    assertThat(uploadsIn(temporary)).isEqualTo(before);
  }

  private static long uploadsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("upload_")).count();
    }
  }

  private static void assertProblem(HttpResponse<String> response, int status, String kind) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(ServiceClient.field(response, "type")).isEqualTo("urn:ingest:problem:" + kind);
  }

  private static HttpResponse<String> form(String sequence, Map<String, byte[]> files)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(client.uri(ServiceClient.path(sequence)))
            .header("Content-Type", "multipart/form-data; boundary=X")
            .POST(HttpRequest.BodyPublishers.ofByteArray(formBody(files))));
  }

  private static HttpResponse<String> post(String sequence, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(client.uri(ServiceClient.path(sequence)))
            .header("Content-Type", "multipart/form-data; boundary=X")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Without a length, as a client that does not know it. */
  private static HttpResponse<String> chunked(String sequence, String name, int length)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(client.uri(ServiceClient.item(sequence, name)))
            .PUT(
                HttpRequest.BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(new byte[length]))));
  }

  private static byte[] formBody(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      String head =
          "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"%s\"\r\n\r\n"
              .formatted(file.getKey().replace("\\", "\\\\").replace("\"", "\\\""));
      form.write(head.getBytes(StandardCharsets.UTF_8));
      form.write(file.getValue());
      form.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    form.write("--X--\r\n".getBytes(StandardCharsets.US_ASCII));
    return form.toByteArray();
  }

  private static byte[] head(String method, String path, int length) {
    return ("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
                .formatted(method, path, length)
            + "Content-Type: multipart/form-data; boundary=X\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
