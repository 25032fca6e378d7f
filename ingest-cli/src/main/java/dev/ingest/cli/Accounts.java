package dev.ingest.cli;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Conservation, counted: every sequence that was accepted is in flight, settled, failed, being
 * discarded or lost, or else it is unaccounted for.
 *
 * <p>The number accepted and the number accounted for must not come from the same place, or their
 * difference is always zero. The first is the ledger's census, which counts acceptances; the second
 * is what a scan lists entry by entry, each put into exactly one class by its state. Sequences are
 * accepted while the scan runs, so the census is taken before and after: entries are never removed,
 * so a scan that lists fewer than there were before misses some, and one that lists more than there
 * are afterwards has found some that nobody accepted. Both count as unaccounted for.
 *
 * <p>For one sequence the census says nothing; there the history is the independent record. It
 * tells that the sequence was accepted even if the entry is gone.
 *
 * @param accepted sequences ever accepted
 * @param verified of them, those whose result was proven
 * @param unaccountedFor accepted and not listed, or listed and not accepted
 */
record Accounts(long accepted, long verified, long unaccountedFor) {

  /** Scans all entries, or one owner's. */
  static Accounts of(Ledger ledger, Optional<OwnerId> owner, Consumer<Entry> each) {
    Census before = ledger.census(owner);
    Tally tally = new Tally(each);
    ScanQuery query =
        new ScanQuery(owner, Optional.empty(), Set.of(), Optional.empty(), ScanQuery.MAX_LIMIT);
    scan(ledger, query, tally);
    Census after = ledger.census(owner);
    long missing = Math.max(0, before.total() - tally.classified());
    long strays = Math.max(0, tally.classified() - after.total());
    return new Accounts(tally.classified() + missing, tally.verified, missing + strays);
  }

  /** Scans the entries that a query for single sequences finds. */
  static Accounts ofChosen(Ledger ledger, ScanQuery query, Consumer<Entry> each) {
    Tally tally = new Tally(each);
    scan(ledger, query, tally.andHistory(ledger));
    boolean nothingListed = tally.classified() == 0;
    if (nothingListed && query.owner().isPresent() && query.id().isPresent()) {
      SequenceKey key = new SequenceKey(query.owner().get(), query.id().get());
      if (!ledger.history(key, 0, 1).isEmpty()) {
        return new Accounts(1, 0, 1);
      }
    }
    long strays = Math.max(0, tally.classified() - tally.inHistory);
    return new Accounts(tally.classified(), tally.verified, strays);
  }

  /** Hands every entry that a query finds to a consumer, page by page. */
  static void scan(Ledger ledger, ScanQuery first, Consumer<Entry> each) {
    ScanQuery query = first;
    EntryPage page;
    do {
      page = ledger.scan(query);
      page.entries().forEach(each);
      if (!page.entries().isEmpty()) {
        query = query.after(page.entries().get(page.entries().size() - 1).key());
      }
    } while (page.more() && !page.entries().isEmpty());
  }

  /** The line that ends a status, a run and a demonstration. */
  String line() {
    return "%d %s accepted, %d verified, %d unaccounted for"
        .formatted(accepted, accepted == 1 ? "sequence" : "sequences", verified, unaccountedFor);
  }

  private static final class Tally implements Consumer<Entry> {

    private final Consumer<Entry> each;
    private long inFlight;
    private long settled;
    private long failed;
    private long discarding;
    private long lost;
    private long verified;
    private long inHistory;

    Tally(Consumer<Entry> each) {
      this.each = each;
    }

    @Override
    public void accept(Entry entry) {
      switch (entry.state()) {
        case ACCEPTED, PROCESSING, PROCESSED -> inFlight++;
        case VERIFIED, EXPIRING, EXPIRED, DISCARDED -> settled++;
        case FAILED -> failed++;
        case DISCARDING -> discarding++;
        case LOST -> lost++;
      }
      if (entry.state().isSettled() && entry.state() != State.DISCARDED) {
        verified++;
      }
      each.accept(entry);
    }

    Consumer<Entry> andHistory(Ledger ledger) {
      return entry -> {
        accept(entry);
        for (HistoryRow row : ledger.history(entry.key(), 0, 1)) {
          inHistory += row.step().kind() == TransitionKind.ACCEPTED ? 1 : 0;
        }
      };
    }

    long classified() {
      return inFlight + settled + failed + discarding + lost;
    }
  }
}
