package dev.ingest.core.alert;

import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes alerts to the log: the default, and the last resort where other sinks fail. One line per
 * line of a digest, at the level ERROR, WARN or INFO by its severity, and one at INFO for an empty
 * digest. Whether a logging library has written a line is not known to it, so its acknowledgement
 * is worth as much as the log. Thread-safe.
 */
public final class Slf4jSink implements AlertSink {

  /** The logger's name, to route alerts apart from other lines. */
  public static final String LOGGER = "dev.ingest.alerts";

  private final Logger log;

  /** Creates a sink that writes to the logger {@value #LOGGER}. */
  public Slf4jSink() {
    this(LoggerFactory.getLogger(LOGGER));
  }

  Slf4jSink(Logger log) {
    this.log = log;
  }

  @Override
  public String name() {
    return "log";
  }

  @Override
  public void send(AlertMessage message) {
    if (message instanceof AlertMessage.Digest digest) {
      if (digest.digest().lines().isEmpty()) {
        log.info("digest {}: no alerts", message.key());
      }
      digest.digest().lines().forEach(line -> write(message, line));
    } else if (message instanceof AlertMessage.Direct direct) {
      write(direct);
    }
  }

  private void write(AlertMessage message, AlertDigest.Line line) {
    at(line.group())
        .log(
            "digest {}: {} × {}{} from {} to {}: {}; {}. The last says: {}. What to do: {}",
            message.key(),
            line.count(),
            line.group().code(),
            place(line.group()),
            line.first(),
            line.last(),
            line.samples().isEmpty() ? "no sequence" : AlertText.keys(line.samples()),
            AlertText.whatHappened(line.group()),
            line.message().isEmpty() ? "nothing more" : AlertText.line(line.message()),
            AlertText.whatToDo(line.group()));
  }

  private void write(AlertMessage.Direct direct) {
    AlertRow row = direct.row();
    at(row.group())
        .log(
            "{}: {} × {}{} at {}: {}; {}. What to do: {}",
            direct.key(),
            direct.count(),
            row.group().code(),
            place(row.group()),
            row.at(),
            AlertText.keys(row.sequence()),
            AlertText.line(row.message()),
            AlertText.whatToDo(row.group()));
  }

  private LoggingEventBuilder at(AlertRow.Group group) {
    return switch (AlertText.severity(group)) {
      case INFO -> log.atInfo();
      case WARNING -> log.atWarn();
      case CRITICAL -> log.atError();
    };
  }

  private static String place(AlertRow.Group group) {
    return AlertText.line(
        " [pipeline=%s, stage=%s, version=%s]"
            .formatted(group.pipeline(), group.stage(), group.nodeVersion()));
  }

  @Override
  public void close() {
    // The log belongs to the service.
  }
}
