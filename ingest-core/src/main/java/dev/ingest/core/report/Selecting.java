package dev.ingest.core.report;

import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a query selects, a page at a time, for those who act on it and must go on where they
 * were interrupted. What the ledger cannot tell of is selected too, and counted. The engine's own
 * canaries are left out, unless they are given or their owner is asked for. Changes nothing.
 * Thread-safe.
 */
public final class Selecting {

  private final LedgerStore ledger;
  private final IncidentQuery query;
  private final Matching matching;

  /**
   * Creates a reader. Does no I/O.
   *
   * @param ledger the ledger
   * @param query which sequences
   */
  public Selecting(LedgerStore ledger, IncidentQuery query) {
    this.ledger = ledger;
    this.query = query;
    this.matching = new Matching(ledger.ledger(), query);
  }

  /**
   * A page of what is selected.
   *
   * @param selected the selected entries, in the order of their keys
   * @param unknown those of the given keys that the ledger does not know
   * @param looked how many entries were looked at
   * @param untold how many are selected because the ledger does not keep what would tell
   * @param reached the last key that was looked at; empty if there was none
   * @param more whether there may be more after it
   */
  public record Page(
      List<Entry> selected,
      List<SequenceKey> unknown,
      long looked,
      long untold,
      Optional<SequenceKey> reached,
      boolean more) {

    /**
     * Copies the lists.
     *
     * @param selected the selected entries
     * @param unknown those of the given keys that the ledger does not know
     * @param looked how many entries were looked at
     * @param untold how many are selected because the ledger cannot tell
     * @param reached the last key that was looked at
     * @param more whether there may be more after it
     */
    public Page {
      selected = List.copyOf(selected);
      unknown = List.copyOf(unknown);
    }
  }

  /**
   * Reads a page of the ledger: one read of 1,000 entries, and one of each history that the query
   * asks for.
   *
   * @param after only keys greater than this one; empty for the first page
   * @return the page
   * @throws dev.ingest.spi.ledger.LedgerException if something could not be read
   */
  public Page after(Optional<SequenceKey> after) {
    EntryPage page =
        ledger
            .ledger()
            .scan(
                new ScanQuery(
                    query.owner(), Optional.empty(), query.states(), after, ScanQuery.MAX_LIMIT));
    Found found = new Found();
    page.entries().stream()
        .filter(entry -> query.owner().isPresent() || !Canary.is(entry.key()))
        .forEach(found::look);
    Optional<SequenceKey> reached =
        page.entries().isEmpty()
            ? Optional.empty()
            : Optional.of(page.entries().get(page.entries().size() - 1).key());
    return found.page(page.entries().size(), reached, page.more() && reached.isPresent());
  }

  /**
   * Looks at given sequences.
   *
   * @param keys in order, at most as many as a batch of the ledger has
   * @return the page, after which there is no more
   * @throws dev.ingest.spi.ledger.LedgerException if something could not be read
   */
  public Page among(List<SequenceKey> keys) {
    List<Optional<Entry>> entries = ledger.ledger().find(keys);
    Found found = new Found();
    for (int i = 0; i < keys.size(); i++) {
      OwnerId owner = keys.get(i).owner();
      if (query.owner().filter(asked -> !asked.equals(owner)).isPresent()) {
        continue;
      }
      if (entries.get(i).isEmpty()) {
        found.unknown.add(keys.get(i));
      } else {
        found.look(entries.get(i).get());
      }
    }
    return found.page(
        keys.size(),
        keys.isEmpty() ? Optional.empty() : Optional.of(keys.get(keys.size() - 1)),
        false);
  }

  /** What a page has so far. */
  private final class Found {

    private final List<Entry> selected = new ArrayList<>();
    private final List<SequenceKey> unknown = new ArrayList<>();
    private long untold;

    void look(Entry entry) {
      if (!query.states().isEmpty() && !query.states().contains(entry.state())) {
        return;
      }
      switch (matching.of(entry)) {
        case YES -> selected.add(entry);
        case NO -> {}
        case UNTOLD -> {
          selected.add(entry);
          untold++;
        }
      }
    }

    Page page(long looked, Optional<SequenceKey> reached, boolean more) {
      return new Page(selected, unknown, looked, untold, reached, more);
    }
  }
}
