package dev.ingest.console;

import dev.ingest.core.text.JsonWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls of the DevTools protocol over a web socket, and counts of its events. Thread-safe. */
final class DevTools implements WebSocket.Listener, AutoCloseable {

  private static final int SECONDS = 20;

  private final Map<Long, CompletableFuture<Map<String, Object>>> calls = new ConcurrentHashMap<>();
  private final Map<String, Long> events = new HashMap<>();
  private final StringBuilder message = new StringBuilder();
  private @Nullable WebSocket socket;
  private long last;

  private DevTools() {}

  static DevTools connect(HttpClient client, URI address) throws Exception {
    DevTools tools = new DevTools();
    tools.socket =
        client.newWebSocketBuilder().buildAsync(address, tools).get(SECONDS, TimeUnit.SECONDS);
    return tools;
  }

  /** Calls, and returns the result. */
  Map<String, Object> call(String method, Consumer<JsonWriter> parameters) throws Exception {
    CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
    WebSocket open = socket;
    if (open == null) {
      throw new IllegalStateException("not connected");
    }
    synchronized (this) {
      last++;
      calls.put(last, answer);
      String text =
          new JsonWriter()
              .object(
                  json -> {
                    json.name("id").number(last);
                    json.name("method").text(method);
                    json.name("params").object(parameters);
                  })
              .toString();
      open.sendText(text, true).get(SECONDS, TimeUnit.SECONDS);
    }
    Map<String, Object> whole = answer.get(SECONDS, TimeUnit.SECONDS);
    if (whole.containsKey("error")) {
      throw new IllegalStateException(method + ": " + whole.get("error"));
    }
    return JsonText.object(whole, "result");
  }

  /** Returns how often an event has come. */
  long count(String event) {
    synchronized (events) {
      return events.getOrDefault(event, 0L);
    }
  }

  /** Waits until an event has come more often than that. */
  void awaitMore(String event, long before) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    synchronized (events) {
      while (events.getOrDefault(event, 0L) <= before) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new TimeoutException(event + " has not come");
        }
        events.wait(left);
      }
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
    message.append(data);
    if (isLast) {
      Map<String, Object> whole = JsonText.parse(message.toString());
      message.setLength(0);
      if (whole.get("id") instanceof Long id) {
        CompletableFuture<Map<String, Object>> call = calls.remove(id);
        if (call != null) {
          call.complete(whole);
        }
      } else {
        event(whole);
      }
    }
    from.request(1);
    return null;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // A dialog that stays makes the next call fail.
  private void event(Map<String, Object> whole) {
    String method = JsonText.require(whole, "method").toString();
    synchronized (events) {
      events.merge(method, 1L, Long::sum);
      events.notifyAll();
    }
    if (method.equals("Page.javascriptDialogOpening")) {
      WebSocket open = socket;
      if (open != null) {
        open.sendText(
            "{\"id\":0,\"method\":\"Page.handleJavaScriptDialog\",\"params\":{\"accept\":true}}",
            true);
      }
    }
  }

  @Override
  public void close() {
    WebSocket open = socket;
    if (open != null) {
      open.abort();
    }
  }
}
