package dev.ingest.core.engine;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.engine.Reconciliation.Range;
import dev.ingest.core.engine.Reconciliation.Step;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.LedgerException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Audits the places of one range, batch by batch: compares, then looks closely at what seems wrong.
 * What moves is looked at again at the end of the range, and so is what could not be read; what
 * still moves or cannot be read then is unread. So nothing is reported that was on its way, and
 * nothing is excused. For one thread.
 */
final class RangeAudit {

  private static final int BATCH = 1_000;
  private static final int BATCH_SUSPECTS = 100;
  private static final int MOST_CARRIED = 10_000;
  private static final int ATTEMPTS = 3;
  private static final int ROUNDS = 8;
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Node node;
  private final AuditOptions options;
  private final AuditRules rules;
  private final AuditSink sink;
  private final Examination examination;
  private final Quarantine quarantine;
  private final AuditPace pace;
  private final Map<SequencePlace, String> carried = new LinkedHashMap<>();
  private final Map<String, ContentKey> latestMisplaced = new HashMap<>();
  private boolean overflown;

  /**
   * Creates an audit of one range after the other.
   *
   * @param node whose stores are compared
   * @param options how thorough
   * @param rules what must be where
   * @param sink hears of everything; other ranges may have it as well
   * @param pace how fast; other ranges may have it as well
   */
  RangeAudit(Node node, AuditOptions options, AuditRules rules, AuditSink sink, AuditPace pace) {
    this.node = node;
    this.options = options;
    this.rules = rules;
    this.sink = sink;
    this.examination = new Examination(node, rules, options);
    this.quarantine = new Quarantine(node);
    this.pace = pace;
  }

  /** Makes audits of ranges that are read at the same time, in a sink and at a rate for all. */
  static Supplier<RangeAudit> several(Node node, AuditOptions options, AuditSink sink) {
    AuditRules rules = Audit.rules(node, options);
    AuditPace pace = new AuditPace(options, node.seams().elapsed());
    return () -> new RangeAudit(node, options, rules, sink, pace);
  }

  /** Hears how far a range has come; throws to end it. */
  @FunctionalInterface
  interface Progress {

    void reached(SequencePlace place, long sequences, long objects);
  }

  /**
   * How a range ended.
   *
   * @param isWhole whether all places were compared
   * @param unsettled the places of which nothing came, which were told as unread
   */
  record Ended(boolean isWhole, Set<SequencePlace> unsettled) {}

  /** Audits a range from its beginning. */
  Ended run(Range range, Progress progress) {
    carried.clear();
    latestMisplaced.clear();
    overflown = false;
    boolean isWhole = true;
    Range left = range;
    int failures = 0;
    while (true) {
      Merge merge = new Merge(left, progress);
      Optional<RuntimeException> failure = merge.run();
      left = merge.left();
      if (failure.isEmpty()) {
        break;
      }
      failures = merge.hasMoved() ? 1 : failures + 1;
      if (failures == ATTEMPTS || !node.seams().pause().await(PAUSE.multipliedBy(failures))) {
        sink.unread(left.toString(), Failures.describe(failure.get()));
        isWhole = false;
        break;
      }
    }
    Set<SequencePlace> unsettled = settleCarried();
    sink.passed(range.until());
    return new Ended(isWhole && !overflown, unsettled);
  }

  /**
   * Looks at one place, as at the end of a range.
   *
   * @return whether that came to something; if not, it was told as unread
   */
  boolean examine(SequencePlace place) {
    carried.put(place, "");
    return settleCarried().isEmpty();
  }

  /** One pass from a place on, up to the end of the range or the first error. */
  private final class Merge {

    private final Reconciliation reconciliation;
    private final Progress progress;
    private final List<SequencePlace> suspects = new ArrayList<>();
    private Range left;
    private boolean moved;
    private long sequences;
    private long objects;

    Merge(Range range, Progress progress) {
      this.left = range;
      this.progress = progress;
      this.reconciliation =
          new Reconciliation(node, rules, options, range, RangeAudit.this::misplaced);
    }

    Range left() {
      return left;
    }

    boolean hasMoved() {
      return moved;
    }

