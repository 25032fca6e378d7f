package dev.ingest.cli;

import dev.ingest.core.RollbackPolicy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When a route rolls a pipeline back by itself; what is not given stays as it was. */
final class RollbackOptions {

  @Option(
      names = "--rollback",
      paramLabel = "on|off",
      description =
          "For policy: whether a pipeline is rolled back by itself (default: as before; on for a new"
              + " route).")
  private @Nullable String rollback;

  @Option(
      names = "--one-in",
      paramLabel = "N",
      description =
          "For policy: of how many splits of equals one may be rolled back (default: as before; 1000"
              + " for a new route).")
  private @Nullable Integer oneIn;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      description =
          "For policy: how many of each side are needed to judge (default: as before; 20 for a new"
              + " route).")
  private @Nullable Integer minCount;

  @Option(
      names = "--min-excess",
      paramLabel = "THOUSANDTHS",
      description =
          "For policy: by how many thousandths a rate is higher at least (default: as before; 10 for"
              + " a new route).")
  private @Nullable Integer minExcess;

  RollbackPolicy over(RollbackPolicy before) {
    if (rollback == null && oneIn == null && minCount == null && minExcess == null) {
      throw new UsageException(
          "route policy takes --rollback, --one-in, --min-count or --min-excess; what is not given"
              + " stays");
    }
    return new RollbackPolicy(
        rollback == null ? before.on() : isOn(rollback),
        oneIn == null ? before.oneIn() : oneIn,
        minCount == null ? before.minCount() : minCount,
        minExcess == null ? before.minExcess() : minExcess);
  }

  private static boolean isOn(String rollback) {
    if (!rollback.equals("on") && !rollback.equals("off")) {
      throw new UsageException("--rollback takes on or off, not " + Terminal.quoted(rollback));
    }
    return rollback.equals("on");
  }
}
