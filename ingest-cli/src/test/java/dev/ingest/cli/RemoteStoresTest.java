package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.s3.S3StoredVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a ledger in PostgreSQL and content on a server that speaks S3. */
@Tag("programme")
@Timeout(120)
final class RemoteStoresTest {

  @TempDir private Path temp;
  private final Backend.S3 servers;
  private Path street = Path.of("");

  RemoteStoresTest() throws IOException, SQLException {
    this.servers = Backend.S3.start();
  }

  @BeforeEach
  void prepare() throws IOException {
    street = Cli.street(temp.resolve("street"));
  }

  @AfterEach
  void close() throws SQLException {
    servers.close();
  }

  @Test
  void wholeJob_isDoneAndItsBytesAreReadableWithoutTheSdk() throws Exception {
    Json receipt =
        call("submit", street.toString(), "--id", "s1", "--json", "--apply-schema")
            .hasStatus(0)
            .sequence();

    runInAProcessOfItsOwn();

    assertEquals("VERIFIED", call("status", "--json").hasStatus(0).sequence().text("state"));
    assertTrue(call("verify", "s1").hasStatus(0).out().startsWith("VERIFIED local/s1: "));
    assertEquals(3, call("history", "s1", "--json").hasStatus(0).json().list("rows").size());
    String described = call("cat", "s1", "street-002.jpg.json").hasStatus(0).out();
    assertEquals("2026-05-04T09:30:01+02:00", Json.parse(described).text("capturedAt"));
    assertBytesAreThoseOfTheManifest(receipt.text("root"));
    assertTrue(
        call("submit", street.toString(), "--id", "s1").hasStatus(0).out().contains("receipt"));
  }

  /** With the AWS command line; skipped by that name where it is not on the PATH. */
  @Test
  void rawObjects_areReadByTheAwsCommandLineAsTheManifestSays() throws Exception {
    Optional<Path> program = AwsCommand.find();
    assumeTrue(program.isPresent(), "there is no aws on the PATH, so nothing was read with it");
    String root =
        call("submit", street.toString(), "--id", "s1", "--json", "--apply-schema")
            .hasStatus(0)
            .sequence()
            .text("root");
    Path directory = Files.createDirectory(temp.resolve("aws"));
    AwsCommand aws = new AwsCommand(program.get(), servers.server().endpoint(), directory);

    List<String> keys = aws.keys(Backend.S3.BUCKET, "production/a/raw/");

    String manifestKey = keys.get(keys.size() - 1);
    assertTrue(manifestKey.endsWith("/manifest"), keys::toString);
    byte[] manifest = aws.object(Backend.S3.BUCKET, manifestKey);
    assertEquals(root, Digest.of(manifest).toString());
    List<ManifestItem> items = Manifest.parse(manifest).items();
    assertEquals(5, items.size());
    assertEquals(items.size() + 1, keys.size(), keys::toString);
    for (int i = 0; i < items.size(); i++) {
      byte[] bytes = aws.object(Backend.S3.BUCKET, keys.get(i));
      assertEquals(items.get(i).digest(), Digest.of(bytes), keys.get(i));
    }
  }

  @Test
  void databaseWithoutTables_isRefusedAndStaysAsItWas() {
    for (String command : List.of("status", "run --until-idle", "submit " + street)) {
      Cli.Result result = call(command.split(" ")).hasStatus(3);
      assertTrue(result.err().contains("lacks the steps"), result.err());
    }
    assertEquals(
        2, call("status", "--apply-schema").status(), "a command that looks makes no tables");
    assertEquals(List.of(), servers.server().objects(Backend.S3.BUCKET));
  }

  @Test
  void prefixThatIsNotTheLedgers_isCouldNotFindOutAndFailsNothing() {
    call("submit", street.toString(), "--id", "s1", "--apply-schema").hasStatus(0);
    String elsewhere = servers.content().replace("production/a", "production/b");

    for (String command : List.of("run --until-idle", "verify s1")) {
      Cli.Result result = callOn(servers.ledger(), elsewhere, command.split(" ")).hasStatus(3);
      assertTrue(
          result.err().contains("s3://bucket/production/b has no object below ledger/binding"),
          result.err());
    }
    assertEquals("ACCEPTED", call("status", "--json").hasStatus(0).sequence().text("state"));
  }

  @Test
  void databaseForBoth_takesTheWholeJob() throws SQLException {
    String url = PostgresServer.urlOfEmptySchema();
    String one = street.resolve("notes.txt").toString();

    callOn(url, url, "submit", one, "--id", "s1", "--apply-schema").hasStatus(0);
    callOn(url, url, "run", "--until-idle").hasStatus(0);

    callOn(url, url, "verify", "s1").hasStatus(0);
  }

  @Test
  void contentThatDoesNotAnswer_isCouldNotFindOut() {
    String noContent = "s3://bucket/a?region=us-east-1&pathStyle=true&endpoint=http://127.0.0.1:1";

    Cli.Result result =
        callOn(servers.ledger(), noContent, "run", "--until-idle", "--apply-schema").hasStatus(3);

    assertTrue(result.err().startsWith("ingest run: "), result.err());
  }

