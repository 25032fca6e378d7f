package dev.ingest.simulator;

import dev.ingest.core.Finding;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertDigest;
import java.time.Duration;
import java.time.Instant;

/** Where alerts of all nodes go; it tells the witness, and takes none while it is down. */
final class SimSink implements AlertSink {

  private final World world;
  private Instant downUntil = Instant.MIN;

  SimSink(World world) {
    this.world = world;
  }

  void fail(Duration time) {
    world.trace().say(name(), "is down for " + time);
    downUntil = world.now().plus(time);
  }

  @Override
  public String name() {
    return "pager";
  }

  @Override
  public void send(AlertMessage message) {
    if (!world.isQuiet() && world.now().isBefore(downUntil)) {
      throw new AlertSinkException("the pager is down until " + downUntil);
    }
    if (message instanceof AlertMessage.Digest digest) {
      world.trace().say(name(), "hears digest " + digest.digest().ordinal());
      world.witness().told(digest.digest());
      world.backfills().heard(digest.digest());
      digest.digest().lines().forEach(this::judge);
    } else if (message instanceof AlertMessage.Direct direct) {
      world.trace().say(name(), "hears of " + direct.row().group().code() + " directly");
    }
  }

  /**
   * An audit beside the traffic may find what rotted, and what was left, and nothing else. By a
   * ledger's clock that jumps, what was begun while it was behind may have taken an hour.
   */
  private void judge(AlertDigest.Line line) {
    if (line.group().code().startsWith("STAGE_")) {
      world.tally().add("told " + line.group().code(), line.count());
    }
    if (!line.group().code().equals(AlertCode.AUDIT_FINDING.name())) {
      return;
    }
    world.tally().add("audited " + line.group().stage(), line.count());
    Finding.Kind kind = Finding.Kind.valueOf(line.group().stage());
    boolean isLeft = kind == Finding.Kind.EXTRA_BYTES || kind == Finding.Kind.ENTRY_MISSING;
    boolean isLate =
        kind == Finding.Kind.STUCK && world.scenario().rate(FaultKind.LEDGER_CLOCK_JUMP) > 0;
    if (isLeft || isLate) {
      return;
    }
    for (SequenceKey key : line.samples()) {
      if (!world.witness().isAnyDamaged(key)) {
        throw world.fail(
            new InvariantViolation("S2 Conservation", key, "no finding", line.toString()));
      }
    }
  }

  @Override
  public void close() {}
}
