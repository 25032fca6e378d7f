package dev.ingest.testkit.s3;

import java.util.Optional;

/**
 * On what a write depends.
 *
 * @param absent whether the key must hold no object
 * @param etag the entity tag, without quotes, of the object that the key must hold
 */
record Condition(boolean absent, Optional<String> etag) {

  /** Takes the condition of a put or a completion from its headers. */
  static Condition of(Call call, boolean ignoresAbsent) {
    Optional<String> ifNoneMatch = call.header("if-none-match");
    if (ifNoneMatch.isPresent() && !ifNoneMatch.get().equals("*")) {
      throw Refusal.notImplemented("If-None-Match of a write with another value than *");
    }
    return new Condition(
        ifNoneMatch.isPresent() && !ignoresAbsent,
        call.header("if-match").map(Condition::unquoted));
  }

  static String unquoted(String etag) {
    String bare = etag.startsWith("W/") ? etag.substring(2) : etag;
    return bare.replace("\"", "");
  }

  void require(String key, Optional<Version> current) {
    if (absent && current.isPresent()) {
      throw Refusal.precondition("If-None-Match");
    }
    if (etag.isPresent()) {
      Version present = current.orElseThrow(() -> Refusal.noSuchKey(key));
      if (!present.object().etag().equals(etag.get())) {
        throw Refusal.precondition("If-Match");
      }
    }
  }
}
