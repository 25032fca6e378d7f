package dev.ingest.core.alert;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Messages for the tests of sinks. */
final class AlertSamples {

  static final Instant TIME = Instant.parse("2026-03-01T10:00:00Z");
  static final IncarnationId LEDGER = IncarnationId.ofBits(7, 7);
  static final String NASTY = "\"},{\n\r${jndi:ldap://x}\u202e\u2028\\ü\ud83d\ude00{}<b>\u0007";

  private AlertSamples() {}

  static AlertMessage.Digest digest(AlertDigest.Line... lines) {
    return new AlertMessage.Digest(LEDGER, new AlertDigest(17, TIME, List.of(lines)));
  }

  static AlertDigest.Line failed() {
    return new AlertDigest.Line(
        new AlertRow.Group("SEQUENCE_FAILED", "photos", "thumbnail@2", "v1.4"),
        3,
        TIME.minusSeconds(50),
        TIME.minusSeconds(2),
        List.of(SequenceKey.of("alice", "ride-1"), SequenceKey.of("bob", "ride-2")),
        "CORRUPT_INPUT: item 3 is no JPEG");
  }

  static AlertDigest.Line nasty() {
    return new AlertDigest.Line(
        new AlertRow.Group("FROM_THE_FUTURE", NASTY, NASTY, NASTY),
        1,
        TIME,
        TIME,
        List.of(),
        NASTY);
  }

  static AlertMessage.Direct direct(String message) {
    return new AlertMessage.Direct(
        LEDGER,
        "0123456789abcdef0123456789abcdef",
        new AlertRow(
            new AlertRow.Group("LEDGER_UNREACHABLE", "", "", "v1.4"),
            TIME,
            Optional.empty(),
            message),
        2);
  }
}
