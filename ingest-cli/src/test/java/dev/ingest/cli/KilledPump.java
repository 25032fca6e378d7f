package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/** What the ledger says of a pump whose process, {@code killed-1}, is gone or elsewhere. */
final class KilledPump {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("watcher", "pump");

  private KilledPump() {}

  /** Does something with the ledger of a home. */
  static void in(Path home, Consumer<LedgerStore> act) {
    try (Stores stores = Place.home(home).open(InstantSource.system())) {
      act.accept(stores.ledger());
    }
  }

  /** Writes down that it has the lease for so long from now, and has just beaten. */
  static void plant(LedgerStore ledger, Duration lease, long beats) {
    Instant now = ledger.ledger().now();
    String body =
        "watcher 1\nholder=killed-1\nuntil=%d\nbeat=%d\nbeats=%d\nperiod=20000\n"
                .formatted(now.plus(lease).toEpochMilli(), now.toEpochMilli(), beats)
            + "news=none\nnews-since=0\nnews-beats=0\nteller=\n";
    write(ledger, ledger.controls().read(KEY), body);
  }

  /** Has its lease be over, and everything else as it is. */
  static void endLease(LedgerStore ledger) {
    ControlRecord record = ledger.controls().read(KEY).orElseThrow();
    String over = "until=" + ledger.ledger().now().toEpochMilli();
    assertTrue(record.body().contains("holder=killed-1\n"), record.body());
    write(ledger, Optional.of(record), record.body().replaceFirst("until=[0-9]+", over));
  }

  private static void write(LedgerStore ledger, Optional<ControlRecord> before, String body) {
    long version = before.map(ControlRecord::version).orElse(0L) + 1;
    ledger.controls().write(new ControlRecord(KEY, version, body));
  }
}
