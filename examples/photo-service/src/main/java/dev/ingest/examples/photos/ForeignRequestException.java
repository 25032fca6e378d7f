package dev.ingest.examples.photos;

/** A request that a page of another site may have had a browser send; nothing of it was read. */
final class ForeignRequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;

  ForeignRequestException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What tells that it is foreign. */
  enum Reason {
    /** It names another host than those by which the service is reached. */
    OTHER_HOST,
    /** It would change something, and comes from another site. */
    OTHER_ORIGIN
  }

  Reason reason() {
    return reason;
  }
}
