package dev.ingest.testkit.s3;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a request is answered with. Used by one thread. */
final class Reply {

  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private byte[] body = new byte[0];
  private int offset;
  private int length;

  private Reply(int status) {
    this.status = status;
  }

  static Reply of(int status) {
    return new Reply(status);
  }

  static Reply xml(byte[] document) {
    return of(200).header("Content-Type", "application/xml").body(document, 0, document.length);
  }

  static Reply error(Call call, int status, String code, String message) {
    String resource = "/" + call.bucket() + "/" + call.key();
    byte[] document = Xml.error(code, message, resource, requestId(call.request()));
    return of(status).header("Content-Type", "application/xml").body(document, 0, document.length);
  }

  static String requestId(S3Request request) {
    return "%016X".formatted(request.number());
  }

  Reply header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  Reply time(String name, Instant value) {
    return header(
        name, DateTimeFormatter.RFC_1123_DATE_TIME.format(value.atOffset(ZoneOffset.UTC)));
  }

  Reply checksum(Optional<ObjectChecksum> checksum) {
    checksum.ifPresent(
        one ->
            header(one.algorithm().header(), one.value())
                .header("x-amz-checksum-type", one.type()));
    return this;
  }

  Reply body(byte[] bytes, int from, int count) {
    body = bytes;
    offset = from;
    length = count;
    return this;
  }

  /** Flips a byte of the body, which is not empty; what is stored stays as it is. */
  void corrupt(int position) {
    byte[] other = new byte[length];
    System.arraycopy(body, offset, other, 0, length);
    other[position % length] ^= 1;
    body(other, 0, length);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }
}
