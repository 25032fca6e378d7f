package dev.ingest.testkit.s3;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The body of a request, read to its end and decoded. */
final class RequestBody {

  private static final int MAX_BYTES = 1 << 30;

  static final RequestBody NONE = new RequestBody(new byte[0], Map.of());

  private final byte[] bytes;
  private final Map<String, String> trailers;

  /** Keeps both as they are; the names of the trailers are in lower case. */
  RequestBody(byte[] bytes, Map<String, String> trailers) {
    this.bytes = bytes;
    this.trailers = trailers;
  }

  /** Reads what the client sends, coded as it comes, and of a body that is too long the start. */
  static byte[] read(HttpExchange exchange, long maxBytes) throws IOException {
    int limit = limit(maxBytes);
    byte[] raw = exchange.getRequestBody().readNBytes(limit + 1);
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length != null && raw.length <= limit && raw.length != Long.parseLong(length)) {
      throw new ConnectionDrop("the body ended after " + raw.length + " of " + length + " bytes");
    }
    return raw;
  }

  private static int limit(long maxBytes) {
    return (int) Math.min(MAX_BYTES, maxBytes);
  }

  /** Takes the coding away, or refuses. */
  static RequestBody decode(byte[] raw, Headers headers, long maxBytes) {
    if (raw.length > limit(maxBytes)) {
      throw new Refusal(
          400,
          "EntityTooLarge",
          "The body is longer than the " + limit(maxBytes) + " bytes that are taken");
    }
    if (!coded(headers)) {
      return new RequestBody(raw, Map.of());
    }
    RequestBody decoded = AwsChunked.decode(raw);
    String length = headers.getFirst("x-amz-decoded-content-length");
    if (length != null && !length.equals(Integer.toString(decoded.bytes.length))) {
      throw new Refusal(
          400,
          "IncompleteBody",
          "The body has " + decoded.bytes.length + " bytes instead of " + length);
    }
    String announced = headers.getFirst("x-amz-trailer");
    if (announced != null && !decoded.trailers.containsKey(announced.toLowerCase(Locale.ROOT))) {
      throw new Refusal(400, "MalformedTrailerError", "The trailer " + announced + " is missing");
    }
    return decoded;
  }

  private static boolean coded(Headers headers) {
    String hash = headers.getFirst("x-amz-content-sha256");
    String coding = headers.getFirst("Content-Encoding");
    return (hash != null && hash.startsWith("STREAMING-"))
        || (coding != null && coding.contains("aws-chunked"));
  }

  byte[] bytes() {
    return bytes;
  }

  Optional<String> trailer(String name) {
    return Optional.ofNullable(trailers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** The same with a flipped byte, of a body that is not empty. */
  RequestBody corrupted(int position) {
    byte[] other = bytes.clone();
    other[position % other.length] ^= 1;
    return new RequestBody(other, trailers);
  }
}
