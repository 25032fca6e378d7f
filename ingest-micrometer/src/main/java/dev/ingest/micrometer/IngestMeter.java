package dev.ingest.micrometer;

import java.util.List;
import java.util.Optional;

/**
 * All meters, with names that stay. Where a meter comes from is its {@link Source}: counts of one
 * engine begin at 0 with it and are to be added up over nodes; figures are of the whole ledger,
 * whichever node is asked, and are not.
 */
public enum IngestMeter {
  /** Acceptances. */
  ACCEPTED(
      "ingest.accepted",
      Kind.COUNTER,
      "",
      List.of(Tags.PIPELINE),
      "Sequences for which this engine committed an acceptance"),
  /** Bytes of acceptances. */
  ACCEPTED_BYTES(
      "ingest.accepted.bytes",
      Kind.COUNTER,
      "bytes",
      List.of(Tags.PIPELINE),
      "Bytes of these sequences"),
  /** Publications. */
  PUBLISHED(
      "ingest.published",
      Kind.COUNTER,
      "",
      List.of(Tags.PIPELINE, Tags.RUN),
      "Results that were verified and published, by `primary` and `replacement` runs"),
  /** Verifications that passed. */
  VERIFIED(
      "ingest.verified",
      Kind.COUNTER,
      "",
      List.of(Tags.PIPELINE),
      "Results that were read back and proven, those of shadow runs that were found equal among"
          + " them"),
  /** Verifications after the deadline. */
  VERIFIED_LATE(
      "ingest.verified.late",
      Kind.COUNTER,
      "",
      List.of(Tags.PIPELINE),
      "Sequences that a primary run published after their deadline"),
  /** Failures. */
  FAILED(
      "ingest.failed",
      Kind.COUNTER,
      "",
      List.of(Tags.PIPELINE),
      "Sequences that became FAILED, also by damage that was found later"),
  /** Everything that was committed. */
  TRANSITIONS(
      "ingest.transitions",
      Kind.COUNTER,
      "",
      List.of(Tags.TRANSITION),
      "Transitions that this engine committed, by the kind that the history shows"),
  /** Ends of attempts. */
  WORK_ENDED(
      "ingest.work.ended",
      Kind.COUNTER,
      "",
      List.of(Tags.PIPELINE, Tags.STAGE, Tags.VERSION, Tags.CODE, Tags.OUTCOME),
      "Attempts that came to an end: `done`, `retried`, `failed`, `lease_lost`, `published`,"
          + " `matched`, `mismatched`, `unknown`, or `stale`, which is a commit that came too late"),
  /** How long it took. */
  TIME_TO_VERIFIED(
      "ingest.time.to.verified",
      Kind.TIMER,
      "seconds",
      List.of(Tags.PIPELINE),
      "From the acceptance to the publication by a primary run, by the ledger's clock"),
  /** What was left. */
  DEADLINE_LEFT(
      "ingest.deadline.left",
      Kind.SUMMARY,
      "seconds",
      List.of(Tags.PIPELINE),
      "What was left to the deadline at that publication; 0 if it had passed"),
  /** Commits. */
  COMMIT(
      "ingest.commit",
      Kind.TIMER,
      "seconds",
      List.of(Tags.ANSWERED),
      "Calls that commit a batch; `answered` is `false` if the outcome of any transition stayed"
          + " unknown"),
  /** Batches. */
  COMMIT_TRANSITIONS(
      "ingest.commit.transitions", Kind.SUMMARY, "", List.of(), "Transitions in such a call"),
  /** Errors. */
  ERRORS(
      "ingest.errors",
      Kind.COUNTER,
      "",
      List.of(Tags.DRIVER),
      "Errors where nothing should throw, by what threw"),
  /** Sequences by state. */
  SEQUENCES("ingest.sequences", Kind.GAUGE, "", List.of(Tags.STATE), "Sequences in each state"),
  /** Open uploads. */
  SESSIONS_OPEN("ingest.sessions.open", Kind.GAUGE, "", List.of(), "Upload sessions that are open"),
  /** Late ones. */
  OVERDUE(
      "ingest.overdue",
      Kind.GAUGE,
      "",
      List.of(),
      "Sequences in flight past their deadline; unknown (NaN), and not 0, until all that is in flight"
          + " was looked at, 10,000 at each reading, and where that takes longer than ten minutes,"
          + " or a deadline has passed since of what was not overdue then, and where two such walks"
          + " take longer than a sequence has to be verified"),
  /** Those near their expiry. */
  AT_RISK(
      "ingest.at.risk",
      Kind.GAUGE,
      "",
      List.of(),
      "Unproven sequences of which it was told that their expiry comes near"),
  /** Whether these are all. */
  UNPROVEN_CUT_OFF(
      "ingest.unproven.cut.off",
      Kind.GAUGE,
      "",
      List.of(),
      "1 if more than 1,000 sequences are unproven: at risk is then among the 1,000 at each level"
          + " that expire first, and the least; 0 otherwise"),
  /** The oldest. */
  OLDEST_OPEN_AGE(
      "ingest.oldest.open.age",
      Kind.GAUGE,
      "seconds",
      List.of(),
      "Since when the sequence in flight that waits longest is accepted; 0 if none is in flight,"
          + " unknown until all that is in flight was looked at, if none was seen"),
  /** What cannot run. */
  BLOCKED(
      "ingest.blocked",
      Kind.GAUGE,
      "",
      List.of(),
      "Sequences that wait for work which no live node can run"),
  /** What does not reconcile. */
  UNACCOUNTED(
      "ingest.unaccounted",
      Kind.GAUGE,
      "",
      List.of(),
      "Findings of the last audit that the engines made by themselves; unknown (NaN) if none has"
          + " ended, or it could not read everything"),
  /** How long ago that was. */
  AUDIT_AGE(
      "ingest.audit.age",
      Kind.GAUGE,
      "seconds",
      List.of(),
      "Since when that audit has ended; unknown if none has"),
  /** The oldest proof. */
  SCRUB_AGE(
      "ingest.scrub.age",
      Kind.GAUGE,
      "seconds",
      List.of(),
      "Age of the oldest proof of a published result; 0 if none is published"),
  /** Alerts that wait. */
  ALERTS_PENDING(
      "ingest.alerts.pending", Kind.GAUGE, "", List.of(), "Alerts that are in no digest yet"),
  /** Digests that wait. */
  ALERTS_UNSENT(
      "ingest.alerts.unsent",
      Kind.GAUGE,
      "",
      List.of(),
      "Digests that no sink has acknowledged; 1,000 means that many or more"),
  /** How long they wait. */
  ALERTS_WAITING_AGE(
      "ingest.alerts.waiting.age",
      Kind.GAUGE,
      "seconds",
      List.of(),
      "For how long an alert may have waited that no sink has acknowledged: since the oldest of"
          + " these digests was sealed that is not empty, or where only alerts wait that are in none,"
          + " since the last digest was; 0 if none waits, unknown if there has been no digest yet"),
  /** Watchers without a beat. */
  WATCHERS_SILENT(
      "ingest.watchers.silent",
      Kind.GAUGE,
      "",
      List.of(),
      "Watchers without a beat for two of their periods"),
  /** What nobody watches. */
  WATCHERS_MISSING(
      "ingest.watchers.missing",
      Kind.GAUGE,
      "",
      List.of(),
      "Of the two watchers that every deployment needs, `sentinel` and `pump`, those that no node"
          + " runs: they are silent, have ended in order, or never began"),
  /** Whether nodes can store bytes. */
  CONTENT_OUT_AGE(
      "ingest.content.out.age",
      Kind.GAUGE,
      "seconds",
      List.of(),
      "Since a live node has told that the content store does not answer it, or takes none of its"
          + " bytes; 0 if none does"),
  /** When each beat last. */
  WATCHER_BEAT_AGE(
      "ingest.watcher.beat.age",
      Kind.GAUGE,
      "seconds",
      List.of(Tags.WATCHER),
      "Since the last beat of each watcher that ever ran, also of one that has ended in order; of"
          + " one that never beat, since it was first expected to"),
  /** What vacuum left. */
  DEAD_TUPLES(
      "ingest.dead.tuples",
      Kind.GAUGE,
      "",
      List.of(Tags.TABLE),
      "Dead tuples of the ledger's tables on PostgreSQL; no series elsewhere"),
  /** How old these figures are. */
  FIGURES_AGE(
      "ingest.figures.age",
      Kind.GAUGE,
      "seconds",
      List.of(),
      "Since when the ledger was last read for these figures, or since they are watched"),
  /** What could not be read. */
  FIGURES_UNREAD(
      "ingest.figures.unread",
      Kind.COUNTER,
      "",
      List.of(Tags.PART),
      "Readings of the ledger that failed; the figures of that part are unknown (NaN) until one"
          + " succeeds"),
  /** Stages as they are traced. */
  STAGE(
      "ingest.stage",
      Kind.OBSERVATION,
      "seconds",
      List.of(Tags.PIPELINE, Tags.STAGE, Tags.VERSION, Tags.ERROR),
      "Attempts at stages of pipelines that are observed"),
  /** Stages that run now. */
  STAGE_ACTIVE(
      "ingest.stage.active",
      Kind.RUNNING,
      "seconds",
      List.of(Tags.PIPELINE, Tags.STAGE, Tags.VERSION),
      "Those of these attempts that run now: how many, for how long in all, and the longest");

