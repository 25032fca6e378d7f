package dev.ingest.core.engine;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the ledger keeps of one watcher, in a control record of the kind {@value #KIND} with the
 * watcher's name: who holds or last did it, its beats, and what was told of its silence.
 *
 * <p>The body is these lines in this order, each ended by one line feed. Times are milliseconds
 * since 1970 by the ledger's clock, numbers are decimal without sign or leading zeros, and an empty
 * holder or teller is nobody. Anything else is refused, so that no node acts on a record that it
 * misreads; a change of the form changes the number in the first line.
 *
 * <pre>
 * watcher 1
 * holder=node-1
 * until=1772359230000
 * beat=1772359200000
 * beats=17
 * period=10000
 * news=none
 * news-since=0
 * news-beats=0
 * teller=
 * </pre>
 *
 * @param holder who holds the lease, or, of a watcher without one, who beat last; empty after an
 *     orderly end
 * @param until when the lease ends; meaningless without a holder
 * @param beat when it beat last, or when it was first expected to
 * @param beats how often it has beaten, never less than before
 * @param period the longest time between two beats, as its holder knows it
 * @param news what was told of it last
 */
public record WatcherRecord(
    Optional<NodeId> holder, Instant until, Instant beat, long beats, Duration period, News news) {

  /** The kind of the control records. */
  public static final String KIND = "watcher";

  /** Eighteen digits are below 2^63; milliseconds of the year 9999 have fifteen. */
  private static final int MOST_DIGITS = 18;

  private static final String HEAD = "watcher 1";
  private static final List<String> FIELDS =
      List.of(
          "holder",
          "until",
          "beat",
          "beats",
          "period",
          "news",
          "news-since",
          "news-beats",
          "teller");

  /** How far the telling of a silence, or of its end, has come. */
  public enum Stage {
    /** It beats, as far as anybody was told. */
    NONE,
    /** A node is about to raise that it is silent. */
    TELLING_SILENT,
    /** It is silent, and that was raised. */
    SILENT,
    /** A node is about to raise that it is back. */
    TELLING_BACK
  }

  /**
   * What was told of a watcher.
   *
   * @param stage how far the telling has come
   * @param since since when it has come so far
   * @param beats how often the watcher had beaten then
   * @param teller which node brought it so far
   */
  public record News(Stage stage, Instant since, long beats, Optional<NodeId> teller) {

    /** Nothing to tell. */
    public static final News NONE = new News(Stage.NONE, Instant.EPOCH, 0, Optional.empty());
  }

  /** Begins a watcher's record: expected to beat from now on. */
  static WatcherRecord expectedFrom(Instant now, Duration period) {
    return new WatcherRecord(Optional.empty(), Instant.EPOCH, now, 0, period, News.NONE);
  }

  static ControlRecord.Key key(Watcher watcher) {
    return new ControlRecord.Key(KIND, watcher.label());
  }

  WatcherRecord heldBy(NodeId node, Instant end, Duration itsPeriod) {
    return new WatcherRecord(Optional.of(node), end, beat, beats, itsPeriod, news);
  }

  WatcherRecord released() {
    return new WatcherRecord(Optional.empty(), Instant.EPOCH, beat, beats, period, news);
  }

  WatcherRecord beaten(Instant now) {
    return new WatcherRecord(holder, until, now, beats + 1, period, news);
  }

  WatcherRecord withNews(News changed) {
    return new WatcherRecord(holder, until, beat, beats, period, changed);
  }

  String format() {
    List<Object> values =
        List.of(
            text(holder),
            until.toEpochMilli(),
            beat.toEpochMilli(),
            beats,
            period.toMillis(),
            news.stage().name().toLowerCase(Locale.ROOT),
            news.since().toEpochMilli(),
            news.beats(),
            text(news.teller()));
    StringBuilder body = new StringBuilder(HEAD).append('\n');
    for (int i = 0; i < values.size(); i++) {
      body.append(FIELDS.get(i)).append('=').append(values.get(i)).append('\n');
    }
    return body.toString();
  }

  private static String text(Optional<NodeId> node) {
    return node.map(NodeId::value).orElse("");
  }

  /**
   * Reads a record.
   *
   * @param record the control record
   * @return what it says
   * @throws InvalidValueException if its body has another form
   */
  public static WatcherRecord parse(ControlRecord record) {
    String body = record.body();
    List<String> lines = List.of(body.split("\n", -1));
    if (!lines.get(0).equals(HEAD)) {
      throw refused(record, "expected \"" + HEAD + "\" first; a newer version may have written it");
    }
    if (lines.size() != FIELDS.size() + 2 || !lines.get(lines.size() - 1).isEmpty()) {
      throw refused(record, "expected " + (FIELDS.size() + 1) + " lines");
    }
    WatcherRecord parsed =
        new WatcherRecord(
            node(record, field(record, lines, 0)),
            time(record, field(record, lines, 1)),
            time(record, field(record, lines, 2)),
            number(record, field(record, lines, 3)),
            Duration.ofMillis(number(record, field(record, lines, 4))),
            new News(
                stage(record, field(record, lines, 5)),
                time(record, field(record, lines, 6)),
                number(record, field(record, lines, 7)),
                node(record, field(record, lines, 8))));
    if (parsed.period.isZero()) {
      throw refused(record, "expected a period above zero");
    }
    return parsed;
  }

  private static String field(ControlRecord record, List<String> lines, int index) {
    String line = lines.get(index + 1);
    String start = FIELDS.get(index) + "=";
    if (!line.startsWith(start)) {
      throw refused(record, "expected \"" + start + "\" in line " + (index + 2));
    }
    return line.substring(start.length());
  }

  private static Optional<NodeId> node(ControlRecord record, String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(new NodeId(text));
    } catch (InvalidValueException e) {
      throw new InvalidValueException(
          Kind.TEXT, record.body(), "expected the id of a node or nothing: " + e.getMessage());
    }
  }

  private static Instant time(ControlRecord record, String text) {
    return Instant.ofEpochMilli(number(record, text));
  }

  private static long number(ControlRecord record, String text) {
    if (!isNumber(text)) {
      throw refused(record, "expected a decimal number, found \"" + text + "\"");
    }
    return Long.parseLong(text);
  }

  /** Not by a pattern: every node looks at every watcher's six numbers every two seconds. */
  private static boolean isNumber(String text) {
    boolean isCanonical =
        !text.isEmpty()
            && text.length() <= MOST_DIGITS
            && (text.length() == 1 || text.charAt(0) != '0');
    for (int i = 0; isCanonical && i < text.length(); i++) {
      isCanonical = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return isCanonical;
  }

  private static Stage stage(ControlRecord record, String text) {
    for (Stage stage : Stage.values()) {
      if (stage.name().toLowerCase(Locale.ROOT).equals(text)) {
        return stage;
      }
    }
    throw refused(record, "expected a stage of telling, found \"" + text + "\"");
  }

  private static InvalidValueException refused(ControlRecord record, String what) {
    return new InvalidValueException(
        Kind.TEXT,
        record.body(),
        "watcher record %s at version %d: %s; delete the record if it is damaged"
            .formatted(record.key().name(), record.version(), what));
  }
}
