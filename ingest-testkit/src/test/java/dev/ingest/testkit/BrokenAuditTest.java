package dev.ingest.testkit;

import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.AuditRow.Made;
import dev.ingest.spi.ledger.AuditRow.Progress;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.testkit.contract.LedgerContract;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Ledgers that are wrong in one way each at what they tell audits, and the case that catches them.
 */
class BrokenAuditTest {

  private static final String PAGES =
      "an audit is told every entry once, in the order of places, in pages of any size";
  private static final String PART =
      "an audit's part begins after one place and ends at another, which it includes";
  private static final String ROWS =
      "an audit is told of every entry what the entry says, in every state and with leases";
  private static final String MEANWHILE =
      "entries that come or change between an audit's pages hide none and double none";

  @Test
  void orderOfKeys_caught() {
    Caught.by(PAGES, OrderOfKeys.class);
  }

  @Test
  void firstIncluded_caught() {
    Caught.by(PART, FirstIncluded.class);
  }

  @Test
  void lastExcluded_caught() {
    Caught.by(PART, LastExcluded.class);
  }

  @Test
  void endIgnored_caught() {
    Caught.by(PART, EndIgnored.class);
  }

  @Test
  void alwaysMore_caught() {
    Caught.by(PART, AlwaysMore.class);
  }

  @Test
  void neverMore_caught() {
    Caught.by(PAGES, NeverMore.class);
  }

  @Test
  void placeAsANumberOfRows_caught() {
    Caught.by(MEANWHILE, PlaceAsANumberOfRows.class);
  }

  @Test
  void leaseUntold_caught() {
    Caught.by(ROWS, LeaseUntold.class);
  }

  @Test
  void outputUntold_caught() {
    Caught.by(ROWS, OutputUntold.class);
  }

  @Test
  void publicationOnlyWhereVerified_caught() {
    Caught.by(ROWS, PublicationOnlyWhereVerified.class);
  }

  private static LedgerStore bent(
      InstantSource clock, BiFunction<Holdings, AuditQuery, AuditPage> page) {
    LedgerStore sound = Bent.sound(clock);
    Holdings holdings = sound.ledger().holdings();
    return Bent.bentLedger(
        sound,
        "holdings",
        none ->
            Twist.of(
                Holdings.class,
                holdings,
                "audit",
                args -> page.apply(holdings, (AuditQuery) args[0])));
  }

  private static LedgerStore bentRows(InstantSource clock, UnaryOperator<AuditRow> bend) {
    return bent(
        clock,
        (sound, query) -> {
          AuditPage page = sound.audit(query);
          return new AuditPage(page.rows().stream().map(bend).toList(), page.more());
        });
  }

  private static List<AuditRow> all(Holdings sound) {
    return sound
        .audit(new AuditQuery(Optional.empty(), SequencePlace.LAST, ScanQuery.MAX_LIMIT))
        .rows();
  }

  private static AuditPage first(List<AuditRow> rows, int limit) {
    return new AuditPage(rows.subList(0, Math.min(limit, rows.size())), rows.size() > limit);
  }

  static class OrderOfKeys extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          (sound, query) -> {
            AuditPage page = sound.audit(query);
            return new AuditPage(
                page.rows().stream().sorted(Comparator.comparing(AuditRow::key)).toList(),
                page.more());
          });
    }
  }

  static class FirstIncluded extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          (sound, query) ->
              first(all(sound).stream().filter(row -> isIn(row, query)).toList(), query.limit()));
    }

    private static boolean isIn(AuditRow row, AuditQuery query) {
      SequencePlace place = SequencePlace.of(row.key());
      return place.compareTo(query.until()) <= 0
          && query.after().filter(after -> place.compareTo(after) < 0).isEmpty();
    }
  }

  static class LastExcluded extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          (sound, query) -> {
            AuditPage page = sound.audit(query);
            return first(
                page.rows().stream()
                    .filter(row -> !SequencePlace.of(row.key()).equals(query.until()))
                    .toList(),
                query.limit());
          });
    }
  }

  static class EndIgnored extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          (sound, query) ->
              sound.audit(new AuditQuery(query.after(), SequencePlace.LAST, query.limit())));
    }
  }

  static class AlwaysMore extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(
          clock,
          (sound, query) -> {
            AuditPage page = sound.audit(query);
            return new AuditPage(page.rows(), !page.rows().isEmpty());
          });
    }
  }

  static class NeverMore extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bent(clock, (sound, query) -> new AuditPage(sound.audit(query).rows(), false));
    }
  }

  static class PlaceAsANumberOfRows extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      Map<SequencePlace, Integer> seen = new HashMap<>();
      return bent(
          clock,
          (sound, query) -> {
            List<AuditRow> rows = all(sound);
            int from = query.after().map(after -> seen.getOrDefault(after, 0)).orElse(0);
            AuditPage page =
                first(rows.subList(Math.min(from, rows.size()), rows.size()), query.limit());
            if (!page.rows().isEmpty()) {
              AuditRow last = page.rows().get(page.rows().size() - 1);
              seen.put(SequencePlace.of(last.key()), from + page.rows().size());
            }
            return page;
          });
    }
  }

  static class LeaseUntold extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentRows(
          clock,
          row -> {
            Progress told = row.progress();
            return with(
                row,
                new Progress(told.state(), told.version(), told.visibleAt(), told.fence(), false),
                row.made());
          });
    }
  }

  static class OutputUntold extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentRows(
          clock,
          row ->
              with(
                  row,
                  row.progress(),
                  new Made(
                      row.made().pipeline(),
                      Optional.empty(),
                      row.made().superseded(),
                      row.made().leftovers())));
    }
  }

  static class PublicationOnlyWhereVerified extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentRows(
          clock,
          row ->
              new AuditRow(
                  row.receipt(),
                  row.raw(),
                  row.progress(),
                  row.made(),
                  row.state().isInFlight() ? Optional.empty() : row.published(),
                  row.chain()));
    }
  }

  private static AuditRow with(AuditRow row, Progress progress, Made made) {
    return new AuditRow(row.receipt(), row.raw(), progress, made, row.published(), row.chain());
  }
}
