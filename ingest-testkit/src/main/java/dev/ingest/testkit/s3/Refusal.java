package dev.ingest.testkit.s3;

/** An error that a request is answered with. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  Refusal(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  static Refusal invalid(String message) {
    return new Refusal(400, "InvalidRequest", message);
  }

  static Refusal badDigest(String message) {
    return new Refusal(400, "BadDigest", message);
  }

  static Refusal malformed(String message) {
    return new Refusal(400, "MalformedXML", message);
  }

  static Refusal precondition(String condition) {
    return new Refusal(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold: " + condition);
  }

  static Refusal notImplemented(String what) {
    return new Refusal(501, "NotImplemented", what + " is not part of this server");
  }

  static Refusal noSuchKey(String key) {
    return new Refusal(404, "NoSuchKey", "The specified key does not exist: " + key);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String message() {
    return String.valueOf(getMessage());
  }
}