  /** What a value stands for. */
  public enum Kind {
    /** Only grows. */
    COUNTER,
    /** A value of the moment. */
    GAUGE,
    /** A histogram of durations. */
    TIMER,
    /** A histogram of amounts. */
    SUMMARY,
    /** A timer that an observation handler makes. */
    OBSERVATION,
    /** What such a handler shows of observations that have not ended; without buckets. */
    RUNNING
  }

  /** Where a value comes from. */
  public enum Source {
    /** Counted by one engine. */
    ENGINE,
    /** Read from the ledger. */
    LEDGER
  }

  private final String dotted;
  private final Kind kind;
  private final String unit;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> tags;

  private final String description;

  IngestMeter(String dotted, Kind kind, String unit, List<String> tags, String description) {
    this.dotted = dotted;
    this.kind = kind;
    this.unit = unit;
    this.tags = tags;
    this.description = description;
  }

  /**
   * Returns the name in Micrometer.
   *
   * @return words joined by dots
   */
  public String dotted() {
    return dotted;
  }

  /**
   * Returns the name that Prometheus shows: words joined by underscores, the unit, and {@code
   * _total} for a counter.
   *
   * @return the name; of a histogram, that before {@code _bucket}, {@code _count}, {@code _sum} and
   *     {@code _max}
   */
  public String prometheus() {
    String name = dotted.replace('.', '_');
    String measured = unit.isEmpty() || name.endsWith("_" + unit) ? name : name + "_" + unit;
    return kind == Kind.COUNTER ? measured + "_total" : measured;
  }

