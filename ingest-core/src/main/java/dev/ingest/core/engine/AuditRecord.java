package dev.ingest.core.engine;

import dev.ingest.core.engine.Reconciliation.Range;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far an audit with a name has come, in a control record of the kind {@value #KIND} with that
 * name.
 *
 * <p>The body is a line {@code audit 1}, a line with the options, and one line for each part in
 * order: state ({@code open} or {@code done}), the place that it has reached, who holds it, until
 * when in milliseconds since 1970 by the ledger's clock, sequences and stored keys; {@code -}
 * stands for nothing. Anything else is refused, so that no node acts on a record that it misreads;
 * a change of the form changes the number in the first line.
 *
 * <p>Beside it are two sets of places, of the kinds {@value #FOUND} and {@value #UNREAD} and the
 * same name: those where something was found, and those that never stood still or could not be
 * read. A place stands in a set as a sequence whose owner and name are its two hashes.
 *
 * @param options what the parts have in common; nodes with other options do not share them
 * @param parts the parts, in order
 */
record AuditRecord(String options, List<Part> parts) {

  static final String KIND = "audit";
  static final String FOUND = "audit-found";
  static final String UNREAD = "audit-unread";

  /** The parts of an audit. */
  static final int PARTS = 64;

  private static final List<Range> RANGES = List.copyOf(Audit.ranges(PARTS));
  private static final String HEAD = "audit 1";
  private static final String NOTHING = "-";
  private static final String DONE = "done";
  private static final String OPEN = "open";
  private static final int WORDS = 6;
  private static final int MOST_DIGITS = 18;

  AuditRecord {
    parts = List.copyOf(parts);
  }

  /**
   * One part.
   *
   * @param isDone whether all of it was read
   * @param reached the place up to which it was read
   * @param holder who is at it, or was last
   * @param until when the holder's lease ends
   * @param sequences how many entries were seen
   * @param objects how many keys were seen
   */
  record Part(
      boolean isDone,
      Optional<SequencePlace> reached,
      Optional<NodeId> holder,
      Instant until,
      long sequences,
      long objects) {

    static final Part NEW =
        new Part(false, Optional.empty(), Optional.empty(), Instant.EPOCH, 0, 0);

    Part heldBy(NodeId node, Instant end) {
      return new Part(isDone, reached, Optional.of(node), end, sequences, objects);
    }

    /** The part as whoever held it leaves it: done, or for another to go on with. */
    Part left(boolean whetherDone) {
      return new Part(whetherDone, reached, Optional.empty(), Instant.EPOCH, sequences, objects);
    }

    /** A lease that ends later than one can that is taken now is that of a clock that was ahead. */
    boolean isFree(NodeId node, Instant now) {
      return holder.isEmpty()
          || holder.get().equals(node)
          || !now.isBefore(until)
          || until.isAfter(now.plus(SharedAudit.LEASE));
    }

    private static final String NEW_LINE = NEW.format();

    private String format() {
      return String.join(
          " ",
          isDone ? DONE : OPEN,
          reached.map(SequencePlace::value).orElse(NOTHING),
          holder.map(NodeId::value).orElse(NOTHING),
          Long.toString(until.toEpochMilli()),
          Long.toString(sequences),
          Long.toString(objects));
    }

    /** Not by a pattern: all parts are read again with each that is taken, kept or ended. */
    private static Part parse(String line, ControlRecord record) {
      if (line.equals(NEW_LINE)) {
        return NEW;
      }
      String[] words = line.split(" ", -1);
      boolean hasForm =
          words.length == WORDS
              && (words[0].equals(DONE) || words[0].equals(OPEN))
              && isNumber(words[3])
              && isNumber(words[4])
              && isNumber(words[5]);
      if (!hasForm) {
        throw refused(record, "a part of an audit", line);
      }
      try {
        return new Part(
            words[0].equals(DONE),
            some(words[1]).map(SequencePlace::new),
            some(words[2]).map(NodeId::new),
            Instant.ofEpochMilli(Long.parseLong(words[3])),
            Long.parseLong(words[4]),
            Long.parseLong(words[5]));
      } catch (InvalidValueException e) {
        throw refused(record, "a part of an audit", line, e);
      }
    }

    private static boolean isNumber(String word) {
      boolean isNumber = !word.isEmpty() && word.length() <= MOST_DIGITS;
      for (int i = 0; isNumber && i < word.length(); i++) {
        isNumber = word.charAt(i) >= '0' && word.charAt(i) <= '9';
      }
      return isNumber;
    }

    private static Optional<String> some(String text) {
      return text.equals(NOTHING) ? Optional.empty() : Optional.of(text);
    }
  }

  static ControlRecord.Key key(String name) {
    return new ControlRecord.Key(KIND, name);
  }

  static AuditRecord begun(String options) {
    return new AuditRecord(options, Stream.generate(() -> Part.NEW).limit(PARTS).toList());
  }

  static ControlRecord.Key found(String name) {
    return new ControlRecord.Key(FOUND, name);
  }

  static ControlRecord.Key unread(String name) {
    return new ControlRecord.Key(UNREAD, name);
  }

  static SequenceKey member(SequencePlace place) {
    int slash = place.value().indexOf('/');
    return SequenceKey.of(place.value().substring(0, slash), place.value().substring(slash + 1));
  }

  static SequencePlace place(SequenceKey member) {
    return new SequencePlace(member.owner() + "/" + member.id());
  }

  AuditRecord with(int index, Part part) {
    List<Part> changed = new ArrayList<>(parts);
    changed.set(index, part);
    return new AuditRecord(options, changed);
  }

  static Range range(int index) {
    return RANGES.get(index);
  }

  String format() {
    return HEAD
        + "\n"
        + options
        + "\n"
        + parts.stream().map(part -> part.format() + "\n").collect(Collectors.joining());
  }

  static AuditRecord parse(ControlRecord record) {
    List<String> lines = record.body().lines().toList();
    if (lines.size() != PARTS + 2 || !lines.get(0).equals(HEAD)) {
      throw refused(record, HEAD + " and " + PARTS + " parts", lines.size() + " lines");
    }
    return new AuditRecord(
        lines.get(1),
        lines.subList(2, lines.size()).stream().map(line -> Part.parse(line, record)).toList());
  }

  private static InvalidValueException refused(
      ControlRecord record, String expected, String found) {
    return new InvalidValueException(
        Kind.TEXT,
        found,
        "the record %s of the ledger should be %s; a node of another release may have written it, or"
                .formatted(record.key(), expected)
            + " somebody by hand");
  }

  private static InvalidValueException refused(
      ControlRecord record, String expected, String found, InvalidValueException cause) {
    InvalidValueException refusal = refused(record, expected, found);
    refusal.initCause(cause);
    return refusal;
  }
}
