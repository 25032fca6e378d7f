package dev.ingest.core.engine;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPlan;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.report.Selecting;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts what a backfill would do. Holds a page. For one thread. */
final class BackfillDryRun {

  private final Node node;
  private final BackfillTerms terms;
  private final String name;
  private final BiConsumer<SequenceKey, Optional<State>> unrecoverable;
  private final Map<State, Long> states = new EnumMap<>(State.class);
  private final Map<String, Long> pipelines = new TreeMap<>();
  private @Nullable OwnerId owner;
  private long looked;
  private long sequences;
  private long owners;
  private long bytes;
  private long gone;
  private long untold;

  BackfillDryRun(
      Node node,
      String name,
      BackfillTerms terms,
      BiConsumer<SequenceKey, Optional<State>> unrecoverable) {
    this.node = node;
    this.name = name;
    this.terms = terms;
    this.unrecoverable = unrecoverable;
  }

  BackfillPlan run(BackfillOrder order) {
    var asOf = node.ledger().ledger().now();
    Selecting selecting = new Selecting(node.ledger(), order.query());
    long unread =
        order.among().map(given -> among(selecting, given)).orElseGet(() -> all(selecting));
    return new BackfillPlan(
        asOf,
        new BackfillPlan.Selection(looked, sequences, owners, bytes, gone, untold),
        states,
        pipelines,
        unread);
  }

  private long all(Selecting selecting) {
    Optional<SequenceKey> after = Optional.empty();
    boolean more = true;
    while (more) {
      Optional<SequenceKey> from = after;
      Optional<Selecting.Page> page = read(() -> selecting.after(from));
      if (page.isEmpty()) {
        // Where the page ends, and with it where the next begins, only the page could tell.
        return 1;
      }
      page.get().selected().forEach(this::count);
      sum(page.get());
      after = page.get().reached();
      more = page.get().more();
    }
    return 0;
  }

  private long among(Selecting selecting, SortedSet<SequenceKey> given) {
    int most = Math.min(ScanQuery.MAX_LIMIT, node.ledger().capabilities().maxBatch());
    long unread = 0;
    Iterator<SequenceKey> rest = given.iterator();
    while (rest.hasNext()) {
      List<SequenceKey> batch = new ArrayList<>();
      while (rest.hasNext() && batch.size() < most) {
        batch.add(rest.next());
      }
      Optional<Selecting.Page> page = read(() -> selecting.among(batch));
      if (page.isEmpty()) {
        unread += batch.size();
      } else {
        inOrder(page.get());
        sum(page.get());
      }
    }
    return unread;
  }

  /** Owners are counted as they come, so known and unknown ids have to come in one order. */
  private void inOrder(Selecting.Page page) {
    TreeMap<SequenceKey, Optional<Entry>> all = new TreeMap<>();
    page.selected().forEach(entry -> all.put(entry.key(), Optional.of(entry)));
    page.unknown().forEach(key -> all.put(key, Optional.empty()));
    all.forEach(
        (key, entry) -> entry.ifPresentOrElse(this::count, () -> lost(key, Optional.empty())));
  }

  private void sum(Selecting.Page page) {
    looked += page.looked();
    untold += page.untold();
  }

  private Optional<Selecting.Page> read(Supplier<Selecting.Page> call) {
    try {
      return Optional.of(Retries.settled(node, "reading what is selected", call));
    } catch (OutcomeUnknownException e) {
      return Optional.empty();
    }
  }

  private void count(Entry entry) {
    states.merge(entry.state(), 1L, Long::sum);
    if (!BackfillHolds.isRecoverable(entry)) {
      lost(entry.key(), Optional.of(entry.state()));
      return;
    }
    see(entry.key());
    bytes += entry.receipt().manifest().bytes();
    pipelines.merge(
        terms.pipeline(name, entry.key(), entry.run().pipeline().name()), 1L, Long::sum);
  }

  private void lost(SequenceKey key, Optional<State> state) {
    see(key);
    gone++;
    unrecoverable.accept(key, state);
  }

  private void see(SequenceKey key) {
    sequences++;
    if (!key.owner().equals(owner)) {
      owner = key.owner();
      owners++;
    }
  }
}
