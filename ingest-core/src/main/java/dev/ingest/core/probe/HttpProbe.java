package dev.ingest.core.probe;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.Evidence;
import dev.ingest.core.Probe;
import dev.ingest.core.Verdict;
import dev.ingest.spi.InvalidValueException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks a service over HTTP whether an effect is there, with one GET. Immutable and thread-safe.
 *
 * <p><b>200 to 299</b> and a whole body are judged by the rule; without one they pass. <b>404 and
 * 410</b> are FAIL, since a stage that ended says that the effect is there; where it shows with a
 * delay, {@link #whereAbsent} makes them UNKNOWN, which is asked again. <b>Everything else</b> is
 * UNKNOWN: any other status, redirects, which are not followed, a body that is cut off or longer
 * than is taken, an answer that does not come in time.
 *
 * <p><b>The service itself is asked</b>: no proxy is used, whatever the system's properties say,
 * and {@code Cache-Control: no-cache} has caches on the way ask anew, as an answer from one is no
 * proof.
 *
 * <p>Neither verdicts nor logs repeat paths, queries, headers or bodies, any of which may be
 * secret: they name scheme, host and port.
 */
public final class HttpProbe implements Probe {

  /** The most bytes that a body may have, unless set otherwise. */
  public static final int MAX_BODY = 1 << 16;

  /** By how much the engine's patience exceeds this one's, so that its own words show. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int LONGEST_BODY = 1 << 26;

  private final String name;
  private final HttpClient client;
  private final Function<Evidence, URI> where;
  private final Map<String, String> headers;
  private final Terms terms;

  /** What an answer must be, and how long and large it may be. */
  private record Terms(Rule rule, Verdict.Kind whereAbsent, Duration limit, int maxBody) {}

  private HttpProbe(
      String name,
      HttpClient client,
      Function<Evidence, URI> where,
      Map<String, String> headers,
      Terms terms) {
    this.name = name;
    this.client = client;
    this.where = where;
    this.headers = headers;
    this.terms = terms;
  }

  /** Judges answers. Thread-safe. One that throws makes the probe UNKNOWN. */
  @FunctionalInterface
  public interface Rule {

    /**
     * Judges the answer about a sequence.
     *
     * @param evidence the sequence and its candidate
     * @param answer status 200 to 299 and the whole body
     * @return the verdict; its reason is kept and shown
     */
    Verdict judge(Evidence evidence, Answer answer);
  }

  /**
   * Makes a probe that passes if the service answers with a status of 200 to 299, within 10 s.
   *
   * @param name a short name, for messages
   * @param where the absolute {@code http} or {@code https} URI of a sequence's effect, without
   *     user info; values in it are encoded by whoever makes it
   * @return the probe
   */
  public static HttpProbe of(String name, Function<Evidence, URI> where) {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    return new HttpProbe(
        name,
        client,
        where,
        Map.of("Cache-Control", "no-cache"),
        new Terms(
            (evidence, answer) -> Verdict.pass(),
            Verdict.Kind.FAIL,
            Duration.ofSeconds(10),
            MAX_BODY));
  }

  /**
   * Copies with one more header, such as {@code Authorization}. One that is there is replaced, in
   * whatever case it is written.
   *
   * @param header its name
   * @param value its value; never shown
   * @return the copy
   * @throws ConfigurationException if HTTP or its client does not allow the header
   */
  public HttpProbe withHeader(String header, String value) {
    try {
      HttpRequest.newBuilder().header(header, value);
    } catch (IllegalArgumentException e) {
      // Not as the cause: its message repeats the value.
      throw new ConfigurationException(
          "a header of probe %s is not allowed, or has characters that HTTP does not allow"
              .formatted(name));
    }
    Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    more.putAll(headers);
    more.put(header, value);
    return new HttpProbe(name, client, where, more, terms);
  }

  /**
   * Copies with a rule on the answer.
   *
   * @param rule judges what came with a status of 200 to 299
   * @return the copy
   */
  public HttpProbe expecting(Rule rule) {
    return with(new Terms(rule, terms.whereAbsent(), terms.limit(), terms.maxBody()));
  }

  /**
   * Copies with another verdict on 404 and 410.
   *
   * @param kind FAIL or UNKNOWN; PASS only where the effect is that something is gone
   * @return the copy
   */
  public HttpProbe whereAbsent(Verdict.Kind kind) {
    return with(new Terms(terms.rule(), kind, terms.limit(), terms.maxBody()));
  }

  /**
   * Copies with other bounds.
   *
   * @param limit how long the whole answer may take, from the connection on: 1 ms to 5 min
   * @param maxBody how many bytes a body may have, 0 to 64 MiB; as much may be in memory for each
   *     sequence that is verified at a time
   * @return the copy
   */
  public HttpProbe withLimits(Duration limit, int maxBody) {
    if (limit.toMillis() < 1 || limit.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TIME, limit.toString(), "an answer has 1 ms to 5 min");
    }
    if (maxBody < 0 || maxBody > LONGEST_BODY) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER, Integer.toString(maxBody), "a body has 0 to 64 MiB");
    }
    return with(new Terms(terms.rule(), terms.whereAbsent(), limit, maxBody));
  }

  private HttpProbe with(Terms changed) {
    return new HttpProbe(name, client, where, headers, changed);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Duration timeLimit() {
    return terms.limit().plus(SLACK);
  }

  @Override
  public Verdict check(Evidence evidence) throws InterruptedException {
    Optional<URI> uri = uri(evidence);
    if (uri.isEmpty()) {
      return Verdict.unknown(
          "there is no absolute http or https URI, with a host and without user info, to ask");
    }
    String origin = uri.get().getScheme() + "://" + uri.get().getRawAuthority();
    HttpRequest.Builder request = HttpRequest.newBuilder(uri.get()).GET();
    headers.forEach(request::setHeader);
    CompletableFuture<HttpResponse<Answer.Body>> asked =
        client.sendAsync(request.build(), info -> new Answer.Collecting(terms.maxBody()));
    try {
      HttpResponse<Answer.Body> response = asked.get(terms.limit().toNanos(), TimeUnit.NANOSECONDS);
      return judge(evidence, origin, response.statusCode(), response.body());
    } catch (TimeoutException e) {
      return Verdict.unknown(
          "no whole answer of %s within %d ms".formatted(origin, terms.limit().toMillis()));
    } catch (ExecutionException e) {
      return Verdict.unknown(
          "no whole answer of %s: %s"
              .formatted(
                  origin, Objects.requireNonNullElse(e.getCause(), e).getClass().getSimpleName()));
    } finally {
      asked.cancel(true);
    }
  }

  private Optional<URI> uri(Evidence evidence) {
    URI uri;
    try {
      uri = where.apply(evidence);
    } catch (IllegalArgumentException e) {
      // Its message repeats the URI, and is not for verdicts.
      return Optional.empty();
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    boolean isHttp = scheme.equals("http") || scheme.equals("https");
    return isHttp && uri.getHost() != null && uri.getRawUserInfo() == null
        ? Optional.of(uri)
        : Optional.empty();
  }

  private Verdict judge(Evidence evidence, String origin, int status, Answer.Body body) {
    if (status == 404 || status == 410) {
      return new Verdict(terms.whereAbsent(), "status %d of %s".formatted(status, origin));
    } else if (status < 200 || status >= 300) {
      return Verdict.unknown("status %d of %s".formatted(status, origin));
    } else if (!body.isWhole()) {
      return Verdict.unknown(
          "the body of %s has more than %d bytes".formatted(origin, terms.maxBody()));
    }
    return terms.rule().judge(evidence, new Answer(status, body.bytes()));
  }

  @Override
  public String toString() {
    return "probe " + name;
  }
}
