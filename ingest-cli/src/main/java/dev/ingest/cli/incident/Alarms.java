package dev.ingest.cli.incident;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertDigest;
import java.util.HashMap;
import java.util.Map;

/** On-call's pager: prints each line of a digest as it comes, and counts. Thread-safe. */
final class Alarms implements AlertSink {

  private static final int MOST = 150;

  private final Telling telling;
  private final Map<String, Long> counts = new HashMap<>();

  Alarms(Telling telling) {
    this.telling = telling;
  }

  @Override
  public String name() {
    return "pager";
  }

  @Override
  public void send(AlertMessage message) {
    if (message instanceof AlertMessage.Digest digest) {
      digest.digest().lines().forEach(this::take);
    } else if (message instanceof AlertMessage.Direct direct) {
      take(direct.row().group().code(), direct.count(), direct.row().message());
    }
  }

  private void take(AlertDigest.Line line) {
    take(line.group().code(), line.count(), line.message());
  }

  private synchronized void take(String code, long count, String message) {
    counts.merge(code, count, Long::sum);
    String what =
        count > 1 || message.isEmpty()
            ? AlertCode.of(code).map(AlertCode::whatHappened).orElse("")
            : message;
    telling.guard("%s x%d: %s".formatted(code, count, shortened(what)));
  }

  /** Cuts what on-call would read on after a look. */
  private static String shortened(String what) {
    String first = what.split("; |, such as", 2)[0];
    return first.length() > MOST ? first.substring(0, MOST) + "..." : first;
  }

  /** Tells how many alerts of a code came. */
  synchronized long count(AlertCode code) {
    return counts.getOrDefault(code.name(), 0L);
  }

  @Override
  public void close() {}
}
