package dev.ingest.testkit.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Decodes a body in the {@code aws-chunked} coding: chunks, each behind a line with its length in
 * hexadecimal and perhaps a signature, then trailers. Signatures are not checked.
 */
final class AwsChunked {

  private static final int MAX_LINE = 8_192;

  private final byte[] coded;
  private final ByteArrayOutputStream bytes;
  private final Map<String, String> trailers = new HashMap<>();
  private int position;

  private AwsChunked(byte[] coded) {
    this.coded = coded;
    this.bytes = new ByteArrayOutputStream(coded.length);
  }

  static RequestBody decode(byte[] coded) {
    AwsChunked decoder = new AwsChunked(coded);
    int length = decoder.chunkLength();
    while (length > 0) {
      decoder.chunk(length);
      length = decoder.chunkLength();
    }
    decoder.trailers();
    return new RequestBody(decoder.bytes.toByteArray(), decoder.trailers);
  }

  private int chunkLength() {
    String line = line();
    int end = line.indexOf(';');
    String digits = (end < 0 ? line : line.substring(0, end)).strip();
    try {
      int length = Integer.parseInt(digits, 16);
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw incomplete("a chunk begins with '" + digits + "' instead of its length");
    }
    throw incomplete("a chunk has a negative length");
  }

  private void chunk(int length) {
    if (length > coded.length - position) {
      throw incomplete("a chunk of " + length + " bytes ends early");
    }
    bytes.write(coded, position, length);
    position += length;
    if (!line().isEmpty()) {
      throw incomplete("a chunk is longer than its length");
    }
  }

  private void trailers() {
    while (position < coded.length) {
      String line = line();
      int colon = line.indexOf(':');
      if (colon > 0) {
        String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        trailers.put(name, line.substring(colon + 1).strip());
      } else if (!line.isEmpty()) {
        throw new Refusal(400, "MalformedTrailerError", "A trailer has no colon: " + line);
      }
    }
  }

  private String line() {
    int limit = Math.min(coded.length - 1, position + MAX_LINE);
    for (int end = position; end < limit; end++) {
      if (coded[end] == '\r' && coded[end + 1] == '\n') {
        String line = new String(coded, position, end - position, StandardCharsets.ISO_8859_1);
        position = end + 2;
        return line;
      }
    }
    throw incomplete("a line does not end");
  }

  private static Refusal incomplete(String how) {
    return new Refusal(400, "IncompleteBody", "The aws-chunked body is broken: " + how);
  }
}
