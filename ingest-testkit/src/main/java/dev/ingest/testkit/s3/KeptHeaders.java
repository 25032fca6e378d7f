package dev.ingest.testkit.s3;

import com.sun.net.httpserver.Headers;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The headers that are stored with an object and told again with it. */
final class KeptHeaders {

  private static final Set<String> KEPT =
      Set.of(
          "content-type",
          "content-disposition",
          "content-encoding",
          "content-language",
          "cache-control",
          "x-amz-tagging",
          "x-amz-storage-class");
  private static final Set<String> PREFIXES = Set.of("x-amz-meta-", "x-amz-server-side-encryption");

  private KeptHeaders() {}

  static Map<String, String> of(Headers headers) {
    Map<String, String> kept = new TreeMap<>();
    headers.forEach(
        (name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (KEPT.contains(lower) || PREFIXES.stream().anyMatch(lower::startsWith)) {
            kept.put(lower, String.join(",", values));
          }
        });
    kept.computeIfPresent("content-encoding", (name, value) -> withoutChunked(value));
    return kept;
  }

  private static @Nullable String withoutChunked(String codings) {
    String rest =
        Stream.of(codings.split(","))
            .map(String::strip)
            .filter(coding -> !coding.equals("aws-chunked") && !coding.isEmpty())
            .collect(Collectors.joining(","));
    return rest.isEmpty() ? null : rest;
  }

  /** Adds what is told with an object's bytes or without them. */
  static void tell(Content content, Reply reply) {
    content
        .headers()
        .forEach(
            (name, value) -> {
              if (!name.equals("x-amz-tagging")) {
                reply.header(name, value);
              }
            });
  }

  /** Adds what a put tells of the encryption. */
  static void tellEncryption(Content content, Reply reply) {
    content
        .headers()
        .forEach(
            (name, value) -> {
              if (name.startsWith("x-amz-server-side-encryption")) {
                reply.header(name, value);
              }
            });
  }
}
