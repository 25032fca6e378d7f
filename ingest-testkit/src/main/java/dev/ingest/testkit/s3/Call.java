package dev.ingest.testkit.s3;

import com.sun.net.httpserver.Headers;
import java.util.Optional;

/** A request with its body, and the fault that may strike it. Used by one thread. */
final class Call {

  private final S3Request request;
  private final Address address;
  private final Headers headers;
  private final byte[] raw;
  private final Optional<S3Fault> fault;
  private RequestBody body = RequestBody.NONE;
  private boolean struck;

  Call(S3Request request, Address address, Headers headers, byte[] raw, Optional<S3Fault> fault) {
    this.request = request;
    this.address = address;
    this.headers = headers;
    this.raw = raw;
    this.fault = fault;
  }

  /** Decodes what came, and damages it if that is the fault; before, there are no bytes. */
  void decode(long maxBytes) {
    body = RequestBody.decode(raw, headers, maxBytes);
    Optional<S3Fault.CorruptBody> corrupt = fault(S3Fault.CorruptBody.class);
    if (corrupt.isPresent() && body.bytes().length > 0) {
      body = body.corrupted(corrupt.get().position());
      strike();
    }
  }

  S3Request request() {
    return request;
  }

  String bucket() {
    return request.bucket();
  }

  String key() {
    return request.key();
  }

  Headers headers() {
    return headers;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.getFirst(name)).or(() -> body.trailer(name));
  }

  /** Returns the bytes that came, of which one may have been flipped on the way. */
  byte[] bytes() {
    return body.bytes();
  }

  String parameter(String name) {
    return address.query().getOrDefault(name, "");
  }

  Optional<String> optional(String name) {
    return Optional.ofNullable(address.query().get(name)).filter(value -> !value.isEmpty());
  }

  int number(String name, int absent, int least, int most) {
    String value = parameter(name);
    if (value.isEmpty()) {
      return absent;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw notANumber(name, value);
    }
    throw notANumber(name, value);
  }

  private static Refusal notANumber(String name, String value) {
    return new Refusal(400, "InvalidArgument", name + " is out of its range: " + value);
  }

  /** Returns the fault if it is of that sort. */
  <F extends S3Fault> Optional<F> fault(Class<F> sort) {
    return fault.filter(sort::isInstance).map(sort::cast);
  }

  /** Notes that the fault found something to strike. */
  void strike() {
    struck = true;
  }

  Optional<S3Fault> struck() {
    return struck ? fault : Optional.empty();
  }

  /** Returns the checksum to tell in the place of the right one. */
  Optional<ObjectChecksum> told(Optional<ObjectChecksum> right) {
    if (right.isPresent() && fault(S3Fault.NoChecksum.class).isPresent()) {
      strike();
      return Optional.empty();
    }
    if (right.isPresent() && fault(S3Fault.WrongChecksum.class).isPresent()) {
      strike();
      return right.map(ObjectChecksum::wrong);
    }
    return right;
  }
}
