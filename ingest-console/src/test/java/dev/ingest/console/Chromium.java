package dev.ingest.console;

import dev.ingest.core.text.JsonWriter;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real browser without a window, driven by its DevTools protocol. */
final class Chromium {

  private static final int SECONDS = 30;
  private static final String ANNOUNCED = "DevTools listening on ";

  private final Process process;
  private final URI devTools;
  private final HttpClient client = HttpClient.newHttpClient();

  private Chromium(Process process, URI devTools) {
    this.process = process;
    this.devTools = devTools;
  }

  /** Finds it on the PATH. */
  static Optional<Path> find() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(part -> !part.isEmpty())
        .flatMap(part -> Stream.of(Path.of(part, "chromium"), Path.of(part, "google-chrome")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it with an empty profile. */
  static Chromium start(Path program, Path profile) throws Exception {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                // Where tests run as root there is none, and all that is loaded is our own.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    CompletableFuture<URI> announced = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(process, announced), "chromium-errors");
    reader.setDaemon(true);
    reader.start();
    try {
      return new Chromium(process, announced.get(SECONDS, TimeUnit.SECONDS));
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static void read(Process process, CompletableFuture<URI> announced) {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ANNOUNCED)) {
          announced.complete(URI.create(line.substring(ANNOUNCED.length()).strip()));
        }
      }
      announced.completeExceptionally(new IOException("it ended before it could be driven"));
    } catch (IOException e) {
      announced.completeExceptionally(e);
    }
  }

  /** Opens a tab. */
  Tab open() throws Exception {
    URI make = URI.create("http://127.0.0.1:%d/json/new?about:blank".formatted(devTools.getPort()));
    String made =
        client
            .send(
                HttpRequest.newBuilder(make)
                    .timeout(Duration.ofSeconds(SECONDS))
                    .PUT(HttpRequest.BodyPublishers.noBody())
                    .build(),
                BodyHandlers.ofString())
            .body();
    Map<String, Object> target = JsonText.parse(made);
    DevTools tools =
        DevTools.connect(
            client, URI.create(JsonText.require(target, "webSocketDebuggerUrl").toString()));
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      tools.call(domain + ".enable", json -> {});
    }
    return new Tab(tools);
  }

  /** Ends it with all its processes, so that none writes into its profile any more. */
  void end() throws Exception {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    for (ProcessHandle one : all) {
      one.destroyForcibly();
      one.onExit().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  /** One page at a time. */
  static final class Tab implements AutoCloseable {

    private final DevTools tools;

    Tab(DevTools tools) {
      this.tools = tools;
    }

    /** Goes to an address, and waits until it is loaded. */
    void go(URI address) throws Exception {
      long loads = tools.count("Page.loadEventFired");
      tools.call("Page.navigate", json -> json.name("url").text(address.toString()));
      tools.awaitMore("Page.loadEventFired", loads);
    }

    /** Has a script run in each page before those of the page do. */
    void before(String script) throws Exception {
      tools.call("Page.addScriptToEvaluateOnNewDocument", json -> json.name("source").text(script));
    }

    /** Clicks, and waits until the page that this leads to is loaded. */
    void follow(String selector) throws Exception {
      long loads = tools.count("Page.loadEventFired");
      text("document.querySelector(" + quoted(selector) + ").click()");
      tools.awaitMore("Page.loadEventFired", loads);
    }

    /** Evaluates an expression, and returns it as text. */
    String text(String expression) throws Exception {
      return evaluated("String(" + expression + ")");
    }

    private String evaluated(String expression) throws Exception {
      Map<String, Object> answer =
          tools.call(
              "Runtime.evaluate",
              json -> {
                json.name("expression").text(expression);
                json.name("returnByValue").truth(true);
                json.name("awaitPromise").truth(true);
              });
      if (answer.containsKey("exceptionDetails")) {
        throw new IllegalStateException(expression + ": " + answer);
      }
      return JsonText.require(JsonText.object(answer, "result"), "value").toString();
    }

    /** Waits until an expression is true. */
    void await(String expression) throws Exception {
      String waiting =
          "new Promise(done => { const look = () => (%s) ? done(true) : setTimeout(look, 50); look(); })"
              .formatted(expression);
      evaluated(waiting);
    }

    /** Returns what the element with an id says. */
    String textOf(String id) throws Exception {
      return text("document.getElementById(" + quoted(id) + ").textContent");
    }

    void width(int pixels, int height) throws Exception {
      tools.call(
          "Emulation.setDeviceMetricsOverride",
          json -> {
            json.name("width").number(pixels);
            json.name("height").number(height);
            json.name("deviceScaleFactor").number(1);
            json.name("mobile").truth(false);
          });
    }

    void colours(String scheme) throws Exception {
      tools.call(
          "Emulation.setEmulatedMedia",
          json ->
              json.name("features")
                  .array(
                      features ->
                          features.object(
                              feature ->
                                  feature
                                      .name("name")
                                      .text("prefers-color-scheme")
                                      .name("value")
                                      .text(scheme))));
    }

    void withoutScripts() throws Exception {
      tools.call("Emulation.setScriptExecutionDisabled", json -> json.name("value").truth(true));
    }

    /** Sends a header with every request. */
    void header(String name, String value) throws Exception {
      tools.call(
          "Network.setExtraHTTPHeaders",
          json -> json.name("headers").object(headers -> headers.name(name).text(value)));
    }

    void press(String key) throws Exception {
      for (String type : List.of("keyDown", "keyUp")) {
        tools.call(
            "Input.dispatchKeyEvent",
            json -> {
              json.name("type").text(type);
              json.name("key").text(key);
              json.name("code").text(key);
              json.name("windowsVirtualKeyCode").number(9);
            });
      }
    }

    /** Returns the page as a PNG, in Base64. */
    String picture() throws Exception {
      return JsonText.require(
              tools.call("Page.captureScreenshot", json -> json.name("format").text("png")), "data")
          .toString();
    }

    /** Returns how often something was told: a dialog, an exception, a violation of the policy. */
    long told(String event) {
      return tools.count(event);
    }

    private static String quoted(String text) {
      return new JsonWriter().text(text).toString();
    }

    @Override
    public void close() {
      tools.close();
    }
  }
}
