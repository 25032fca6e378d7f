package dev.ingest.spi.alert;

/**
 * A destination of alerts: a log, a pager, a chat, a monitoring system.
 *
 * <p>A send that returns is an acknowledgement: the destination has the message, and it is not sent
 * again. After an error, a crash or a lost answer the same message is sent again, with the same
 * {@link AlertMessage#key()}, to this sink or to the next; so a destination that must not hear
 * twice keeps the keys.
 *
 * <p>Used by several threads: one digest at a time, in the order of their ordinals, and beside it
 * one direct alert at a time. A send may come on any thread.
 */
public interface AlertSink extends AutoCloseable {

  /**
   * Names this sink in records, alerts and logs. Carries no credentials and is the same on every
   * node and after every restart.
   *
   * @return 1 to 64 lower-case letters, digits or {@code . _ -}, starting with a letter or digit
   */
  String name();

  /**
   * Delivers a message. Bounded in time: it returns or throws within 10 seconds, its own retries
   * included. An interrupt ends it early with an error. The engine interrupts a send that takes
   * longer, and goes on as after an error: with the next sink, and with nothing more to this one on
   * the same way until that send has returned.
   *
   * @param message the message
   * @throws AlertSinkException if the destination did not acknowledge; it may have the message all
   *     the same
   */
  void send(AlertMessage message);

  /** Ends running sends and releases what the sink holds; later sends fail. Idempotent. */
  @Override
  void close();
}
