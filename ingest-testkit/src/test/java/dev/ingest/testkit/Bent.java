package dev.ingest.testkit;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkQueue;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ledger stores of which one method of one role is bent. */
final class Bent {

  static final IncarnationId INCARNATION = IncarnationId.ofBits(9, 10);

  private Bent() {}

  static InMemoryLedger sound(InstantSource clock) {
    return new InMemoryLedger(clock, INCARNATION);
  }

  static LedgerStore bentLedger(LedgerStore sound, String method, Twist.Instead instead) {
    return Twist.of(
        LedgerStore.class,
        sound,
        "ledger",
        args -> Twist.of(Ledger.class, sound.ledger(), method, instead));
  }

  /** Bends each transition before it is committed. */
  static LedgerStore bentCommit(LedgerStore sound, UnaryOperator<Transition> bend) {
    return bentLedger(
        sound,
        "commit",
        args -> sound.ledger().commit(transitions(args[0]).stream().map(bend).toList()));
  }

  static LedgerStore bentWork(LedgerStore sound, String method, Twist.Instead instead) {
    return Twist.of(
        LedgerStore.class,
        sound,
        "work",
        args -> Twist.of(WorkQueue.class, sound.work(), method, instead));
  }

  static LedgerStore bentAlerts(LedgerStore sound, String method, Twist.Instead instead) {
    return Twist.of(
        LedgerStore.class,
        sound,
        "alerts",
        args -> Twist.of(AlertOutbox.class, sound.alerts(), method, instead));
  }

  static List<Transition> transitions(Object batch) {
    return ((List<?>) batch).stream().map(Transition.class::cast).toList();
  }

  /** Makes a transition fit whatever entry is stored. */
  static Transition refit(Transition made, Entry stored, Guard guard) {
    HistoryRow row = made.row();
    HistoryRow.Link link =
        new HistoryRow.Link(stored.chain().length() + 1, stored.chain().head(), row.link().hash());
    Position asked = made.after().position();
    Position position =
        new Position(
            asked.state(), stored.version() + 1, asked.visibleAt(), asked.fence(), asked.lease());
    return new Transition(
        guard,
        made.after().withPosition(position).withChain(new ChainHead(link.ordinal(), link.hash())),
        made.lease(),
        new HistoryRow(row.key(), row.step(), row.from(), row.to(), row.note(), link),
        made.alerts());
  }
}
