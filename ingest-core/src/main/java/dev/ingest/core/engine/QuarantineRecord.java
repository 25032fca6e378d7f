package dev.ingest.core.engine;

import dev.ingest.core.SetAside;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some keys below one prefix that were set aside, in a control record of the kind {@value #KIND}.
 *
 * <p>Its name is the place, with a dot for the slash, and a hash of the first key: so records come
 * in the order of places, those of one place are together, and setting the same keys aside again
 * finds the record that is there. The body is a line {@code quarantine 1}, lines {@code scope},
 * {@code sequence}, {@code at}, {@code actor}, {@code reason} and {@code going}, each followed by a
 * blank and its value, and one line for each key: what follows the scope, the length, and the
 * digest or {@code -}. Anything else is refused, so that nothing is deleted by a record that is
 * misread.
 *
 * @param scope what all keys lie below
 * @param kept what is set aside
 * @param isGoing whether the keys are to be deleted, which nobody takes back any more
 */
public record QuarantineRecord(ContentPrefix scope, SetAside kept, boolean isGoing) {

  /** The kind of the records. */
  public static final String KIND = "quarantine";

  /** The most keys of one record. */
  static final int MAX_KEYS = 500;

  /** The most characters of all lines of keys, which leaves room for the others. */
  static final int MAX_CHARS = 60_000;

  private static final String HEAD = "quarantine 1";
  private static final String NOTHING = "-";
  private static final int HASH = 14;
  private static final Pattern LINE = Pattern.compile("(\\S{1,512}) (\\d{1,19}) ([0-9a-f]{64}|-)");
  private static final List<String> FIELDS =
      List.of("scope", "sequence", "at", "actor", "reason", "going");

  /** Returns what the names of all records of a place begin with. */
  static String head(SequencePlace place) {
    return place.value().replace('/', '.') + ".";
  }

  /** Returns the name of the record that begins with a key. */
  static ControlRecord.Key key(SequencePlace place, ContentKey first) {
    return new ControlRecord.Key(
        KIND, head(place) + Digest.ofUtf8(first.value()).hex().substring(0, HASH));
  }

  ControlRecord.Key key() {
    return key(kept.place(), kept.keys().get(0).key());
  }

  QuarantineRecord going() {
    return new QuarantineRecord(scope, kept, true);
  }

  QuarantineRecord staying() {
    return new QuarantineRecord(scope, kept, false);
  }

  /** Returns the length of a key's line. */
  static int chars(ContentPrefix scope, ContentStat stat) {
    return line(scope, stat).length() + 1;
  }

  private static String line(ContentPrefix scope, ContentStat stat) {
    return "%s %d %s"
        .formatted(
            scope.relative(stat.key()),
            stat.length(),
            stat.checksum()
                .filter(Checksum::isEvidence)
                .map(known -> known.digest().hex())
                .orElse(NOTHING));
  }

  ControlRecord record(long version) {
    List<String> lines = new ArrayList<>();
    lines.add(HEAD);
    lines.add("scope " + scope.value());
    lines.add(
        "sequence "
            + kept.sequence()
                .map(known -> known.owner().value() + " " + known.id().value())
                .orElse(NOTHING));
    lines.add("at " + kept.at().toEpochMilli());
    lines.add("actor " + kept.actor());
    lines.add("reason " + kept.reason());
    lines.add("going " + isGoing);
    kept.keys().forEach(stat -> lines.add(line(scope, stat)));
    return new ControlRecord(key(), version, String.join("\n", lines));
  }

  /**
   * Reads a record.
   *
   * @param record one of the kind {@value #KIND}
   * @return what it says
   * @throws IllegalStateException if it has another form
   */
  public static QuarantineRecord parse(ControlRecord record) {
    try {
      return parsed(record);
    } catch (InvalidValueException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "control record %s/%s is none of bytes set aside: %s; a newer release may have written it, or"
                  .formatted(record.key().kind(), record.key().name(), e.getMessage())
              + " it was changed by hand: run one release, or delete the record, which keeps the bytes",
          e);
    }
  }

  private static QuarantineRecord parsed(ControlRecord record) {
    List<String> lines = record.body().lines().toList();
    if (lines.size() < FIELDS.size() + 2 || !lines.get(0).equals(HEAD)) {
      throw new IllegalArgumentException("expected a first line \"" + HEAD + "\", and keys");
    }
    ContentPrefix scope = new ContentPrefix(field(lines, "scope"));
    List<ContentStat> keys = new ArrayList<>();
    for (String line : lines.subList(FIELDS.size() + 1, lines.size())) {
      keys.add(stat(scope, line));
    }
    SetAside kept =
        new SetAside(
            place(record.key().name()),
            sequence(field(lines, "sequence")),
            keys,
            Instant.ofEpochMilli(Long.parseLong(field(lines, "at"))),
            field(lines, "actor"),
            field(lines, "reason"));
    QuarantineRecord parsed = new QuarantineRecord(scope, kept, isTrue(field(lines, "going")));
    if (!parsed.key().equals(record.key())) {
      throw new IllegalArgumentException("its keys do not belong to its name");
    }
    return parsed;
  }

  private static boolean isTrue(String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException("expected true or false, got " + value);
    }
    return value.equals("true");
  }

  private static String field(List<String> lines, String name) {
    String line = lines.get(FIELDS.indexOf(name) + 1);
    if (!line.startsWith(name + " ")) {
      throw new IllegalArgumentException("expected a line of " + name + ", got " + line);
    }
    return line.substring(name.length() + 1);
  }

  private static SequencePlace place(String name) {
    int end = SequencePlace.LAST.value().length();
    if (name.length() != end + 1 + HASH) {
      throw new IllegalArgumentException("its name has no place");
    }
    return new SequencePlace(name.substring(0, end).replace('.', '/'));
  }

  private static Optional<SequenceKey> sequence(String value) {
    int blank = value.indexOf(' ');
    if (value.equals(NOTHING)) {
      return Optional.empty();
    } else if (blank < 0) {
      throw new IllegalArgumentException("expected an owner and a sequence, got " + value);
    }
    return Optional.of(SequenceKey.of(value.substring(0, blank), value.substring(blank + 1)));
  }

  private static ContentStat stat(ContentPrefix scope, String line) {
    Matcher form = LINE.matcher(line);
    if (!form.matches()) {
      throw new IllegalArgumentException("expected a key, a length and a digest, got " + line);
    }
    Optional<Checksum> checksum =
        form.group(3).equals(NOTHING)
            ? Optional.empty()
            : Optional.of(new Checksum(Digest.ofHex(form.group(3)), Checksum.Provenance.READ_BACK));
    return new ContentStat(scope.key(form.group(1)), Long.parseLong(form.group(2)), checksum);
  }
}