  /**
   * Returns what a value stands for.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Returns where a value comes from.
   *
   * @return the engine for what is counted and measured, the ledger for gauges
   */
  public Source source() {
    return kind == Kind.GAUGE ? Source.LEDGER : Source.ENGINE;
  }

  /**
   * Returns the unit.
   *
   * @return seconds or bytes; empty for a number of things
   */
  public Optional<String> unit() {
    return unit.isEmpty() ? Optional.empty() : Optional.of(unit);
  }

  /**
   * Returns the keys of the tags.
   *
   * @return the keys, possibly none
   */
  public List<String> tags() {
    return tags;
  }

  /**
   * Returns what is measured.
   *
   * @return a line
   */
  public String description() {
    return description;
  }

  /** The keys of tags. */
  static final class Tags {

    static final String PIPELINE = "pipeline";
    static final String RUN = "run";
    static final String TRANSITION = "transition";
    static final String STAGE = "stage";
    static final String VERSION = "version";
    static final String CODE = "code";
    static final String OUTCOME = "outcome";
    static final String ANSWERED = "answered";
    static final String DRIVER = "driver";
    static final String STATE = "state";
    static final String TABLE = "table";
    static final String PART = "part";
    static final String WATCHER = "watcher";
    static final String ERROR = "error";

    private Tags() {}
  }
}
