package dev.ingest.simulator;

import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
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
    } else if (message instanceof AlertMessage.Direct direct) {
      world.trace().say(name(), "hears of " + direct.row().group().code() + " directly");
    }
  }

  @Override
  public void close() {}
}
