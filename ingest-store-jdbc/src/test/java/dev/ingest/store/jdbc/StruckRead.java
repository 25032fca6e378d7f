package dev.ingest.store.jdbc;

import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** The calls that only read, each with an answer that can be compared. */
enum StruckRead {
  NOW((store, known) -> store.ledger().now()),
  INCARNATION((store, known) -> store.incarnation()),
  FIND((store, known) -> store.ledger().find(known.working().keys())),
  FIND_NOTHING((store, known) -> store.ledger().find(List.of())),
  COMMIT_NOTHING((store, known) -> store.ledger().commit(List.of())),
  HISTORY((store, known) -> store.ledger().history(known.rested().key(0), 0, 100)),
  CHECKPOINT((store, known) -> store.ledger().checkpoint(known.rested().key(0))),
  SCAN((store, known) -> store.ledger().scan(ScanQuery.all(5))),
  SCAN_OF_AN_OWNER(
      (store, known) ->
          store
              .ledger()
              .scan(
                  new ScanQuery(
                      Optional.of(known.rested().owner()),
                      Optional.empty(),
                      Set.of(),
                      Optional.empty(),
                      5))),
  DUE(
      (store, known) -> {
        Map<DueQuery.Kind, Object> all = new EnumMap<>(DueQuery.Kind.class);
        for (DueQuery.Kind kind : DueQuery.Kind.values()) {
          all.put(kind, store.ledger().due(DueQuery.of(kind, Duration.ofDays(30), 10)));
        }
        return all;
      }),
  CENSUS((store, known) -> store.ledger().census(Optional.empty())),
  CENSUS_OF_AN_OWNER((store, known) -> store.ledger().census(Optional.of(known.working().owner()))),
  AUDIT(
      (store, known) ->
          store
              .ledger()
              .holdings()
              .audit(new AuditQuery(Optional.empty(), SequencePlace.LAST, 100))),
  USAGE((store, known) -> store.ledger().holdings().usage(known.uploading().owner())),
  HOURLY((store, known) -> store.ledger().holdings().hourly(CensusQuery.all(100))),
  RECOUNT((store, known) -> store.ledger().holdings().recount(CensusQuery.all(100))),
  ACCEPTING((store, known) -> store.ledger().holdings().acceptingPipelines(Sample.START)),
  SESSION((store, known) -> store.sessions().find(known.session())),
  ITEMS((store, known) -> store.sessions().items(known.session(), -1, 100)),
  UNTOUCHED(
      (store, known) ->
          store.sessions().untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 10)),
  RECORD((store, known) -> store.controls().read(known.uploading().record(1).key())),
  RECORDS((store, known) -> store.controls().list("cut", "", 10)),
  MEMBERS(
      (store, known) ->
          store.controls().members(known.uploading().record(1).key(), Optional.empty(), 10)),
  UNSENT((store, known) -> store.alerts().unsent(10)),
  LATEST((store, known) -> store.alerts().latest(10)),
  PENDING((store, known) -> store.alerts().pending()),
  HAS_PENDING((store, known) -> store.alerts().hasPending()),
  UNTRIED_NOTICES((store, known) -> store.alerts().notices().untried(Optional.empty(), 10)),
  NOTICES_TO_TRY_AGAIN((store, known) -> store.alerts().notices().retries(Optional.empty(), 10)),
  NOTICES_AHEAD((store, known) -> store.alerts().notices().ahead(10)),
  NOTICES_ASIDE((store, known) -> store.alerts().notices().aside(Optional.empty(), 10)),
  NOTICES((store, known) -> store.alerts().notices().pending()),
  /** Of statistics, which may move meanwhile, only that they are there. */
  DEAD_TUPLES((store, known) -> ((JdbcLedger) store).deadTuples().keySet());

  @SuppressWarnings("ImmutableEnumChecker") // none of them keeps anything
  private final BiFunction<LedgerStore, StruckReads.Known, Object> read;

  StruckRead(BiFunction<LedgerStore, StruckReads.Known, Object> read) {
    this.read = read;
  }

  Object of(LedgerStore store, StruckReads.Known known) {
    return read.apply(store, known);
  }
}
