package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page for whoever is on call, served by the command. */
@Timeout(120)
class ConsoleCommandTest {

  private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");
  private static final int STOPPED_SECONDS = 30;

  @TempDir private Path temp;
  private Cli cli = new Cli(Path.of(""));

  @BeforeEach
  void prepare() throws IOException {
    cli = new Cli(temp.resolve("home"));
    Path note = Files.writeString(temp.resolve("note.txt"), "wet road");
    cli.submitAndRun(note, "ride-1");
    cli.call("submit", note.toString(), "--id", "ride-2").hasStatus(0);
  }

  /** A command that serves in a thread of its own until it is closed. */
  private static final class Served implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final BufferedReader lines;
    private final FutureTask<Integer> command;
    private final Thread thread;
    private final URI uri;

    Served(String... args) throws IOException {
      PipedInputStream read = new PipedInputStream();
      PrintStream out = new PrintStream(new PipedOutputStream(read), true, StandardCharsets.UTF_8);
      PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
      lines = new BufferedReader(new InputStreamReader(read, StandardCharsets.UTF_8));
      command = new FutureTask<>(() -> Main.run(args, out, err));
      thread = new Thread(command, "console");
      thread.start();
      uri = URI.create(line());
    }

    String line() throws IOException {
      String line = lines.readLine();
      if (line == null) {
        throw new IOException("it ended: " + errors.toString(StandardCharsets.UTF_8));
      }
      return line;
    }

    HttpRequest.Builder to(String path) {
      return HttpRequest.newBuilder(uri.resolve(path)).timeout(Duration.ofSeconds(60));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
      return client.send(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        assertEquals(0, command.get(STOPPED_SECONDS, TimeUnit.SECONDS));
      } catch (Exception e) {
        throw new AssertionError("it did not stop in order", e);
      }
    }
  }

  private Served serve(String... options) throws IOException {
    List<String> args =
        new ArrayList<>(List.of("console", "--port", "0", "--home", cli.home().toString()));
    args.addAll(List.of(options));
    return new Served(args.toArray(String[]::new));
  }

  @Test
  void page_saysWhatStatusSays() throws Exception {
    try (Served served = serve()) {
      assertEquals("127.0.0.1", served.uri.getHost());
      String page = served.send(served.to("/")).body();
      Json status = cli.call("status", "--json").json();
      assertTrue(
          page.contains(
              "<strong id=\"unaccounted-for\">%s<".formatted(status.text("unaccountedFor"))));
      assertTrue(page.contains("<span id=\"accepted\">%s<".formatted(status.text("accepted"))));
      assertTrue(page.contains("<span id=\"verified\">%s<".formatted(status.text("verified"))));
      assertFalse(page.contains("UNKNOWN"), page);
      String sequence = served.send(served.to("/sequence?id=ride-1")).body();
      assertTrue(sequence.contains("The history is whole: "), sequence);
      assertFalse(sequence.contains("sign-in"), sequence);
      HttpRequest.Builder act = served.to("/act").POST(HttpRequest.BodyPublishers.noBody());
      assertEquals(403, served.send(act).statusCode());
    }
  }

  @Test
  void page_isServedWhileTheContentDoesNotOpen() throws Exception {
    Files.writeString(
        cli.home().resolve("content").resolve("ingest-content"), "ingest-content 2\n");
    try (Served served = serve("--act-as", "carol")) {
      String page = served.send(served.to("/")).body();
      assertTrue(page.contains("<span id=\"accepted\">2<"), page);
      String told = served.errors.toString(StandardCharsets.UTF_8);
      assertTrue(told.contains("the content does not answer: "), told);
    }
  }

  @Test
  void whoeverKnowsThePassword_acts() throws Exception {
    try (Served served = serve("--act-as", "carol")) {
      String line = served.line();
      Matcher password =
          Pattern.compile("sign in as carol with the password ([0-9a-f]{32})").matcher(line);
      assertTrue(password.matches(), line);
      String wrong = basic("carol", password.group(1).substring(1));
      assertEquals(
          401, served.send(served.to("/sign-in").header("Authorization", wrong)).statusCode());
      String other = basic("eve", password.group(1));
      assertEquals(
          401, served.send(served.to("/sign-in").header("Authorization", other)).statusCode());
      String right = basic("carol", password.group(1));
      assertEquals(
          303, served.send(served.to("/sign-in").header("Authorization", right)).statusCode());
      String page =
          served
              .send(served.to("/sequence?owner=local&id=ride-2").header("Authorization", right))
              .body();
      Matcher token = TOKEN.matcher(page);
      assertTrue(token.find(), page);
      HttpRequest.Builder act =
          served
              .to("/act")
              .header("Authorization", right)
              .header("Origin", "http://" + served.uri.getAuthority())
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "owner=local&id=ride-2&act=hold&reason=why&step=commit&token="
                          + token.group(1)));
      assertEquals(303, served.send(act).statusCode());
    }
    Json held = cli.call("status", "--id", "ride-2", "--json").sequence().object("hold");
    assertEquals("carol", held.text("actor"));
    assertEquals("why", held.text("reason"));
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatItWouldNotBeSafeToServe_isWrongUsage() {
    assertUsage("--act-as is for a loopback address", "--bind", "0.0.0.0", "--act-as", "carol");
    assertUsage("--known-as needs --bind", "--known-as", "ops.example");
    assertUsage("--port is 0 to 65535", "--port", "65536");
    assertUsage("--act-as: ", "--act-as", "two\nlines");
  }

  private void assertUsage(String what, String... options) {
    List<String> args = new ArrayList<>(List.of("console"));
    args.addAll(List.of(options));
    Cli.Result result = cli.call(args.toArray(String[]::new)).hasStatus(2);
    assertTrue(result.err().contains(what), result.err());
  }
}
