package dev.ingest.core.report;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.Transitions;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A ledger of given entries and rows, which can be read and nothing else, and may be out. */
final class Kept {

  static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");
  static final Transitions TRANSITIONS = new Transitions(7, () -> START);

  final Map<SequenceKey, Entry> entries = new TreeMap<>();
  final Map<SequenceKey, List<HistoryRow>> rows = new TreeMap<>();
  final Map<SequenceKey, Long> dropped = new TreeMap<>();
  final List<String> asked = new ArrayList<>();

  /** How many of the next calls of a method fail. */
  final Map<String, Integer> failing = new TreeMap<>();

  /** The most entries of a page, whatever was asked for. */
  int page = ScanQuery.MAX_LIMIT;

  int maxBatch = 100;

  static Entry accepted(SequenceKey key) {
    return TRANSITIONS.accept(TRANSITIONS.entry(key, SessionId.ofBits(1, 2))).after();
  }

  static Entry in(State state, SequenceKey key) {
    return TRANSITIONS.move(accepted(key), state).after();
  }

  Kept with(Entry... kept) {
    for (Entry entry : kept) {
      entries.put(entry.key(), entry);
    }
    return this;
  }

  Kept withRows(SequenceKey key, List<HistoryRow> history) {
    rows.put(key, history);
    return this;
  }

  LedgerStore store() {
    Ledger ledger = stub(Ledger.class, this::answer);
    return stub(
        LedgerStore.class,
        (method, given) ->
            switch (method) {
              case "ledger" -> ledger;
              case "capabilities" -> new LedgerCapabilities(false, false, maxBatch);
              default -> throw new UnsupportedOperationException(method);
            });
  }

  @SuppressWarnings("unchecked") // the first argument of find is a list of keys
  private Object answer(String method, Object[] given) {
    int fails = failing.getOrDefault(method, 0);
    if (fails > 0) {
      failing.put(method, fails - 1);
      throw new LedgerException("the ledger is out");
    }
    return switch (method) {
      case "now" -> START;
      case "scan" -> scan((ScanQuery) given[0]);
      case "find" -> find((List<SequenceKey>) given[0]);
      case "history" -> history((SequenceKey) given[0], (Long) given[1], (Integer) given[2]);
      case "checkpoint" -> checkpoint((SequenceKey) given[0]);
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private EntryPage scan(ScanQuery query) {
    asked.add("scan");
    List<Entry> left =
        entries.values().stream()
            .filter(one -> query.owner().filter(who -> !who.equals(one.key().owner())).isEmpty())
            .filter(one -> query.states().isEmpty() || query.states().contains(one.state()))
            .filter(one -> query.after().filter(key -> one.key().compareTo(key) <= 0).isEmpty())
            .toList();
    int most = Math.min(page, query.limit());
    return new EntryPage(left.stream().limit(most).toList(), left.size() > most);
  }

  private List<Optional<Entry>> find(List<SequenceKey> keys) {
    asked.add("find " + keys.size());
    return keys.stream().map(key -> Optional.ofNullable(entries.get(key))).toList();
  }

  private List<HistoryRow> history(SequenceKey key, long after, int limit) {
    asked.add("history after " + after);
    Stream<HistoryRow> all = rows.getOrDefault(key, List.of()).stream();
    return all.filter(row -> row.link().ordinal() > after).limit(limit).toList();
  }

  private ChainHead checkpoint(SequenceKey key) {
    return new ChainHead(dropped.getOrDefault(key, 0L), ChainHead.EMPTY.head());
  }

  private static <T> T stub(Class<T> type, BiFunction<String, Object[], Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) -> answers.apply(method.getName(), given)));
  }
}
