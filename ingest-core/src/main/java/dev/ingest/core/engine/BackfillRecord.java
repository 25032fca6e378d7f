package dev.ingest.core.engine;

import dev.ingest.core.BackfillCause;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How far a backfill is: a control record of the kind {@value #KIND} with the backfill's name,
 * changed by compare-and-set. The ids are in sets beside it ({@link BackfillSets}).
 *
 * @param name the backfill's name
 * @param phase how far it is
 * @param order what is to be done, without the ids
 * @param last who decided what comes now, and when
 * @param list how far the list is, or what it is once it is frozen
 * @param tally how many ids are where
 * @param motion how fast it is
 * @param seal of the sets in which its outcomes are since it was cancelled; empty text until then
 */
record BackfillRecord(
    String name,
    BackfillPhase phase,
    BackfillTerms order,
    Decided last,
    Frozen list,
    Tally tally,
    Motion motion,
    String seal) {

  static final String KIND = "backfill";
  private static final Pattern SEAL = Pattern.compile("[0-9a-f]{16}");

  /** The longest name; sets of it have a suffix. */
  static final int MAX_NAME = 48;

  /** How many different causes are told apart; the last is {@link BackfillCause#OTHER}. */
  static final int MAX_CAUSES = 32;

  private static final Digest EMPTY = Digest.ofUtf8("ingest-backfill 1");

  /** Who decided, and when. */
  record Decided(Act by, Instant at) {}

  /**
   * The list.
   *
   * @param reached the key up to which the present phase has gone
   * @param count how many ids were taken into the digest
   * @param digest over the ids in order, each after the digest of those before
   * @param untold how many are on it because the ledger does not keep what would tell
   */
  record Frozen(Optional<SequenceKey> reached, long count, Digest digest, long untold) {

    static final Frozen NEW = new Frozen(Optional.empty(), 0, EMPTY, 0);

    Frozen reached(Optional<SequenceKey> key, long moreUntold) {
      return new Frozen(key, count, digest, untold + moreUntold);
    }

    /** Goes past ids in order. */
    Frozen past(List<SequenceKey> keys) {
      Digest next = digest;
      for (SequenceKey key : keys) {
        next = Digest.ofUtf8(next.hex() + " " + key);
      }
      Optional<SequenceKey> end = keys.isEmpty() ? reached : Optional.of(keys.get(keys.size() - 1));
      return new Frozen(end, count + keys.size(), next, untold);
    }
  }

  /**
   * How many ids are where.
   *
   * @param planned those that had raw bytes when the list was frozen
   * @param unrecoverable those that had none
   * @param done those proven by own runs
   * @param running those whose run has not ended
   * @param causes the causes of failures, in the order in which they came
   * @param failed how many failed of each cause, in the same order
   */
  record Tally(
      long planned,
      long unrecoverable,
      long done,
      long running,
      List<String> causes,
      List<Long> failed) {

    static final Tally NONE = new Tally(0, 0, 0, 0, List.of(), List.of());

    Tally {
      causes = List.copyOf(causes);
      failed = List.copyOf(failed);
    }

    long failedInAll() {
      return failed.stream().mapToLong(Long::longValue).sum();
    }

    long ended() {
      return done + failedInAll();
    }

    long pending() {
      return Math.max(0, planned - ended());
    }

    /** Tells whether as many ids are in each place, though one may know of causes after these. */
    boolean countsAs(Tally other) {
      int known = Math.min(causes.size(), other.causes.size());
      return done == other.done
          && running == other.running
          && failedInAll() == other.failedInAll()
          && causes.subList(0, known).equals(other.causes.subList(0, known));
    }

    Tally heldMore(long held, long gone) {
      return new Tally(planned + held, unrecoverable + gone, done, running, causes, failed);
    }

    Tally counted(long moreDone, long nowRunning) {
      return new Tally(planned, unrecoverable, done + moreDone, nowRunning, causes, failed);
    }

    /** What was unrecoverable and has raw bytes again is planned. */
    Tally revived(long ids) {
      long more = Math.min(ids, unrecoverable);
      return new Tally(planned + more, unrecoverable - more, done, running, causes, failed);
    }

    /** Makes room for a cause, unless there is some. */
    Tally knowing(String cause) {
      if (causes.contains(cause) || causes.size() == MAX_CAUSES) {
        return this;
      }
      boolean isLast = causes.size() == MAX_CAUSES - 1;
      List<String> more = new ArrayList<>(causes);
      more.add(isLast ? BackfillCause.OTHER.name() : cause);
      List<Long> counts = new ArrayList<>(failed);
      counts.add(0L);
      return new Tally(planned, unrecoverable, done, running, more, counts);
    }

    /** Finds the place of a cause. */
    Optional<Integer> place(String cause) {
      int index = causes.indexOf(cause);
      if (index < 0 && causes.size() == MAX_CAUSES) {
        index = MAX_CAUSES - 1;
      }
      return index < 0 ? Optional.empty() : Optional.of(index);
    }

    Tally failedMore(int place, long more) {
      List<Long> counts = new ArrayList<>(failed);
      counts.set(place, counts.get(place) + more);
      return new Tally(planned, unrecoverable, done, running, causes, counts);
    }
  }

  /**
   * How fast it is: ended ids at the beginning of the present window of time and of the one before.
   *
   * @param begun when it began to run
   * @param moved when an id was last started or ended, or it was begun or resumed; before that,
   *     when its list last moved
   * @param since when the window began that the speed is taken over
   * @param before how many had ended then
   * @param nextSince when the window began that follows it
   * @param nextBefore how many had ended then
   */
  record Motion(
      Instant begun,
      Instant moved,
      Instant since,
      long before,
      Instant nextSince,
      long nextBefore) {

    private static final long WINDOW_SECONDS = 300;

    static final Motion NONE =
        new Motion(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 0, Instant.EPOCH, 0);

    /** Begins to run, or goes on after a pause. */
    static Motion from(Instant begun, Instant now, long ended) {
      return new Motion(begun, now, now, ended, now, ended);
    }

    /** Goes on with its list. */
    Motion movedAt(Instant now) {
      return new Motion(begun, now, since, before, nextSince, nextBefore);
    }

    Motion at(Instant now, long ended, boolean hasMoved) {
      Instant last = hasMoved ? now : moved;
      if (now.isBefore(nextSince.plusSeconds(WINDOW_SECONDS))) {
        return new Motion(begun, last, since, before, nextSince, nextBefore);
      }
      return new Motion(begun, last, nextSince, nextBefore, now, ended);
    }
  }

  static BackfillRecord ordered(
      String name, BackfillPhase phase, BackfillTerms order, Act by, Instant at) {
    return new BackfillRecord(
        name, phase, order, new Decided(by, at), Frozen.NEW, Tally.NONE, Motion.NONE, "");
  }

  static ControlRecord.Key key(String name) {
    return new ControlRecord.Key(KIND, name);
  }

  /** Returns who does what this backfill does, for reasons of whoever ordered it. */
  Act self() {
    return new Act(BackfillActor.of(name), order.reason());
  }

  BackfillRecord in(BackfillPhase next) {
    return new BackfillRecord(name, next, order, last, list, tally, motion, seal);
  }

  BackfillRecord by(Act act, Instant at) {
    return new BackfillRecord(name, phase, order, new Decided(act, at), list, tally, motion, seal);
  }

  BackfillRecord with(Frozen changed) {
    return new BackfillRecord(name, phase, order, last, changed, tally, motion, seal);
  }

  BackfillRecord with(Tally changed) {
    return new BackfillRecord(name, phase, order, last, list, changed, motion, seal);
  }

  BackfillRecord with(Motion changed) {
    return new BackfillRecord(name, phase, order, last, list, tally, changed, seal);
  }

  /** Cancelled for good, with what became of its ids under a seal. */
  BackfillRecord sealed(BackfillSeal.Sealed sealed) {
    return new BackfillRecord(
        name, BackfillPhase.CANCELLED, order, last, list, sealed.tally(), motion, sealed.seal());
  }

  ControlRecord record(long version) {
    RecordBody body =
        order.write(
            RecordBody.of(key(name))
                .with("phase", phase.name())
                .with("actor", last.by().actor())
                .with("reason", last.by().reason())
                .with("at", last.at())
                .with("reached", list.reached().map(SequenceKey::toString).orElse(""))
                .with("count", list.count())
                .with("digest", list.digest().hex())
                .with("untold", list.untold())
                .with("planned", tally.planned())
                .with("unrecoverable", tally.unrecoverable())
                .with("done", tally.done())
                .with("running", tally.running())
                .with("causes", tally.causes().size())
                .with("begun", motion.begun())
                .with("moved", motion.moved())
                .with("since", motion.since())
                .with("before", motion.before())
                .with("next-since", motion.nextSince())
                .with("next-before", motion.nextBefore()));
    if (!seal.isEmpty()) {
      body = body.with("seal", seal);
    }
    for (int i = 0; i < tally.causes().size(); i++) {
      body =
          body.with("cause." + i, tally.causes().get(i)).with("failed." + i, tally.failed().get(i));
    }
    return body.record(version);
  }

  /**
   * Reads a record.
   *
   * @throws IllegalStateException if it has another form
   * @throws dev.ingest.spi.InvalidValueException if a value breaks a rule of its own
   */
  static BackfillRecord parse(ControlRecord record) {
    return RecordBody.read(record, body -> read(record.key().name(), body));
  }

  private static BackfillRecord read(String name, RecordBody body) {
    List<String> causes = new ArrayList<>();
    List<Long> failed = new ArrayList<>();
    for (int i = 0; i < body.count("causes"); i++) {
      causes.add(body.text("cause." + i));
      failed.add(body.number("failed." + i));
    }
    return new BackfillRecord(
        name,
        BackfillPhase.valueOf(body.text("phase")),
        BackfillTerms.read(body),
        new Decided(new Act(body.text("actor"), body.text("reason")), body.time("at")),
        new Frozen(
            key(Optional.of(body.text("reached")).filter(text -> !text.isEmpty())),
            body.number("count"),
            Digest.ofHex(body.text("digest")),
            body.number("untold")),
        new Tally(
            body.number("planned"),
            body.number("unrecoverable"),
            body.number("done"),
            body.number("running"),
            causes,
            failed),
        new Motion(
            body.time("begun"),
            body.time("moved"),
            body.time("since"),
            body.number("before"),
            body.time("next-since"),
            body.number("next-before")),
        body.find("seal").map(BackfillRecord::seal).orElse(""));
  }

  private static String seal(String text) {
    if (!SEAL.matcher(text).matches()) {
      throw new IllegalStateException("a seal has 16 hexadecimal digits");
    }
    return text;
  }

  /** Neither name has a slash. */
  private static Optional<SequenceKey> key(Optional<String> text) {
    return text.map(
        both -> {
          int slash = both.indexOf('/');
          return SequenceKey.of(both.substring(0, slash), both.substring(slash + 1));
        });
  }

  /** Returns the causes and their counts. */
  List<Cause> failures() {
    List<Cause> causes = new ArrayList<>();
    for (int i = 0; i < tally.causes().size(); i++) {
      causes.add(new Cause(i, tally.causes().get(i), tally.failed().get(i)));
    }
    return Collections.unmodifiableList(causes);
  }

  /** A cause, its place and how many failed of it. */
  record Cause(int place, String code, long count) {}
}
