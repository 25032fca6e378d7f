package dev.ingest.store.s3;

import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3RandomFaults;
import dev.ingest.testkit.s3.S3Request;
import dev.ingest.testkit.s3.S3Rule;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What goes wrong on S3: the list that the tests run through. */
final class Faults {

  /** Each kind with its variants. */
  static final List<S3Fault> ALL =
      List.of(
          new S3Fault.ErrorBefore(500, "InternalError"),
          new S3Fault.ErrorBefore(503, "ServiceUnavailable"),
          new S3Fault.ErrorBefore(409, "ConditionalRequestConflict"),
          new S3Fault.Throttle(),
          new S3Fault.DropBefore(),
          new S3Fault.EffectThenDrop(),
          new S3Fault.EffectThenError(500, "InternalError"),
          new S3Fault.EffectThenError(503, "ServiceUnavailable"),
          new S3Fault.ErrorIn200("InternalError", false),
          new S3Fault.ErrorIn200("InternalError", true),
          new S3Fault.ShortBody(0),
          new S3Fault.ShortBody(100),
          new S3Fault.CorruptBody(7),
          new S3Fault.WrongChecksum(),
          new S3Fault.NoChecksum(),
          new S3Fault.LostPart(),
          new S3Fault.StaleListing(5, 2),
          new S3Fault.KeysRefused(1),
          new S3Fault.Hang(),
          new S3Fault.EffectThenHang(),
          new S3Fault.Drip(Duration.ofMillis(20)));

  /** The first of each kind. */
  static final List<S3Fault> KINDS =
      Arrays.stream(S3Fault.Kind.values())
          .map(kind -> ALL.stream().filter(fault -> fault.kind() == kind).findFirst().orElseThrow())
          .toList();

  /** Those that cost the client's patience are rarer. */
  private static final double RATE_OF_HANGS = 0.15;

  /** Of those planted in one phase; several may be under way before the first has struck. */
  private static final int MOST_PLANTED = 6;

  private Faults() {}

  static boolean hangs(S3Fault fault) {
    return switch (fault.kind()) {
      case HANG, EFFECT_THEN_HANG, DRIP -> true;
      default -> false;
    };
  }

  static S3RandomFaults atRandom(long seed, long most, double rate) {
    S3RandomFaults rule = new S3RandomFaults(seed, most);
    ALL.forEach(fault -> rule.with(fault, hangs(fault) ? rate * RATE_OF_HANGS : rate));
    return rule;
  }

  /** Strikes the first requests that a fault fits, as long as it finds nothing to strike there. */
  static S3Rule planted(S3Fault fault, LongSupplier struck) {
    long before = struck.getAsLong();
    return new S3Rule() {
      private int left = MOST_PLANTED;

      @Override
      public Optional<S3Fault> judge(S3Request request) {
        if (left == 0 || !fault.fits(request.operation()) || struck.getAsLong() > before) {
          return Optional.empty();
        }
        left--;
        return Optional.of(fault);
      }
    };
  }
}
