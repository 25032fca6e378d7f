package dev.ingest.testkit.s3;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request's URI names, in the path style.
 *
 * @param bucket the bucket; empty if none is named
 * @param key the key; empty if none is named
 * @param query the parameters, decoded
 */
record Address(String bucket, String key, Map<String, String> query) {

  static Address of(URI uri) {
    String path = uri.getRawPath();
    String rest = path.startsWith("/") ? path.substring(1) : path;
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String key = slash < 0 ? "" : rest.substring(slash + 1);
    return new Address(decodePath(bucket), decodePath(key), query(uri.getRawQuery()));
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new LinkedHashMap<>();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        query.put(decode(name), decode(value));
      }
    }
    return query;
  }

  private static String decodePath(String raw) {
    return decode(raw.replace("+", "%2B"));
  }

  private static String decode(String raw) {
    return URLDecoder.decode(raw, StandardCharsets.UTF_8);
  }
}
