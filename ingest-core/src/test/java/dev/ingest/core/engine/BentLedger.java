package dev.ingest.core.engine;

import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A ledger as somebody left it who changed its tables by hand: it tells audits something else. It
 * also tells which entries walks read.
 */
final class BentLedger {

  /** What becomes of a row; empty for one that was deleted. */
  Function<AuditRow, Optional<AuditRow>> row = Optional::of;

  /** What becomes of a history. */
  UnaryOperator<List<HistoryRow>> history = rows -> rows;

  /** Told each entry that a scan or a page of what is due returns. */
  Consumer<Entry> read = entry -> {};

  /** The most entries of a page of a scan or an audit, whatever is asked for. */
  int mostOfAPage = ScanQuery.MAX_LIMIT;

  /** What happens before a page is read. */
  Runnable beforePage = () -> {};

  /** Whether the page that is read is no look at one place. */
  boolean isOfMany;

  private final LedgerStore store;

  BentLedger(LedgerStore store) {
    this.store = store;
  }

  LedgerStore store() {
    return proxy(
        LedgerStore.class,
        (method, args) ->
            method.getName().equals("ledger") ? ledger() : invoke(store, method, args));
  }

  private Ledger ledger() {
    return proxy(
        Ledger.class,
        (method, args) ->
            switch (method.getName()) {
              case "holdings" -> holdings();
              case "scan" -> scanned((ScanQuery) args[0]);
              case "due" -> due((DueQuery) args[0]);
              case "history" -> history.apply(told(invoke(store.ledger(), method, args)));
              default -> invoke(store.ledger(), method, args);
            });
  }

  private EntryPage scanned(ScanQuery query) {
    int limit = Math.min(query.limit(), mostOfAPage);
    EntryPage page =
        store
            .ledger()
            .scan(new ScanQuery(query.owner(), query.id(), query.states(), query.after(), limit));
    page.entries().forEach(read);
    return page;
  }

  private List<Entry> due(DueQuery query) {
    List<Entry> page = store.ledger().due(query);
    page.forEach(read);
    return page;
  }

  private static List<HistoryRow> told(@Nullable Object rows) {
    return ((List<?>) Objects.requireNonNull(rows)).stream().map(HistoryRow.class::cast).toList();
  }

  private Holdings holdings() {
    return proxy(
        Holdings.class,
        (method, args) ->
            method.getName().equals("audit")
                ? bent((AuditQuery) args[0])
                : invoke(store.ledger().holdings(), method, args));
  }

  private AuditPage bent(AuditQuery query) {
    isOfMany = query.limit() > 1;
    beforePage.run();
    int limit = Math.min(query.limit(), mostOfAPage);
    AuditPage page =
        store.ledger().holdings().audit(new AuditQuery(query.after(), query.until(), limit));
    List<AuditRow> rows = page.rows().stream().flatMap(one -> row.apply(one).stream()).toList();
    return new AuditPage(rows, page.more() && !rows.isEmpty());
  }

  @FunctionalInterface
  private interface Handler {
    @Nullable Object handle(Method method, Object[] args) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            BentLedger.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> handler.handle(method, args == null ? new Object[0] : args)));
  }

  private static @Nullable Object invoke(Object target, Method method, Object[] args)
      throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
