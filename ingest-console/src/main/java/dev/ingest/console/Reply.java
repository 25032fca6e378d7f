package dev.ingest.console;

import dev.ingest.core.text.JsonWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a request is answered with. */
sealed interface Reply {

  /**
   * What is answered at once.
   *
   * @param status the status
   * @param headers the headers, those that every answer has aside
   * @param body the body, sent as UTF-8
   */
  record Whole(int status, Map<String, String> headers, String body) implements Reply {

    public Whole {
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    Whole with(String header, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(header, value);
      return new Whole(status, more, body);
    }
  }

  /** A stream of changes; whoever took the request hands its output to {@link Console#live}. */
  record Live() implements Reply {}

  /**
   * The headers of a stream, after those of every answer. A proxy that gathers answers before it
   * hands them on, as nginx does, would hold a stream back until its end, and no page would hear
   * anything.
   */
  Map<String, String> LIVE =
      Map.of(
          "Content-Type",
          "text/event-stream",
          "Cache-Control",
          "no-store, no-transform",
          "X-Accel-Buffering",
          "no");

  /** The headers of every answer, which keep what is shown where it is. */
  Map<String, String> SAFE =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
              + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          // Not "no-referrer": with that, browsers send no origin with the console's own forms.
          "Referrer-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  static Whole html(int status, String document) {
    return of(status, "text/html; charset=utf-8", document);
  }

  static Whole json(int status, JsonWriter json) {
    return of(status, "application/json; charset=utf-8", json + "\n");
  }

  static Whole of(int status, String type, String body) {
    return new Whole(status, Map.of("Content-Type", type), body);
  }

  static Whole seeOther(String location) {
    return new Whole(303, Map.of("Location", location), "");
  }
}
