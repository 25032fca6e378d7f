package dev.ingest.testkit;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.testkit.contract.AlertOutboxContract;
import dev.ingest.testkit.contract.LedgerContract;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Ledgers that are wrong in one way each at telling what is due or at keeping digests, and the case
 * that catches them.
 */
class BrokenDueTest {

  private static final IncarnationId INCARNATION = IncarnationId.ofBits(7, 8);
  private static final String STAYS =
      "what cannot be dealt with stays due and lets everything after it come to its turn";
  private static final String LEVELS =
      "risk is asked for by the level that was told last, and each mark moves on";
  private static final String CHANGES =
      "entries that change between pages cost no other its turn: none is omitted, none comes twice";

  private static String pagesOf(String what) {
    return "pages of every size follow one another by time, owner and id, for " + what;
  }

  @Test
  void placeIgnored_caught() {
    Caught.by(STAYS, PlaceIgnored.class);
    Caught.by(CHANGES, PlaceIgnored.class);
    for (String what :
        List.of(
            "what is overdue", "what is at risk", "what has expired", "disposals", "leftovers")) {
      Caught.by(pagesOf(what), PlaceIgnored.class);
    }
  }

  @Test
  void placeByTimeAlone_caught() {
    Caught.by(pagesOf("what has expired"), PlaceByTimeAlone.class);
    Caught.by(STAYS, PlaceByTimeAlone.class);
  }

  @Test
  void placeIncluded_caught() {
    Caught.by(pagesOf("disposals"), PlaceIncluded.class);
  }

  @Test
  void placeAsANumberOfRows_caught() {
    Caught.by(CHANGES, PlaceAsANumberOfRows.class);
  }

  @Test
  void equalTimesOutOfOrder_caught() {
    Caught.by(pagesOf("leftovers"), EqualTimesOutOfOrder.class);
  }

  @Test
  void levelIgnored_caught() {
    Caught.by(LEVELS, LevelIgnored.class);
  }

  @Test
  void levelAtMost_caught() {
    Caught.by(LEVELS, LevelAtMost.class);
  }

  @Test
  void unsentPruned_caught() {
    Caught.by(
        "pruning drops no digest that is not acknowledged, and none that is newer",
        UnsentPruned.class);
  }

  @Test
  void latestOfUnsentAlone_caught() {
    Caught.by(
        "the latest digests come newest first, acknowledged or not", LatestOfUnsentAlone.class);
  }

  @Test
  void nothingEverPending_caught() {
    Caught.by(
        "whether rows wait is told from the first row to the digest that takes the last",
        NothingEverPending.class);
  }

  private static LedgerStore bent(
      InstantSource clock, Function<Ledger, Function<DueQuery, List<Entry>>> bend) {
    LedgerStore sound = new InMemoryLedger(clock, INCARNATION);
    return Twist.of(
        LedgerStore.class,
        sound,
        "ledger",
        none ->
            Twist.of(
                Ledger.class,
                sound.ledger(),
                "due",
                args -> bend.apply(sound.ledger()).apply((DueQuery) args[0])));
  }

  /** All that is due, without a place and as many as there are. */
  private static List<Entry> all(Ledger sound, DueQuery query) {
    return sound.due(
        new DueQuery(
            query.kind(),
            query.lead(),
            query.escalations(),
            Optional.empty(),
            ScanQuery.MAX_LIMIT));
  }

  private static List<Entry> page(List<Entry> entries, DueQuery query) {
    return entries.stream().limit(query.limit()).toList();
  }

  private static DueQuery.Place place(DueQuery query, Entry entry) {
    return new DueQuery.Place(query.kind().timeOf(entry), entry.key());
  }

  static class PlaceIgnored extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(clock, sound -> query -> page(all(sound, query), query));
    }
  }

  static class PlaceByTimeAlone extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          sound ->
              query ->
                  page(
                      all(sound, query).stream()
                          .filter(
                              entry ->
                                  query.after().isEmpty()
                                      || query
                                          .kind()
                                          .timeOf(entry)
                                          .isAfter(query.after().get().at()))
                          .toList(),
                      query));
    }
  }

  static class PlaceIncluded extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          sound ->
              query ->
                  page(
                      all(sound, query).stream()
                          .filter(
                              entry ->
                                  query.after().isEmpty()
                                      || place(query, entry).compareTo(query.after().get()) >= 0)
                          .toList(),
                      query));
    }
  }

  /** Skips as many rows as were seen, as OFFSET does. */
  static class PlaceAsANumberOfRows extends LedgerContract {
    private int seen;

    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          sound ->
              query -> {
                seen = query.after().isEmpty() ? 0 : seen;
                List<Entry> page =
                    all(sound, query).stream().skip(seen).limit(query.limit()).toList();
                seen += page.size();
                return page;
              });
    }
  }

  static class EqualTimesOutOfOrder extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          sound ->
              query -> {
                List<Entry> entries = new ArrayList<>(all(sound, query));
                entries.sort(
                    Comparator.comparing((Entry entry) -> query.kind().timeOf(entry))
                        .thenComparing(Entry::key, Comparator.reverseOrder()));
                int from =
                    query
                        .after()
                        .map(after -> keys(entries).indexOf(after.key().toString()) + 1)
                        .orElse(0);
                return page(entries.subList(from, entries.size()), query);
              });
    }

    private static List<String> keys(List<Entry> entries) {
      return entries.stream().map(entry -> entry.key().toString()).toList();
    }
  }

  /** Has one mark where there are levels: what was told at all is told no more. */
  static class LevelIgnored extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          sound ->
              query ->
                  query.escalations() == 0
                      ? sound.due(query)
                      : sound.due(DueQuery.of(query.kind(), query.lead(), query.limit())));
    }
  }

  static class LevelAtMost extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          sound ->
              query -> {
                List<Entry> entries = new ArrayList<>();
                for (int level = 0; level <= query.escalations(); level++) {
                  entries.addAll(
                      sound.due(
                          new DueQuery(
                              query.kind(), query.lead(), level, query.after(), query.limit())));
                }
                return page(entries, query);
              });
    }
  }

  private static LedgerStore bentAlerts(
      InstantSource clock, String method, Function<AlertOutbox, Twist.Instead> bend) {
    LedgerStore sound = new InMemoryLedger(clock, INCARNATION);
    return Twist.of(
        LedgerStore.class,
        sound,
        "alerts",
        none -> Twist.of(AlertOutbox.class, sound.alerts(), method, bend.apply(sound.alerts())));
  }

  static class UnsentPruned extends AlertOutboxContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentAlerts(
          clock,
          "prune",
          alerts ->
              args -> {
                List<AlertDigest> unsent = alerts.unsent(AlertOutbox.MAX_UNSENT);
                unsent.forEach(digest -> alerts.acknowledge(digest.ordinal()));
                return alerts.prune((Long) args[0], (Integer) args[1]);
              });
    }
  }

  static class LatestOfUnsentAlone extends AlertOutboxContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentAlerts(
          clock,
          "latest",
          alerts ->
              args -> {
                List<AlertDigest> newest = new ArrayList<>(alerts.unsent(AlertOutbox.MAX_UNSENT));
                newest.sort(Comparator.comparing(AlertDigest::ordinal).reversed());
                return newest.stream().limit((Integer) args[0]).toList();
              });
    }
  }

  static class NothingEverPending extends AlertOutboxContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentAlerts(clock, "hasPending", alerts -> args -> false);
    }
  }
}
