package dev.ingest.core.engine;

import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A sink that keeps what it is sent, and fails as long as a test says so. */
final class TestSink implements AlertSink {

  final List<AlertMessage> taken = Collections.synchronizedList(new ArrayList<>());
  volatile boolean isDown;
  volatile int asked;
  volatile Runnable onSend = () -> {};
  private final String name;

  TestSink(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized void send(AlertMessage message) {
    asked++;
    onSend.run();
    if (isDown) {
      throw new AlertSinkException(name + " is down");
    }
    taken.add(message);
  }

  List<AlertDigest> digests() {
    List<AlertDigest> digests = new ArrayList<>();
    for (AlertMessage message : List.copyOf(taken)) {
      if (message instanceof AlertMessage.Digest digest) {
        digests.add(digest.digest());
      }
    }
    return digests;
  }

  List<AlertMessage.Direct> directs() {
    List<AlertMessage.Direct> directs = new ArrayList<>();
    for (AlertMessage message : List.copyOf(taken)) {
      if (message instanceof AlertMessage.Direct direct) {
        directs.add(direct);
      }
    }
    return directs;
  }

  List<Long> ordinals() {
    return digests().stream().map(AlertDigest::ordinal).toList();
  }

  /** How often a code was told, over all digests. */
  long count(String code) {
    return digests().stream()
        .flatMap(digest -> digest.lines().stream())
        .filter(line -> line.group().code().equals(code))
        .mapToLong(AlertDigest.Line::count)
        .sum();
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
