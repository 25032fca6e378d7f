package dev.ingest.testkit.s3;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts requests and faults, asks the rule, and keeps the log. All under one monitor. */
final class Traffic {

  /** The most requests whose outcome is kept. */
  static final int MAX_LOGGED = 10_000;

  private final Map<S3Operation, Long> requests = new EnumMap<>(S3Operation.class);
  private final Map<S3Fault.Kind, Long> struck = new EnumMap<>(S3Fault.Kind.class);
  private final Deque<S3Exchange> log = new ArrayDeque<>();
  private S3Rule rule = S3Rule.NONE;
  private long number;
  private @Nullable Throwable failure;

  /** A request that was counted and judged. */
  record Admitted(S3Request request, Optional<S3Fault> fault) {}

  synchronized Admitted admit(S3Operation operation, Address address) throws ConnectionDrop {
    number++;
    long count = requests.merge(operation, 1L, Long::sum);
    S3Request request = new S3Request(number, operation, count, address.bucket(), address.key());
    try {
      Optional<S3Fault> fault = rule.judge(request);
      if (fault.isPresent() && !fault.get().fits(operation)) {
        throw new IllegalStateException(fault.get() + " cannot strike " + request);
      }
      return new Admitted(request, fault);
    } catch (RuntimeException | AssertionError e) {
      fail(e);
      throw new ConnectionDrop("the rule failed at " + request);
    }
  }

  /** Notes what came of a request, before the client can know. */
  synchronized void end(S3Exchange exchange) {
    exchange.fault().ifPresent(fault -> struck.merge(fault.kind(), 1L, Long::sum));
    log.addLast(exchange);
    if (log.size() > MAX_LOGGED) {
      log.removeFirst();
    }
  }

  synchronized void fail(Throwable e) {
    failure = failure == null ? e : failure;
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }

  synchronized void rule(S3Rule next) {
    rule = next;
  }

  synchronized long requests() {
    return number;
  }

  synchronized long requests(S3Operation operation) {
    return requests.getOrDefault(operation, 0L);
  }

  synchronized long struck(S3Fault.Kind kind) {
    return struck.getOrDefault(kind, 0L);
  }

  synchronized Map<S3Fault.Kind, Long> struck() {
    return Map.copyOf(struck);
  }

  synchronized List<S3Exchange> log() {
    return List.copyOf(log);
  }
}
