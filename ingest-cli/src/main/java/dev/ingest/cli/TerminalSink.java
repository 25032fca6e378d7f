package dev.ingest.cli;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertDigest;
import java.util.stream.Collectors;

/** Prints alerts on the error stream, one a line; empty digests are not printed. Thread-safe. */
final class TerminalSink implements AlertSink {

  private final Terminal terminal;
  private final Runnable before;

  /**
   * Creates a sink.
   *
   * @param terminal where it prints
   * @param before called before each alert; takes away what is drawn in its place
   */
  TerminalSink(Terminal terminal, Runnable before) {
    this.terminal = terminal;
    this.before = before;
  }

  @Override
  public String name() {
    return "terminal";
  }

  @Override
  public void send(AlertMessage message) {
    if (message instanceof AlertMessage.Digest digest) {
      digest.digest().lines().forEach(line -> print(text(line)));
    } else if (message instanceof AlertMessage.Direct direct) {
      print("alert %s: %s".formatted(direct.row().group().code(), direct.row().message()));
    }
  }

  private void print(String line) {
    before.run();
    terminal.warn(Terminal.line(line));
  }

  private static String text(AlertDigest.Line line) {
    String samples =
        line.samples().stream().map(SequenceKey::toString).collect(Collectors.joining(", "));
    String about = samples.isEmpty() ? line.group().stage() : samples;
    return "alert %s ×%d%s%s%s"
        .formatted(
            line.group().code(),
            line.count(),
            about.isEmpty() ? "" : " " + about,
            line.message().isEmpty() ? "" : " (" + line.message() + ")",
            AlertCode.of(line.group().code())
                .map(code -> ": " + code.whatHappened() + "; to do: " + code.whatToDo())
                .orElse(""));
  }

  @Override
  public void close() {}
}
