package dev.ingest.simulator;

import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.OwnerNotices;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.spi.notice.OwnerNotifier;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who tells owners, in all nodes. It takes nothing while it is down, and at other times refuses
 * some notices, of which it has kept some all the same. Knows what everybody was told.
 */
final class SimNotifier implements OwnerNotifier {

  private static final String NAME = "S10 Owners are told";
  private static final int ONE_IN = 20;

  private final World world;
  private final Map<String, OwnerNotice> told = new HashMap<>();
  private Instant downUntil = Instant.MIN;

  SimNotifier(World world) {
    this.world = world;
  }

  /** Copies what everybody was told. */
  Map<String, OwnerNotice> told() {
    return Map.copyOf(told);
  }

  /** The ledger was restored: what was told since then was of a life that it does not know. */
  void goBack(Map<String, OwnerNotice> before) {
    told.clear();
    told.putAll(before);
  }

  void fail(Duration time) {
    world.trace().say("notifier", "is down for " + time);
    downUntil = world.now().plus(time);
  }

  @Override
  public void tell(OwnerNotice notice) {
    boolean isDown = !world.isQuiet() && world.now().isBefore(downUntil);
    boolean fails = isDown || (!world.isQuiet() && world.below(ONE_IN) == 0);
    if (!isDown && (!fails || world.below(2) == 0)) {
      keep(notice);
    }
    if (fails) {
      throw new IllegalStateException("the notifier did not take " + notice.id());
    }
  }

  private void keep(OwnerNotice notice) {
    world.trace().say("notifier", "tells " + notice.id());
    OwnerNotice before = told.put(notice.id(), notice);
    world.tally().add(before == null ? "notices" : "notices again");
    if (before != null && !before.equals(notice)) {
      throw world.fail(
          new InvariantViolation(NAME, notice.key(), before.toString(), notice.toString()));
    }
  }

  /** Everything that waits was told, or is set aside; that of it is told as by a person. */
  boolean isDone() {
    NoticeOutbox outbox = world.rawLedger().alerts().notices();
    return outbox.pending() == outbox.aside(Optional.empty(), NoticeOutbox.MAX_NOTICES).size();
  }

  /** Each transition that an owner is told of was told, and nothing else was. */
  void verdict(List<SequenceKey> accepted) {
    for (WaitingNotice aside :
        world.rawLedger().alerts().notices().aside(Optional.empty(), NoticeOutbox.MAX_NOTICES)) {
      keep(aside.notice());
    }
    Map<String, OwnerNotice> rest = new HashMap<>(told);
    for (SequenceKey key : accepted) {
      boolean isFailed = false;
      for (HistoryRow row : world.rawLedger().ledger().history(key, 0, ScanQuery.MAX_LIMIT)) {
        TransitionKind kind = row.step().kind();
        Optional<NoticeKind> expected =
            OwnerNotices.isRepeated(row)
                ? Optional.empty()
                : OwnerNotices.kind(
                    kind,
                    row.to(),
                    kind == TransitionKind.REPLACED ? OwnerNotices.isRemade(row) : isFailed);
        isFailed =
            kind != TransitionKind.VERIFIED
                && (isFailed || row.to() == State.FAILED || row.to() == State.LOST);
        if (expected.isPresent()) {
          require(rest, key, row, isRawDamage(row) ? NoticeKind.LOST : expected.get());
        }
      }
    }
    Set<SequenceKey> known = new HashSet<>(accepted);
    rest.values().removeIf(notice -> !known.contains(notice.key()));
    if (!rest.isEmpty()) {
      throw new InvariantViolation(NAME, "owners", "nothing but what happened", rest.toString());
    }
  }

  /** What fails since its raw bytes were found damaged has nothing else. */
  private static boolean isRawDamage(HistoryRow row) {
    return row.step().kind() == TransitionKind.FAILED
        && row.note().detail().contains(Event.RawDamageFound.CODE);
  }

  private static void require(
      Map<String, OwnerNotice> rest, SequenceKey key, HistoryRow row, NoticeKind expected) {
    String id = row.step().transition() + "-" + expected.name().toLowerCase(Locale.ROOT);
    OwnerNotice found = rest.remove(id);
    if (found == null || found.kind() != expected || !found.key().equals(key)) {
      throw new InvariantViolation(NAME, key, "a notice " + id, String.valueOf(found));
    }
  }
}
