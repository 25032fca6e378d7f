package dev.ingest.store.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Counts a client's requests by kind, each attempt by itself, and spoils some of them. */
final class Requests implements ExecutionInterceptor {

  private final List<String> sent = new ArrayList<>();
  private final List<SdkHttpRequest> headers = new ArrayList<>();
  private @Nullable Predicate<String> unsent;
  private @Nullable Predicate<String> lost;
  private @Nullable Predicate<String> stripped;
  private @Nullable Predicate<String> hidden;
  private int losses;
  private @Nullable UnaryOperator<byte[]> damage;
  private int damages;

  synchronized void clear() {
    sent.clear();
    headers.clear();
  }

  /** How many requests there were of each kind, for example {@code {PutObject=2}}. */
  synchronized SortedMap<String, Integer> counts() {
    TreeMap<String, Integer> counts = new TreeMap<>();
    sent.forEach(kind -> counts.merge(kind, 1, Integer::sum));
    return counts;
  }

  synchronized List<SdkHttpRequest> sentRequests() {
    return List.copyOf(headers);
  }

  /** Lets replies get lost after the server has done what they tell of, some of them. */
  synchronized void loseReplies(String kind, int times) {
    lost = kind::equals;
    losses = times;
  }

  /** Lets requests of a kind fail before they leave. */
  synchronized void failBefore(String kind) {
    unsent = kind::equals;
  }

  /** Takes headers away from every request, as a server that ignores them does. */
  synchronized void strip(Predicate<String> names) {
    stripped = names;
  }

  /** Takes checksums away from the answers to requests of a kind. */
  synchronized void hideChecksums(Predicate<String> kinds) {
    hidden = kinds;
  }

  /** Changes what GetObject brings, some times. */
  synchronized void damageReads(int times, UnaryOperator<byte[]> change) {
    damage = change;
    damages = times;
  }

  private static String kind(Context.BeforeExecution context) {
    return context.request().getClass().getSimpleName().replace("Request", "");
  }

  @Override
  public synchronized void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    String kind = kind(context);
    sent.add(kind);
    headers.add(context.httpRequest());
    if (unsent != null && unsent.test(kind)) {
      throw SdkClientException.create("cut off before it was sent");
    }
  }

  @Override
  public synchronized SdkHttpRequest modifyHttpRequest(
      Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
    Predicate<String> names = stripped;
    if (names == null) {
      return context.httpRequest();
    }
    SdkHttpRequest.Builder request = context.httpRequest().toBuilder();
    context.httpRequest().headers().keySet().stream().filter(names).forEach(request::removeHeader);
    return request.build();
  }

  @Override
  public synchronized void afterTransmission(
      Context.AfterTransmission context, ExecutionAttributes attributes) {
    if (lost != null && losses > 0 && lost.test(kind(context))) {
      losses--;
      throw RetryableException.create("the reply was lost");
    }
  }

  @Override
  public synchronized SdkHttpResponse modifyHttpResponse(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    if (hidden == null || !hidden.test(kind(context))) {
      return context.httpResponse();
    }
    SdkHttpResponse.Builder answer = context.httpResponse().toBuilder();
    context.httpResponse().headers().keySet().stream()
        .filter(name -> name.toLowerCase(Locale.ROOT).startsWith("x-amz-checksum-"))
        .forEach(answer::removeHeader);
    return answer.build();
  }

  @Override
  public synchronized Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    if (damage == null || damages == 0 || !kind(context).equals("GetObject")) {
      return context.responseBody();
    }
    damages--;
    try (InputStream in = context.responseBody().orElseThrow()) {
      return Optional.of(new ByteArrayInputStream(damage.apply(in.readAllBytes())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