    Optional<RuntimeException> run() {
      while (true) {
        SequencePlace last;
        try {
          last = batch();
        } catch (ContentException | LedgerException | UncheckedIOException e) {
          return Optional.of(e);
        }
        if (last == null) {
          if (reconciliation.objects() > objects) {
            // Keys without a place, after the last one.
            tell(left.after().orElse(left.until()));
          }
          return Optional.empty();
        }
        examine(suspects);
        suspects.clear();
        moved = true;
        left = left.from(last);
        tell(last);
      }
    }

    private void tell(SequencePlace reached) {
      long listed = reconciliation.objects();
      sink.looked(sequences, listed - objects, reached);
      slowDown(sequences);
      progress.reached(reached, sequences, listed - objects);
      objects = listed;
      sequences = 0;
    }

    /** Compares some, and returns the last place, or null at the end. */
    private @Nullable SequencePlace batch() {
      Instant now = node.ledger().ledger().now();
      SequencePlace last = null;
      for (int i = 0; i < BATCH && suspects.size() < BATCH_SUSPECTS; i++) {
        Step step = reconciliation.next(now);
        if (step == null) {
          break;
        }
        last = step.place();
        sequences += step.isEntry() ? 1 : 0;
        if (step.isSuspect()) {
          suspects.add(step.place());
        }
      }
      return last;
    }
  }

  /**
   * A key without a place belongs to no sequence; only someone who set it aside knows of it. A
   * batch that broke off lists those of its areas again, in their order, up to the latest that was
   * told.
   */
  private void misplaced(ContentKey key) {
    String area = key.value().substring(0, key.value().indexOf('/'));
    ContentKey latest = latestMisplaced.get(area);
    if (latest != null && latest.compareTo(key) >= 0) {
      return;
    }
    if (!quarantine.hasMisplaced(key)) {
      sink.found(List.of(Examined.misplaced(key)));
    }
    latestMisplaced.put(area, key);
  }

  private void examine(List<SequencePlace> suspects) {
    for (SequencePlace place : suspects) {
      Optional<String> unsettled = Optional.of("");
      for (int i = 0; i < ATTEMPTS && unsettled.isPresent(); i++) {
        unsettled = tryToSettle(place);
      }
      unsettled.ifPresent(why -> carry(place, why));
    }
  }

  private void carry(SequencePlace place, String why) {
    if (carried.size() < MOST_CARRIED) {
      carried.put(place, why);
    } else {
      overflown = true;
      sink.unread("the sequence at " + place, why);
    }
  }

  /** Looks at a place; returns why not, if that came to nothing. */
  private Optional<String> tryToSettle(SequencePlace place) {
    try {
      Examination.Outcome outcome = examination.of(place);
      if (outcome instanceof Examination.Outcome.Settled settled) {
        sink.found(settled.findings());
        return Optional.empty();
      }
      return Optional.of("it changed each time that it was looked at");
    } catch (ContentException | LedgerException | UncheckedIOException e) {
      return Optional.of(Failures.describe(e));
    }
  }

  /** Looks again, with growing pauses; returns what is still unsettled. */
  private Set<SequencePlace> settleCarried() {
    for (int round = 0; round < ROUNDS && !carried.isEmpty(); round++) {
      if (round > 0 && !node.seams().pause().await(PAUSE.multipliedBy(1L << round))) {
        break;
      }
      for (SequencePlace place : List.copyOf(carried.keySet())) {
        sink.goesOn();
        Optional<String> unsettled = tryToSettle(place);
        if (unsettled.isPresent()) {
          carried.put(place, unsettled.get());
        } else {
          carried.remove(place);
        }
      }
    }
    carried.forEach((place, why) -> sink.unread(named(place), why));
    Set<SequencePlace> unsettled = Set.copyOf(carried.keySet());
    carried.clear();
    return unsettled;
  }

  private String named(SequencePlace place) {
    try {
      return examination.name(place).map(key -> key + " at ").orElse("what is stored at ") + place;
    } catch (LedgerException e) {
      return "the sequence at " + place + ", whose entry cannot be read either";
    }
  }

  private void slowDown(long done) {
    pace.looked(done);
    boolean goesOn = true;
    while (goesOn && !pace.isEarned()) {
      sink.check();
      goesOn = node.seams().pause().await(PAUSE);
    }
  }
}
