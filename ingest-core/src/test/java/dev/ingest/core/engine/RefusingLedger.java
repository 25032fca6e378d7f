package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Takes no change of some sequences, as of a row that breaks a constraint. */
final class RefusingLedger {

  static final String WHY = "this row cannot be written";

  private final Set<SequenceKey> stuck = new TreeSet<>();
  private final LedgerStore store;

  /**
   * @param most the most sequences of one call, so that a few are several pages
   */
  RefusingLedger(LedgerStore behind, int most) {
    Ledger entries = behind.ledger();
    Ledger refuses =
        (Ledger)
            Proxy.newProxyInstance(
                Ledger.class.getClassLoader(),
                new Class<?>[] {Ledger.class},
                (proxy, method, given) -> {
                  if (method.getName().equals("commit") && concernsStuck((List<?>) given[0])) {
                    throw new LedgerException(WHY);
                  }
                  try {
                    return method.invoke(entries, given);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    this.store =
        new ForwardedLedger(behind) {
          @Override
          public Ledger ledger() {
            return refuses;
          }

          @Override
          public LedgerCapabilities capabilities() {
            LedgerCapabilities all = super.capabilities();
            return new LedgerCapabilities(all.durable(), all.shared(), most);
          }
        };
  }

  LedgerStore store() {
    return store;
  }

  void add(SequenceKey key) {
    stuck.add(key);
  }

  void addAll(Collection<SequenceKey> keys) {
    stuck.addAll(keys);
  }

  void clear() {
    stuck.clear();
  }

  private boolean concernsStuck(List<?> transitions) {
    return transitions.stream().anyMatch(one -> stuck.contains(((Transition) one).key()));
  }
}
