package dev.ingest.core.engine;

import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Leaves the details out of a digest: one line per code remains, with count and times, under the
 * same ordinal and key. So it has no more lines than there are codes, and no text that came from
 * anywhere but Ingest.
 */
final class Reduction {

  private Reduction() {}

  static AlertMessage.Digest of(AlertMessage.Digest whole) {
    Map<String, AlertDigest.Line> lines = new TreeMap<>();
    for (AlertDigest.Line line : whole.digest().lines()) {
      lines.merge(line.group().code(), bare(line), Reduction::sum);
    }
    AlertDigest reduced =
        new AlertDigest(
            whole.digest().ordinal(), whole.digest().sealedAt(), new ArrayList<>(lines.values()));
    return new AlertMessage.Digest(whole.incarnation(), reduced, true);
  }

  private static AlertDigest.Line bare(AlertDigest.Line line) {
    AlertRow.Group group = new AlertRow.Group(line.group().code(), "", "", "");
    return line(group, line.count(), line.first(), line.last());
  }

  private static AlertDigest.Line sum(AlertDigest.Line one, AlertDigest.Line other) {
    return line(
        one.group(),
        one.count() + other.count(),
        one.first().isBefore(other.first()) ? one.first() : other.first(),
        one.last().isAfter(other.last()) ? one.last() : other.last());
  }

  private static AlertDigest.Line line(
      AlertRow.Group group, long count, Instant first, Instant last) {
    return new AlertDigest.Line(group, count, first, last, List.of(), "");
  }
}
