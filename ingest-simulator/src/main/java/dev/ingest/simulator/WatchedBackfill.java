package dev.ingest.simulator;

import dev.ingest.core.BackfillListener.Outcome.Kind;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Event.RawDamageFound;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What is known from outside of one backfill, and what it must be like. */
final class WatchedBackfill {

  private static final Set<BackfillPhase> ENDS =
      EnumSet.of(
          BackfillPhase.ENDING,
          BackfillPhase.COMPLETE,
          BackfillPhase.INCOMPLETE,
          BackfillPhase.CANCELLING,
          BackfillPhase.CANCELLED);

  private final String name;
  private final ControlRecord.Key record;
  private final BackfillOrder order;
  private final boolean rests;
  private final List<Entry> before;
  private final Set<SequenceKey> started = new HashSet<>();
  private final Set<SequenceKey> proven = new HashSet<>();
  private final Set<SequenceKey> heldLate = new HashSet<>();
  private final Set<String> heard = new HashSet<>();
  private Optional<Set<SequenceKey>> list = Optional.empty();
  private Optional<BackfillPhase> phase = Optional.empty();
  private long version;

  /**
   * Begins to watch one that is about to be ordered.
   *
   * @param rests whether whoever orders it leaves it paused in the end
   * @param before what the ledger has of all sequences
   */
  WatchedBackfill(String name, BackfillOrder order, boolean rests, List<Entry> before) {
    this.name = name;
    this.record = new ControlRecord.Key("backfill", name);
    this.order = order;
    this.rests = rests;
    this.before = List.copyOf(before);
  }

  /** Where its record is; asked for after every step. */
  ControlRecord.Key record() {
    return record;
  }

  String name() {
    return name;
  }

  /** Tells whether its record is another than the one that was seen last, which it then is. */
  boolean isNew(ControlRecord record) {
    boolean isNew = record.version() != version;
    version = record.version();
    return isNew;
  }

  Optional<BackfillPhase> phase() {
    return phase;
  }

  /** Tells whether readers see the result of its own run of a sequence. */
  static boolean shows(Entry entry, String name) {
    boolean isSeen =
        switch (entry.state()) {
          case VERIFIED, EXPIRING, EXPIRED -> true;
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
        };
    return isSeen
        && entry.run().backfill().equals(Optional.of(name))
        && entry.published().map(Publication::epoch).equals(Optional.of(entry.run().epoch()));
  }

  void proven(SequenceKey key) {
    proven.add(key);
  }

  /** It holds a sequence, which then has raw bytes that are not to be discarded. */
  void held(Entry entry) {
    require(
        keepsRaw(entry),
        entry.key(),
        "no hold of " + name + " without raw bytes",
        entry.toString());
  }

  void heard(String code) {
    heard.add(code);
  }

  /** Something was recorded of a sequence in its name. */
  void recorded(HistoryRow row) {
    TransitionKind kind = row.step().kind();
    if (kind == TransitionKind.REDRIVEN || kind == TransitionKind.SIDE_RUN_STARTED) {
      require(started.add(row.key()), row.key(), "one start", "another: " + row);
      require(
          list.filter(ids -> ids.contains(row.key())).isPresent(),
          row.key(),
          "a start of what is on its list",
          row.toString());
    } else if (kind == TransitionKind.HELD && phase.filter(ENDS::contains).isPresent()) {
      heldLate.add(row.key());
    }
  }

  /** Its record has changed. */
  void changed(BackfillSeen seen, Oracle oracle) {
    BackfillPhase now = seen.progress().phase();
    phase = Optional.of(now);
    if (list.isEmpty() && isFrozen(now)) {
      list = Optional.of(seen.all());
      requireSelected(seen.all(), oracle);
    }
    list.ifPresent(ids -> requireTold(ids, seen));
    if (now == BackfillPhase.COMPLETE || now == BackfillPhase.INCOMPLETE) {
      requireEnded(seen);
    }
  }

  /** Tells whether the list stands; of one that is cancelled nobody knows whether it ever stood. */
  private static boolean isFrozen(BackfillPhase phase) {
    return switch (phase) {
      case FROZEN, RUNNING, PAUSED, ENDING, COMPLETE, INCOMPLETE -> true;
      case COLLECTING, LISTING, HOLDING, CANCELLING, CANCELLED -> false;
    };
  }

  /** What was to be selected before and after is on the list; of given ids nothing else is. */
  private void requireSelected(Set<SequenceKey> frozen, Oracle oracle) {
    if (order.among().isPresent()) {
      require(
          frozen.equals(order.among().get()),
          name,
          "a list of the ids given, " + order.among().get(),
          frozen.toString());
    }
    for (Entry old : before) {
      Entry entry = oracle.entry(old.key());
      boolean isSame =
          entry.receipt().equals(old.receipt()) && entry.run().epoch() == old.run().epoch();
      if (isSame && isSelected(old) && isSelected(entry)) {
        require(
            frozen.contains(old.key()), old.key(), "a place on the list of " + name, "none of it");
      }
    }
  }

