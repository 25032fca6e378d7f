package dev.ingest.core.report;

import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.report.IncidentReport.Unread;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads reports from a ledger, page by page in the order of keys: no index is kept for them, so a
 * report reads every entry of its owner and states (about one page of 1,000 for every 1,000 of
 * them), and holds a page. Changes nothing. Thread-safe.
 */
public final class Reporting {

  /** The most sequences among which a report can look when they are given one by one. */
  public static final int MAX_AMONG = 100_000;

  private static final int PAGE = ScanQuery.MAX_LIMIT;
  private static final int MAX_ATTEMPTS = 3;

  private final LedgerStore ledger;
  private final Duration grace;

  /**
   * Creates the reports of a ledger. Does no I/O.
   *
   * @param ledger the ledger
   * @param grace how long past its expiry a sequence keeps its raw bytes
   */
  public Reporting(LedgerStore ledger, Duration grace) {
    this.ledger = ledger;
    this.grace = grace;
  }

  /**
   * Reads a page of what an owner may see, in one read.
   *
   * @param owner the owner
   * @param after only ids past this one; empty for the first page
   * @param limit the most sequences, 1 to {@link OwnerPage#MAX_LIMIT}
   * @return the page
   */
  public OwnerPage status(OwnerId owner, Optional<SequenceId> after, int limit) {
    ScanQuery query =
        new ScanQuery(
            Optional.of(owner),
            Optional.empty(),
            Set.of(),
            after.map(id -> new SequenceKey(owner, id)),
            limit);
    EntryPage page = ledger.ledger().scan(query);
    return new OwnerPage(owner, page.entries().stream().map(OwnerStatus::of).toList(), page.more());
  }

  /**
   * Reports on the whole ledger.
   *
   * @param query which sequences
   * @param listener hears of them
   * @return the sums
   * @throws LedgerException if not even the ledger's time could be read
   */
  public IncidentReport report(IncidentQuery query, IncidentListener listener) {
    Making making = new Making(query, listener);
    ScanQuery next =
        new ScanQuery(query.owner(), Optional.empty(), query.states(), Optional.empty(), PAGE);
    boolean more = true;
    while (more) {
      ScanQuery asked = next;
      Optional<EntryPage> read = making.read(from(asked), () -> ledger.ledger().scan(asked));
      if (read.isEmpty()) {
        // Where the page ends, and with it where the next begins, only the page could tell.
        break;
      }
      EntryPage page = read.get();
      page.entries().stream()
          .filter(entry -> query.owner().isPresent() || !Canary.is(entry.key()))
          .forEach(making::look);
      more = page.more();
      if (more) {
        next = next.after(page.entries().get(page.entries().size() - 1).key());
      }
    }
    return making.end();
  }

  /**
   * Reports on those of some sequences for which the query holds too. One that the ledger does not
   * know is unread.
   *
   * @param query which of them
   * @param among the sequences, at most {@link #MAX_AMONG} different ones
   * @param listener hears of them
   * @return the sums
   * @throws InvalidValueException if there are more
   * @throws LedgerException if not even the ledger's time could be read
   */
  public IncidentReport report(
      IncidentQuery query, Iterator<SequenceKey> among, IncidentListener listener) {
    TreeSet<SequenceKey> keys = new TreeSet<>();
    while (among.hasNext()) {
      keys.add(among.next());
      if (keys.size() > MAX_AMONG) {
        throw new InvalidValueException(
            InvalidValueException.Kind.NUMBER,
            Integer.toString(keys.size()),
            "a report looks among 100,000 given sequences at most; ask for parts");
      }
    }
    Making making = new Making(query, listener);
    int most = Math.min(PAGE, ledger.capabilities().maxBatch());
    Iterator<SequenceKey> rest = keys.iterator();
    while (rest.hasNext()) {
      List<SequenceKey> batch = new ArrayList<>();
      while (rest.hasNext() && batch.size() < most) {
        batch.add(rest.next());
      }
      making
          .read(
              "%d sequences from %s on".formatted(batch.size(), batch.get(0)),
              () -> ledger.ledger().find(batch))
          .ifPresent(found -> making.lookAt(batch, found));
    }
    return making.end();
  }

  private static String from(ScanQuery query) {
    return query
        .after()
        .map(key -> "everything after " + key)
        .orElse("everything from the beginning on");
  }

  /** One report in the making. */
  private final class Making {

    private final IncidentQuery query;
    private final IncidentListener listener;
    private final Matching matching;
    private final Instant asOf = ledger.ledger().now();
    private final Map<State, Long> states = new EnumMap<>(State.class);
    private @Nullable OwnerId owner;
    private long ofOwner;
    private long looked;
    private long owners;
    private long unread;

    Making(IncidentQuery query, IncidentListener listener) {
      this.query = query;
      this.listener = listener;
      this.matching = new Matching(ledger.ledger(), query);
    }

    <T> Optional<T> read(String part, Supplier<T> call) {
      for (int attempt = 1; ; attempt++) {
        try {
          return Optional.of(call.get());
        } catch (LedgerException e) {
          if (attempt == MAX_ATTEMPTS) {
            unread(part, String.valueOf(e.getMessage()));
            return Optional.empty();
          }
        }
      }
    }

    void lookAt(List<SequenceKey> keys, List<Optional<Entry>> found) {
      for (int i = 0; i < keys.size(); i++) {
        OwnerId whose = keys.get(i).owner();
        if (query.owner().filter(one -> !one.equals(whose)).isPresent()) {
          looked++;
        } else if (found.get(i).isPresent()) {
          look(found.get(i).get());
        } else {
          looked++;
          unread(keys.get(i).toString(), "the ledger has no entry of it");
        }
      }
    }

    void look(Entry entry) {
      looked++;
      boolean isAsked =
          query.owner().filter(one -> !one.equals(entry.key().owner())).isEmpty()
              && (query.states().isEmpty() || query.states().contains(entry.state()));
      if (isAsked) {
        Optional<Matching.Answer> answer = read(entry.key().toString(), () -> matching.of(entry));
        answer.ifPresent(
            known -> {
              switch (known) {
                case YES -> tell(entry);
                case NO -> {}
                case UNTOLD -> unread(entry.key().toString(), matching.whyUntold());
              }
            });
      }
      listener.reached(looked);
    }

    private void tell(Entry entry) {
      if (!entry.key().owner().equals(owner)) {
        endOwner();
        owner = entry.key().owner();
        owners++;
      }
      ofOwner++;
      states.merge(entry.state(), 1L, Long::sum);
      listener.affected(Affected.of(entry, grace));
    }

    private void endOwner() {
      OwnerId ended = owner;
      if (ended != null) {
        listener.ownerEnded(ended, ofOwner);
      }
      ofOwner = 0;
    }

    private void unread(String part, String why) {
      unread++;
      listener.unread(new Unread(part, why));
    }

    IncidentReport end() {
      endOwner();
      return new IncidentReport(asOf, looked, owners, states, unread);
    }
  }
}
