package dev.ingest.testkit.s3;

import java.util.Optional;

/**
 * Decides which fault strikes which request. Asked for one request at a time, in the order in which
 * their headers came, so that it may count without locks; it returns quickly and waits for nothing.
 */
@FunctionalInterface
public interface S3Rule {

  /** Nothing goes wrong. */
  S3Rule NONE = request -> Optional.empty();

  /**
   * Judges a request. A rule that throws, or names a fault that does not {@linkplain
   * S3Fault#fits(S3Operation) fit} the operation, closes the connection and fails {@link
   * S3FaultServer#close()}.
   *
   * @param request the request
   * @return what goes wrong with it
   */
  Optional<S3Fault> judge(S3Request request);

  /**
   * Strikes one request of an operation.
   *
   * @param operation the operation
   * @param occurrence which, 1 for the next one
   * @param fault what goes wrong
   * @return the rule, which strikes once
   */
  static S3Rule at(S3Operation operation, long occurrence, S3Fault fault) {
    requireFit(operation, fault);
    if (occurrence < 1) {
      throw new IllegalArgumentException("requests are counted from 1, not " + occurrence);
    }
    return new S3Rule() {
      private long seen;

      @Override
      public Optional<S3Fault> judge(S3Request request) {
        boolean struck = request.operation() == operation && ++seen == occurrence;
        return struck ? Optional.of(fault) : Optional.empty();
      }
    };
  }

  /**
   * Strikes the next requests of an operation.
   *
   * @param operation the operation
   * @param times how many requests, 0 or more; {@link Long#MAX_VALUE} for all
   * @param fault what goes wrong
   * @return the rule
   */
  static S3Rule next(S3Operation operation, long times, S3Fault fault) {
    requireFit(operation, fault);
    return new S3Rule() {
      private long left = times;

      @Override
      public Optional<S3Fault> judge(S3Request request) {
        boolean struck = request.operation() == operation && left > 0;
        left -= struck ? 1 : 0;
        return struck ? Optional.of(fault) : Optional.empty();
      }
    };
  }

  /**
   * Joins two rules. Both judge every request, so that each counts all of them.
   *
   * @param other what is taken where this rule says nothing
   * @return both
   */
  default S3Rule or(S3Rule other) {
    return request -> {
      Optional<S3Fault> first = judge(request);
      Optional<S3Fault> second = other.judge(request);
      return first.isPresent() ? first : second;
    };
  }

  private static void requireFit(S3Operation operation, S3Fault fault) {
    if (!fault.fits(operation)) {
      throw new IllegalArgumentException(fault + " cannot strike " + operation);
    }
  }
}