  private boolean isSelected(Entry entry) {
    IncidentQuery query = order.query();
    Instant at = entry.receipt().acceptedAt();
    return order.among().map(ids -> ids.contains(entry.key())).orElse(true)
        && (query.states().isEmpty() || query.states().contains(entry.state()))
        && query
            .window()
            .map(span -> !at.isBefore(span.from()) && at.isBefore(span.to()))
            .orElse(true)
        && query.work().pipeline().map(entry.run().pipeline().name()::equals).orElse(true);
  }

  /**
   * No id is lost, none comes to it and none is told of twice, no more has ended than was planned,
   * and what is done is proven. How many are pending says nothing: it is counted as what is left of
   * the plan.
   */
  private void requireTold(Set<SequenceKey> ids, BackfillSeen seen) {
    BackfillProgress.Counts counts = seen.progress().counts();
    require(seen.all().equals(ids), name, "a report of " + ids, seen.all().toString());
    require(seen.isEachOnce(), name, "each id in one place of the report", seen.ids().toString());
    require(
        counts.done() + counts.failed() <= counts.planned()
            && counts.planned() + counts.unrecoverable() == ids.size(),
        name,
        "each of " + ids.size() + " ids once in its counts",
        counts.toString());
    require(
        counts.done() <= proven.size(),
        name,
        "at most the " + proven.size() + " done that are proven by its runs",
        counts.toString());
    for (SequenceKey key : seen.of(Kind.DONE)) {
      require(
          proven.contains(key) && started.contains(key),
          key,
          "a proof by the run of " + name + ", which has it as done",
          started.contains(key) ? "a run without a proof" : "no run");
    }
  }

  private void requireEnded(BackfillSeen seen) {
    require(seen.isExact(), name, "exact counts in the end", seen.toString());
    require(seen.of(Kind.PENDING).isEmpty(), name, "nothing pending", seen.toString());
    require(
        seen.of(Kind.FAILED).isEmpty() == (seen.progress().phase() == BackfillPhase.COMPLETE),
        name,
        "COMPLETE if nothing has failed, and only then",
        seen.toString());
  }

  /** Says what of it has not come to its end, or is not yet as it has to be then. */
  Optional<String> open(Oracle oracle, Supplier<BackfillSeen> report) {
    if (phase.isEmpty()) {
      return Optional.of(name + " is not ordered");
    }
    return switch (phase.get()) {
      case COLLECTING, LISTING, HOLDING, FROZEN, RUNNING, ENDING, CANCELLING ->
          Optional.of(name + " is " + phase.get());
      case PAUSED -> rests ? Optional.empty() : Optional.of(name + " is PAUSED");
      case COMPLETE, CANCELLED -> Optional.empty();
      case INCOMPLETE ->
          report.get().of(Kind.FAILED).stream()
              .flatMap(key -> oracle.find(key).stream())
              .filter(entry -> shows(entry, name) || isLetGo(entry))
              .findFirst()
              .map(entry -> name + " has among what failed " + entry);
    };
  }

  private static boolean isLetGo(Entry entry) {
    boolean isDamaged =
        entry.standing().failure().map(Failure::code).equals(Optional.of(RawDamageFound.CODE));
    return keepsRaw(entry) && !isDamaged && entry.standing().hold().isEmpty();
  }

  private static boolean keepsRaw(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /** Judges it when everything is over. */
  void verdict(BackfillSeen seen, Oracle oracle, Tally tally) {
    list.ifPresent(ids -> requireTold(ids, seen));
    switch (seen.progress().phase()) {
      case COMPLETE, INCOMPLETE -> {
        requireEnded(seen);
        String code =
            seen.of(Kind.FAILED).isEmpty()
                ? AlertCode.BACKFILL_COMPLETE.name()
                : AlertCode.BACKFILL_INCOMPLETE.name();
        require(heard.contains(code), name, "an alert " + code, "none but " + heard);
        requireReleased(seen.of(Kind.DONE), oracle, tally);
      }
      case CANCELLED -> {
        require(list.isEmpty() || seen.isExact(), name, "exact counts", seen.toString());
        requireReleased(list.orElse(Set.of()), oracle, tally);
      }
      case COLLECTING, LISTING, HOLDING, FROZEN, RUNNING, PAUSED, ENDING, CANCELLING -> {}
    }
    tally.add("backfilled", seen.of(Kind.DONE).size());
    tally.add("end backfill " + seen.progress().phase());
  }

  /** It lets go; but for a hold that a node placed late, which stood still until then. */
  private void requireReleased(Set<SequenceKey> keys, Oracle oracle, Tally tally) {
    for (SequenceKey key : keys) {
      Optional<Entry> held =
          oracle
              .find(key)
              .filter(WatchedBackfill::keepsRaw)
              .filter(
                  entry ->
                      entry
                          .standing()
                          .hold()
                          .map(Hold::actor)
                          .equals(Optional.of(BackfillActor.of(name))));
      if (held.isPresent()) {
        require(heldLate.contains(key), key, "no hold of " + name, held.get().toString());
        tally.add("holds left by a node that was late");
      }
    }
  }

  private void require(boolean isSo, Object subject, String expected, String found) {
    if (!isSo) {
      throw new InvariantViolation(BackfillOracle.S11, subject, expected, found);
    }
  }
}
