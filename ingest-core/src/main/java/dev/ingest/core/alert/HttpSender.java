package dev.ingest.core.alert;

import dev.ingest.spi.alert.AlertSinkException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one destination until one is answered with a status of 200 to 299, within the
 * bounds of its {@link HttpPolicy}.
 *
 * <p>The status is the acknowledgement: whatever follows it is read up to {@value #MAX_BODY} bytes,
 * for the connection's sake, and is never kept or shown, since a destination may repeat credentials
 * there. Errors of connections, time-outs, 408, 429 and 500 to 599 are tried again; other statuses
 * end the send at once. Redirects are not followed: they would carry signature and credentials to a
 * place that nobody configured. Thread-safe.
 */
final class HttpSender implements AutoCloseable {

  private static final int MAX_BODY = 1 << 16;
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(1);
  private static final Failed CLOSED =
      new Failed("the sink is closed", Kind.FINAL, Duration.ZERO, null);

  private final HttpDestination destination;
  private final HttpClient client;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ConcurrentMap<Object, CompletableFuture<?>> running = new ConcurrentHashMap<>();

  /**
   * Creates a sender that has no connection yet.
   *
   * @param destination where to
   */
  HttpSender(HttpDestination destination) {
    this.destination = destination;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(destination.policy().connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** How one attempt ended, if it was not acknowledged. */
  private record Failed(String how, Kind kind, Duration retryAfter, @Nullable Throwable cause) {}

  /** Whether another attempt could end otherwise. */
  private enum Kind {
    /** It could. */
    PASSING,
    /** It could not, for a reason on this side. */
    FINAL,
    /** The destination does not take this request. */
    REFUSED
  }

  /**
   * Sends.
   *
   * @param request makes the request of each attempt, without its time-out and the destination's
   *     headers
   * @throws AlertSinkException if no attempt was acknowledged
   */
  void send(Supplier<HttpRequest.Builder> request) {
    HttpPolicy policy = destination.policy();
    long end = System.nanoTime() + policy.total().toNanos();
    Duration pause = policy.firstBackoff();
    for (int attempt = 1; ; attempt++) {
      long left = Math.max(1, end - System.nanoTime());
      Failed failed = attempt(request.get(), Math.min(left, policy.answer().toNanos()));
      if (failed == null) {
        return;
      }
      Duration wait = longer(pause, failed.retryAfter());
      boolean isLate = end - System.nanoTime() - wait.toNanos() <= 0;
      if (failed.kind() != Kind.PASSING
          || attempt == policy.attempts()
          || isLate
          || isClosedWithin(wait)) {
        throw refusal(failed, attempt);
      }
      pause = pause.multipliedBy(2);
    }
  }

  private AlertSinkException refusal(Failed failed, int attempt) {
    String message =
        "%s did not acknowledge: %s (attempt %d of %d at most)"
            .formatted(destination, failed.how(), attempt, destination.policy().attempts());
    if (failed.kind() == Kind.REFUSED) {
      return AlertSinkException.refusal(message);
    }
    Throwable cause = failed.cause();
    return cause == null ? new AlertSinkException(message) : new AlertSinkException(message, cause);
  }

  private @Nullable Failed attempt(HttpRequest.Builder builder, long nanos) {
    destination.headers().forEach(builder::setHeader);
    AtomicInteger status = new AtomicInteger();
    AtomicInteger retryAfter = new AtomicInteger();
    CompletableFuture<HttpResponse<Integer>> answer =
        client.sendAsync(
            builder.build(),
            info -> {
              retryAfter.set(seconds(info.headers().firstValue("Retry-After").orElse("0")));
              status.set(info.statusCode());
              return new Discarding();
            });
    @Nullable Throwable cause = null;
    String how = "";
    Object mark = new Object();
    running.put(mark, answer);
    try {
      if (closed.getCount() == 0) {
        return CLOSED;
      }
      answer.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      how = "no answer within " + Duration.ofNanos(nanos).toMillis() + " ms";
    } catch (ExecutionException e) {
      cause = e.getCause();
      how = "the connection failed";
    } catch (CancellationException e) {
      return CLOSED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Failed("interrupted", Kind.FINAL, Duration.ZERO, e);
    } finally {
      answer.cancel(true);
      running.remove(mark);
    }
    return judge(status.get(), retryAfter.get(), how, cause);
  }

  private static @Nullable Failed judge(
      int status, int retryAfter, String how, @Nullable Throwable cause) {
    if (status == 0) {
      boolean isFinal = cause != null && !(cause instanceof IOException);
      return new Failed(how, isFinal ? Kind.FINAL : Kind.PASSING, Duration.ZERO, cause);
    }
    if (status >= 200 && status < 300) {
      return null;
    }
    boolean isPassing = status == 408 || status == 429 || status >= 500;
    return new Failed(
        "HTTP status " + status,
        isPassing ? Kind.PASSING : Kind.REFUSED,
        Duration.ofSeconds(retryAfter),
        null);
  }

  private static int seconds(String header) {
    return header.matches("[0-9]{1,4}")
        ? (int) Math.min(Integer.parseInt(header), LONGEST_RETRY_AFTER.toSeconds())
        : 0;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private boolean isClosedWithin(Duration time) {
    try {
      return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    running.values().forEach(answer -> answer.cancel(true));
  }

  /** Reads a body up to the bound and drops it. */
  private static final class Discarding implements HttpResponse.BodySubscriber<Integer> {

    private final CompletableFuture<Integer> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private int taken;

    @Override
    public CompletionStage<Integer> getBody() {
      return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        taken += buffer.remaining();
      }
      if (subscription == null) {
        return;
      }
      if (taken > MAX_BODY) {
        subscription.cancel();
        done.complete(taken);
      } else {
        subscription.request(1);
      }
    }

    @Override
    public void onError(Throwable error) {
      done.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      done.complete(taken);
    }
  }
}
