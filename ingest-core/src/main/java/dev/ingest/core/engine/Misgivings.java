package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BoundedText;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of conditions that concern no single sequence: when one begins, every hour that it lasts
 * unless it waits for a person alone, and when it ends.
 *
 * <p>That one was told is a control record of the kind {@value #KIND} while it lasts, so that
 * whoever takes over or starts anew neither tells it again nor forgets to tell its end. The record
 * is begun before the alert is raised, and says that it was told only after that, and that it is
 * over only after the end was told: a crash in between tells twice, never not at all. A person who
 * heard of the condition and ended it by their word ends also a record that is only begun, so that
 * who stood still in between does not write of the next one, before it was told, that it was: the
 * record of a condition of the whole deployment goes on counting its versions when it is over, so
 * that no version comes twice in a life of the ledger. That of a part, of which there may be ever
 * new ones, is deleted, and its versions begin anew: there, whoever stands still between an alert
 * and its record while another tells the end and begins to tell the next, and fails before it has,
 * may hide the next until its reminder, or its end if it is told once. A record that came with a
 * restored ledger from another of its lives counts as none. Each condition is noted by one thread
 * at a time; for one thread.
 */
final class Misgivings {

  /** The kind of the control records. */
  static final String KIND = "condition";

  private static final Logger LOG = LoggerFactory.getLogger(Misgivings.class);
  private static final Duration REMINDER = Duration.ofHours(1);

  /** How long what was read of a record is relied on, so that a long tick costs few reads. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** In the place of the life in which it was told: begun, and not told yet. */
  private static final String BEGUN = "begun in ";

  /** In the same place: it has ended. */
  private static final String OVER = "over in ";

  private static final int MAX_PART = 80;
  private static final int HASH = 32;

  /** Of so many members the record has a mark, which then fit into a value of it. */
  private static final int MAX_MARKS = 100;

  private static final int MARK = 8;
  private static final int PAGE = 100;

  private final Node node;
  private final String part;
  private final Map<AlertCode, Told> told = new EnumMap<>(AlertCode.class);

  /** For conditions of the whole deployment. */
  Misgivings(Node node) {
    this(node, "");
  }

  /** For conditions of a part, such as a node, that stands in the place of the stage. */
  Misgivings(Node node, String part) {
    this.node = node;
    this.part = BoundedText.of(part, MAX_PART);
  }

  /** What the record of a condition says. */
  private enum Stand {
    /** There is none of this life, or it is over. */
    NONE,
    /** It is being told, or whoever did so died. */
    BEGUN,
    /** It was told. */
    TOLD
  }

  /**
   * What is known of a condition.
   *
   * @param version of its record, 0 if there is none
   * @param stand what the record says
   * @param lookedAt when the record was read or written, by the monotonic time
   * @param remindedAt since when a reminder is counted, by the monotonic time
   * @param of marks of the members that it is known to concern
   */
  private record Told(long version, Stand stand, long lookedAt, long remindedAt, Set<String> of) {

    boolean isTold() {
      return stand == Stand.TOLD;
    }
  }

  /**
   * Notes whether a condition holds.
   *
   * @param begins the code that tells of it
   * @param ends the code that tells of its end
   * @param condition what it is and what to do; empty if it does not hold
   * @return whether it holds
   */
  boolean note(AlertCode begins, AlertCode ends, Optional<String> condition) {
    return note(begins, ends, condition, Set.of(), true);
  }

  /** Notes whether a condition holds that is told once, and not every hour. */
  boolean noteOnce(AlertCode begins, AlertCode ends, Optional<String> condition) {
    return note(begins, ends, condition, Set.of(), false);
  }

  /** Notes the same of a condition of which all is known that it concerns. */
  void noteOnce(AlertCode begins, AlertCode ends, String condition, Set<String> members) {
    noteOnce(begins, ends, condition, members, false);
  }

  /**
   * Notes that a condition holds that is told once, and again when it comes to concern more.
   *
   * @param begins the code that tells of it
   * @param ends the code that tells of its end
   * @param condition what it is and what to do
   * @param members what it concerns; of more than {@link #MAX_MARKS}, the first by name count
   * @param others whether it may concern more, of what it was told to concern before
   */
  void noteOnce(
      AlertCode begins, AlertCode ends, String condition, Set<String> members, boolean others) {
    Set<String> of = marks(members);
    if (others) {
      Set<String> all = new HashSet<>(known(begins).of());
      all.addAll(of);
      of = all.size() <= MAX_MARKS ? Set.copyOf(all) : of;
    }
    note(begins, ends, Optional.of(condition), of, false);
  }

  /** Tells whether a condition was told and has not ended, as known for {@link #LOOK} at most. */
  boolean isTold(AlertCode begins) {
    return known(begins).isTold();
  }

  private boolean note(
      AlertCode begins,
      AlertCode ends,
      Optional<String> condition,
      Set<String> of,
      boolean reminds) {
    Told last = known(begins);
    if (condition.isPresent()) {
      boolean isReminder = reminds && elapsed() - last.remindedAt() >= REMINDER.toNanos();
      if (!last.isTold() || isReminder || !last.of().containsAll(of)) {
        tell(begins, last, condition.get(), of);
      } else if (!last.of().equals(of)) {
        // What it concerns no longer is news when it does again.
        keep(begins, last.version() + 1, of);
      }
    } else if (last.stand() != Stand.NONE) {
      // Someone's word may have ended it since the last look.
      end(begins, ends, begins + " no longer holds; nothing to do");
    }
    return condition.isPresent();
  }

  /** Tells the end of a condition if it was told; if it holds again, that is told again. */
  void end(AlertCode begins, AlertCode ends, String message) {
    told.remove(begins);
    Told last = known(begins);
    if (last.stand() != Stand.NONE) {
      end(begins, ends, last, message);
    }
  }

  /** Tells the end of conditions of other parts that died, which nobody has told of for long. */
  void endAbandoned(AlertCode begins, AlertCode ends) {
    endAbandoned(begins, ends, other -> false, " has told nothing of it for two hours: it is gone");
  }

  /**
   * Tells the end of conditions of other parts of which nobody has told for long.
   *
   * @param begins the code that tells of them
   * @param ends the code that tells of their end
   * @param lasts whether somebody still sees to a part, who may not come to tell of it
   * @param why what follows the part in the message
   */
  void endAbandoned(AlertCode begins, AlertCode ends, Predicate<String> lasts, String why) {
    ControlRecords controls = node.ledger().controls();
    Instant now = node.ledger().ledger().now();
    String prefix = name(begins) + ".";
    String after = prefix;
    List<ControlRecord> page;
    do {
      page = controls.list(KIND, after, PAGE);
      for (ControlRecord record : page) {
        after = record.key().name();
        if (!after.startsWith(prefix)) {
          return;
        }
        RecordBody body = RecordBody.parse(record);
        String other = body.text("part");
        boolean isOld = body.time("told").plus(REMINDER.multipliedBy(2)).isBefore(now);
        if (isOld && !lasts.test(other)) {
          raise(ends, other, other + why);
          controls.delete(record.key(), record.version());
        }
      }
    } while (page.size() == PAGE);
  }

  /**
   * Returns the parts of which a condition was told or begun to be told, a page of them, and
   * deletes what came of others with a restored ledger, of which nobody would tell the end.
   */
  List<String> parts(AlertCode begins) {
    ControlRecords controls = node.ledger().controls();
    String prefix = name(begins) + ".";
    List<String> parts = new ArrayList<>();
    for (ControlRecord record : controls.list(KIND, prefix, PAGE)) {
      if (!record.key().name().startsWith(prefix)) {
        break;
      }
      if (stand(record) == Stand.NONE) {
        controls.delete(record.key(), record.version());
      } else {
        parts.add(RecordBody.parse(record).text("part"));
      }
    }
    return parts;
  }

  private Told known(AlertCode begins) {
    Told last = told.get(begins);
    long now = elapsed();
    if (last != null && now - last.lookedAt() < LOOK.toNanos()) {
      return last;
    }
    Optional<ControlRecord> record = node.ledger().controls().read(key(begins));
    Stand stand = record.map(this::stand).orElse(Stand.NONE);
    long remindedAt = last != null && last.stand() == stand ? last.remindedAt() : now;
    Told found =
        new Told(
            record.map(ControlRecord::version).orElse(0L),
            stand,
            now,
            remindedAt,
            record.map(Misgivings::marks).orElse(Set.of()));
    told.put(begins, found);
    return found;
  }

  private Stand stand(ControlRecord record) {
    String life = RecordBody.parse(record).text("incarnation");
    if (life.equals(incarnation())) {
      return Stand.TOLD;
    }
    return life.equals(BEGUN + incarnation()) ? Stand.BEGUN : Stand.NONE;
  }

  private static Set<String> marks(ControlRecord record) {
    String marks = RecordBody.parse(record).find("of").orElse("");
    return marks.isEmpty() ? Set.of() : Set.copyOf(List.of(marks.split(" ")));
  }

  private static Set<String> marks(Set<String> members) {
    return members.stream()
        .sorted()
        .limit(MAX_MARKS)
        .map(one -> Digest.ofUtf8(one).hex().substring(0, MARK))
        .collect(Collectors.toUnmodifiableSet());
  }

  private void tell(AlertCode begins, Told last, String condition, Set<String> of) {
    if (last.stand() != Stand.NONE) {
      raise(begins, part, condition);
      keep(begins, last.version() + 1, of);
      return;
    }
    boolean isBegun;
    try {
      isBegun = write(begins, BEGUN + incarnation(), last.version() + 1, of);
    } catch (RuntimeException e) {
      // It is told whatever becomes of its record.
      raise(begins, part, condition);
      throw e;
    }
    raise(begins, part, condition);
    if (isBegun) {
      keep(begins, last.version() + 2, of);
    }
  }

  private boolean write(AlertCode begins, String life, long version, Set<String> of) {
    told.remove(begins);
    RecordBody body =
        RecordBody.of(key(begins))
            .with("incarnation", life)
            .with("part", part)
            .with("told", node.ledger().ledger().now());
    if (!of.isEmpty()) {
      body = body.with("of", of.stream().sorted().collect(Collectors.joining(" ")));
    }
    return node.ledger().controls().write(body.record(version)).isApplied();
  }

  private void keep(AlertCode begins, long version, Set<String> of) {
    if (write(begins, incarnation(), version, of)) {
      long now = elapsed();
      told.put(begins, new Told(version, Stand.TOLD, now, now, of));
    } else {
      LOG.warn("that {} was told could not be written; it may be told twice", begins);
    }
  }

  private void end(AlertCode begins, AlertCode ends, Told last, String message) {
    raise(ends, part, message);
    boolean isKept;
    if (part.isEmpty()) {
      isKept = write(begins, OVER + incarnation(), last.version() + 1, Set.of());
    } else {
      told.remove(begins);
      isKept = node.ledger().controls().delete(key(begins), last.version()).isApplied();
    }
    if (!isKept) {
      LOG.warn("that the end of {} was told could not be written; it may be told twice", begins);
    }
  }

  private ControlRecord.Key key(AlertCode begins) {
    String suffix = part.isEmpty() ? "" : "." + Digest.ofUtf8(part).hex().substring(0, HASH);
    return new ControlRecord.Key(KIND, name(begins) + suffix);
  }

  private static String name(AlertCode begins) {
    return begins.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private String incarnation() {
    return node.ledger().incarnation().value();
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  private void raise(AlertCode code, String of, String message) {
    LOG.warn("{} {}: {}", code, of, message);
    Instant now = node.ledger().ledger().now();
    EngineAlert alert = EngineAlert.of(code, of, message);
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), now)));
  }
}