  /** Repeating does not help, and nobody is to wait for a pool to find that out. */
  @Test
  @Timeout(20)
  void serverThatRefuses_isWrongUsageAndSaysWhyAtOnce() throws SQLException {
    String place = PostgresServer.url().replaceFirst("\\?.*", "");
    String nobody = place + "?user=nobody&password=secret";
    String elsewhere = PostgresServer.url().replaceFirst("/[^/?]*\\?", "/no_such_database?");

    for (List<String> one : List.of(List.of(nobody, "28"), List.of(elsewhere, "3D000"))) {
      Cli.Result result = callOn(one.get(0), servers.content(), "status", "--verbose").hasStatus(2);
      assertTrue(result.err().startsWith("ingest status: --ledger: "), result.err());
      assertTrue(result.err().contains("(SQLState " + one.get(1)), result.err());
      assertTrue(result.err().contains(one.get(0).replaceFirst("\\?.*", "?...")), result.err());
      assertFalse(result.err().contains("secret"), result.err());
    }
    Cli.Result content =
        callOn(PostgresServer.urlOfEmptySchema(), nobody, "run", "--until-idle", "--apply-schema")
            .hasStatus(2);
    assertTrue(content.err().startsWith("ingest run: --content: "), content.err());
  }

  @Test
  void passwordsInUris_areInNoMessage() {
    List<String> ledgers =
        List.of(
            "jdbc:postgresql://ann:secret@127.0.0.1:1/db",
            "jdbc:postgresql://127.0.0.1:x/db?password=secret",
            "jdbc:postgresql://127.0.0.1:1/db?password=secret&ingestSchema=maybe",
            "jdbc:postgresql://127.0.0.1:1/db?password=secret and a space",
            "jdbc:mysql://ann:secret@127.0.0.1/db");
    for (String ledger : ledgers) {
      for (String content : List.of(servers.content(), "s3://ann:secret@bucket/x")) {
        Cli.Result result = callOn(ledger, content, "status", "--verbose");
        assertTrue(result.status() >= 2, result.err());
        assertFalse((result.out() + result.err()).contains("secret"), result.err());
      }
    }
    Cli.Result misplaced = Cli.callAsIs("status", ledgers.get(0), "--leger", ledgers.get(1));
    assertFalse(misplaced.hasStatus(2).err().contains("secret"), misplaced.err());
  }

  @Test
  void driverThatLogs_addsNothingToWhatTheCommandTells() throws Exception {
    Path errors = temp.resolve("errors");
    List<String> args = pair("jdbc:postgresql://127.0.0.1:x/db", servers.content(), "status");
    try (Child child = Child.start(errors, line -> {}, args)) {
      assertEquals(2, child.exitStatus(), child::describe);
    }
    assertTrue(Files.readString(errors).startsWith("ingest status: "), Files.readString(errors));
  }

  @Test
  void schemaOfFiles_isWrongUsage() {
    Cli.Result result = new Cli(temp.resolve("home")).call("run", "--apply-schema").hasStatus(2);

    assertTrue(result.err().contains("jdbc:postgresql:"), result.err());
  }

  private void runInAProcessOfItsOwn() throws IOException, InterruptedException {
    List<String> args = pair(servers.ledger(), servers.content(), "run", "--until-idle", "--json");
    Path errors = temp.resolve("errors");
    try (Child child = Child.start(errors, line -> {}, args, servers.environment())) {
      assertEquals(0, child.exitStatus(), child::describe);
      Json printed = Json.parse(String.join("\n", child.lines()));
      assertEquals(1, printed.number("published"));
      assertEquals(0, printed.number("unaccountedFor"));
    }
  }

  /** Reads every raw object with a plain GET and compares what came with the manifest. */
  private void assertBytesAreThoseOfTheManifest(String root)
      throws IOException, InterruptedException {
    List<Digest> items = new ArrayList<>();
    Manifest manifest = null;
    for (S3StoredVersion stored : servers.server().objects(Backend.S3.BUCKET)) {
      if (stored.key().startsWith("production/a/raw/")) {
        byte[] bytes = get(stored.key());
        if (stored.key().endsWith("/manifest")) {
          assertEquals(root, Digest.of(bytes).toString());
          manifest = Manifest.parse(bytes);
        } else {
          items.add(Digest.of(bytes));
        }
      }
    }
    assertEquals(
        manifest == null ? List.of() : manifest.items().stream().map(ManifestItem::digest).toList(),
        items);
    assertEquals(5, items.size());
    assertTrue(items.contains(Digest.of(Files.readAllBytes(street.resolve("notes.txt")))));
  }

  private byte[] get(String key) throws IOException, InterruptedException {
    URI address = servers.server().endpoint().resolve("/" + Backend.S3.BUCKET + "/" + key);
    HttpResponse<byte[]> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, response.statusCode(), key);
    return response.body();
  }

  private Cli.Result call(String... args) {
    return callOn(servers.ledger(), servers.content(), args);
  }

  private static Cli.Result callOn(String ledger, String content, String... args) {
    return Cli.callAsIs(pair(ledger, content, args).toArray(String[]::new));
  }

  private static List<String> pair(String ledger, String content, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--ledger", ledger, "--content", content));
    return all;
  }
}
