package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Ledgers that keep from a watcher what it has to see, each against one invariant of time. */
final class BlindStores {

  private BlindStores() {}

  /** Forgets which time was believed, so that any time is (against S4). */
  static final Sabotage ANY_TIME_IS_BELIEVED =
      new Sabotage() {
        @Override
        public LedgerStore answers(LedgerStore ledger) {
          return new PatchedLedger(
              ledger,
              ledger.ledger(),
              ledger.sessions(),
              new Forgetful(ledger.controls(), "clock"));
        }
      };

  /** Forgets which incarnation was known, so that any is (against T10b). */
  static final Sabotage ANY_INCARNATION_IS_KNOWN =
      new Sabotage() {
        @Override
        public LedgerStore answers(LedgerStore ledger) {
          return new PatchedLedger(
              ledger,
              ledger.ledger(),
              ledger.sessions(),
              new Forgetful(ledger.controls(), "incarnation"));
        }
      };

  /**
   * Shows what is held as due, without its hold (against S4). The engine then expires it as if it
   * had none, which a ledger refuses or keeps the hold at: it is put back into what is committed.
   */
  static final Sabotage HOLDS_ARE_HIDDEN =
      new Sabotage() {
        @Override
        public LedgerStore answers(LedgerStore ledger) {
          Entries unheld =
              new Entries(ledger.ledger()) {
                @Override
                public List<Outcome> commit(List<Transition> transitions) {
                  return super.commit(transitions.stream().map(one -> holding(this, one)).toList());
                }

                @Override
                public List<Entry> due(DueQuery query) {
                  List<Entry> due = super.due(query);
                  return query.kind() == DueQuery.Kind.EXPIRY && due.size() < query.limit()
                      ? held(this, query, due)
                      : due;
                }
              };
          return new PatchedLedger(ledger, unheld, ledger.sessions());
        }
      };

  private static List<Entry> held(Entries ledger, DueQuery query, List<Entry> due) {
    Instant latest = ledger.now().plus(query.lead());
    ScanQuery verified =
        new ScanQuery(
            Optional.empty(),
            Optional.empty(),
            Set.of(State.VERIFIED),
            Optional.empty(),
            ScanQuery.MAX_LIMIT);
    List<Entry> shown = new ArrayList<>(due);
    for (Entry entry : ledger.scan(verified).entries()) {
      boolean isDue = !entry.receipt().expiresAt().isAfter(latest);
      if (entry.standing().hold().isPresent() && isDue && shown.size() < query.limit()) {
        shown.add(unheld(entry));
      }
    }
    return shown;
  }

  private static Entry unheld(Entry entry) {
    return entry.withStanding(entry.standing().withHold(Optional.empty()));
  }

  private static Transition holding(Entries ledger, Transition asked) {
    TransitionKind kind = asked.row().step().kind();
    if (kind != TransitionKind.EXPIRING && kind != TransitionKind.EXPIRED) {
      return asked;
    }
    Optional<Hold> hold =
        ledger.find(List.of(asked.key())).get(0).flatMap(entry -> entry.standing().hold());
    Entry after = asked.after();
    return new Transition(
        asked.guard(),
        after.withStanding(after.standing().withHold(hold)),
        asked.lease(),
        asked.row(),
        asked.alerts(),
        asked.notice());
  }

  /** Never shows a deadline (against L2). */
  static final Sabotage DEADLINES_ARE_NEVER_DUE = without(DueQuery.Kind.DEADLINE);

  /** Never shows a risk (against L3). */
  static final Sabotage RISKS_ARE_NEVER_DUE = without(DueQuery.Kind.RISK);

  /** Never shows an expiry (against L6). */
  static final Sabotage NOTHING_EXPIRES = without(DueQuery.Kind.EXPIRY);

  /** Never shows a proof that is old (against S3). */
  static final Sabotage NOTHING_IS_READ_AGAIN = without(DueQuery.Kind.PROOF);

  private static Sabotage without(DueQuery.Kind kind) {
    return new Sabotage() {
      @Override
      public LedgerStore answers(LedgerStore ledger) {
        Entries blind =
            new Entries(ledger.ledger()) {
              @Override
              public List<Entry> due(DueQuery query) {
                return query.kind() == kind ? List.of() : super.due(query);
              }
            };
        return new PatchedLedger(ledger, blind, ledger.sessions());
      }
    };
  }

  private static final class Forgetful extends Controls {

    private final String kind;

    Forgetful(ControlRecords records, String kind) {
      super(records);
      this.kind = kind;
    }

    private boolean forgets(ControlRecord.Key key) {
      return key.kind().equals(kind);
    }

    @Override
    public Optional<ControlRecord> read(ControlRecord.Key key) {
      return forgets(key) ? Optional.empty() : super.read(key);
    }

    @Override
    public Outcome write(ControlRecord record) {
      return forgets(record.key()) ? Outcome.APPLIED : super.write(record);
    }
  }
}
