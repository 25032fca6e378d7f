package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The sets of ids of one backfill, of which a page at a time is in memory.
 *
 * <p>{@code listed} is what was selected, and never changes once it is complete. Each id of it is
 * besides in one of the others: those that wait, apart by how long their raw bytes have to live,
 * those whose run was started and has not ended, and the outcomes. An id is put where it goes
 * before it is taken from where it was, so that a crash leaves it in both and never in none;
 * whoever takes over looks ({@link BackfillRecovery}). Those of one that was cancelled are copied
 * and sealed ({@link BackfillSeal}).
 *
 * <p>As safe for use by several threads as the ledger is.
 */
final class BackfillSets {

  /** The urgencies that are told apart: the hours of a day, the days of five weeks, and beyond. */
  static final int URGENCIES = 64;

  private static final int HOURS = 24;

  private final ControlRecords controls;
  private final String name;
  private final int most;

  /** What ends the kinds of sets that are sealed; empty text for those that are worked with. */
  private final String suffix;

  BackfillSets(LedgerStore ledger, String name) {
    this(
        ledger.controls(),
        name,
        Math.min(ledger.capabilities().maxBatch(), ScanQuery.MAX_LIMIT),
        "");
  }

  private BackfillSets(ControlRecords controls, String name, int most, String suffix) {
    this.controls = controls;
    this.name = name;
    this.most = most;
    this.suffix = suffix;
  }

  /** Those of a record: sealed if it has a seal. */
  static BackfillSets of(LedgerStore ledger, BackfillRecord record) {
    BackfillSets sets = new BackfillSets(ledger, record.name());
    return record.seal().isEmpty() ? sets : sets.sealed(record.seal());
  }

  /** Those under a seal. The list is the same. */
  BackfillSets sealed(String seal) {
    return new BackfillSets(controls, name, most, "-" + seal);
  }

  ControlRecord.Key listed() {
    return new ControlRecord.Key("backfill-listed", name);
  }

  ControlRecord.Key unrecoverable() {
    return new ControlRecord.Key("backfill-unrecoverable" + suffix, name);
  }

  ControlRecord.Key running() {
    return new ControlRecord.Key("backfill-running" + suffix, name);
  }

  ControlRecord.Key done() {
    return new ControlRecord.Key("backfill-done" + suffix, name);
  }

  ControlRecord.Key failed(int cause) {
    return new ControlRecord.Key("backfill-failed" + suffix, numbered(cause));
  }

  ControlRecord.Key waiting(int urgency) {
    return new ControlRecord.Key("backfill-waiting" + suffix, numbered(urgency));
  }

  private String numbered(int number) {
    return name + (number < 10 ? ".0" : ".") + number;
  }

  /** Tells how urgent it is to run something whose raw bytes expire at a time; 0 is the most. */
  static int urgency(Instant expiresAt, Instant asOf) {
    Duration left = Duration.between(asOf, expiresAt);
    if (left.isNegative()) {
      return 0;
    }
    long hours = left.toHours();
    long urgency = hours < HOURS ? 1 + hours : HOURS + left.toDays();
    return (int) Math.min(URGENCIES - 1, urgency);
  }

  /** Reads on in the list, a page at most. */
  List<SequenceKey> listed(Optional<SequenceKey> after) {
    return page(listed(), after, most);
  }

  /** Returns how many ids one call may have. */
  int most() {
    return most;
  }

  void add(ControlRecord.Key set, Collection<SequenceKey> keys) {
    batches(keys, batch -> controls.add(set, batch));
  }

  void remove(ControlRecord.Key set, Collection<SequenceKey> keys) {
    batches(keys, batch -> controls.remove(set, batch));
  }

  List<SequenceKey> page(ControlRecord.Key set, Optional<SequenceKey> after, int limit) {
    return controls.members(set, after, Math.min(limit, most));
  }

  /**
   * Tells which of some keys are members, by reading the set from the first of them to the last and
   * leaving out what lies between two of them where a page does not reach from one to the next.
   *
   * @param set the set
   * @param keys the keys
   * @return those of them that are members; the caller's own
   */
  Set<SequenceKey> among(ControlRecord.Key set, Collection<SequenceKey> keys) {
    Set<SequenceKey> members = new TreeSet<>();
    TreeSet<SequenceKey> open = new TreeSet<>(keys);
    Optional<SequenceKey> reached = Optional.empty();
    while (!open.isEmpty()) {
      Optional<SequenceKey> from =
          Stream.concat(reached.stream(), Preceding.of(open.first()).stream())
              .max(Comparator.naturalOrder());
      List<SequenceKey> page = page(set, from, most);
      page.stream().filter(open::contains).forEach(members::add);
      if (page.size() < most) {
        return members;
      }
      reached = Optional.of(page.get(page.size() - 1));
      open.headSet(reached.get(), true).clear();
    }
    return members;
  }

  /** Visits a set page by page in the order of keys. */
  void each(ControlRecord.Key set, Consumer<List<SequenceKey>> visit) {
    Optional<SequenceKey> after = Optional.empty();
    boolean more = true;
    while (more) {
      List<SequenceKey> page = page(set, after, most);
      if (!page.isEmpty()) {
        visit.accept(page);
        after = Optional.of(page.get(page.size() - 1));
      }
      more = page.size() == most;
    }
  }

  /** Splits ids into as many as one call may have. */
  void batches(Collection<SequenceKey> keys, Consumer<List<SequenceKey>> visit) {
    List<SequenceKey> sorted = new ArrayList<>(keys).stream().sorted().distinct().toList();
    for (int from = 0; from < sorted.size(); from += most) {
      visit.accept(sorted.subList(from, Math.min(from + most, sorted.size())));
    }
  }
}
