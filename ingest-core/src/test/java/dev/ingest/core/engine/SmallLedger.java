package dev.ingest.core.engine;

import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkQueue;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;

/**
 * A ledger that applies and keeps commits, renewals and hand-backs, and can do nothing else: small
 * enough for a model checker to run it some hundred times.
 */
final class SmallLedger {

  private static final IncarnationId INCARNATION = IncarnationId.ofBits(7, 7);
  private static final int MAX_BATCH = 100;

  final Queue<Transition> committed = new ConcurrentLinkedQueue<>();
  final Queue<Held> renewed = new ConcurrentLinkedQueue<>();
  final Queue<Held> handedBack = new ConcurrentLinkedQueue<>();

  /** Run as a commit begins. */
  volatile Runnable atCommit = () -> {};

  /** Whether renewals fail. */
  volatile boolean isOut;

  private final Node.Identity identity = new Node.Identity(new NodeId("node-1"), "v1");
  private final Node.Policies policies =
      new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT);
  private final LedgerCapabilities capabilities;
  private final LedgerStore store = store();
  private final ContentStore content =
      stub(ContentStore.class, (method, given) -> unexpected(method));

  SmallLedger() {
    this(MAX_BATCH);
  }

  SmallLedger(int maxBatch) {
    this.capabilities = new LedgerCapabilities(false, false, maxBatch);
  }

  /** Forgets what it was asked. */
  void reset() {
    committed.clear();
    renewed.clear();
    handedBack.clear();
    isOut = false;
  }

  /** A node that works on it, on time that stands still. */
  Node node(Seams.Commits commits) {
    Seams seams =
        new Seams(
            () -> Bench.START,
            () -> 42,
            Runnable::run,
            wait -> false,
            Runnable::run,
            commits,
            () -> 0);
    return new Node(identity, store, content, List.of(), policies, seams);
  }

  private LedgerStore store() {
    Ledger ledger =
        stub(
            Ledger.class,
            (method, given) -> method.equals("commit") ? committed(given) : unexpected(method));
    WorkQueue work =
        stub(
            WorkQueue.class,
            (method, given) ->
                switch (method) {
                  case "renew" -> renewed(given);
                  case "handBack" -> kept(given, handedBack);
                  default -> unexpected(method);
                });
    return stub(
        LedgerStore.class,
        (method, given) ->
            switch (method) {
              case "ledger" -> ledger;
              case "work" -> work;
              case "name" -> "small ledger";
              case "incarnation" -> INCARNATION;
              case "capabilities" -> capabilities;
              default -> unexpected(method);
            });
  }

  private List<Outcome> committed(Object[] given) {
    atCommit.run();
    return kept(given, committed);
  }

  private List<Outcome> renewed(Object[] given) {
    if (isOut) {
      throw new LedgerException("the ledger is out");
    }
    return kept(given, renewed);
  }

  @SuppressWarnings("unchecked") // the first argument of each of these calls is such a list
  private static <T> List<Outcome> kept(Object[] given, Queue<T> kept) {
    List<T> elements = (List<T>) given[0];
    kept.addAll(elements);
    return Collections.nCopies(elements.size(), Outcome.APPLIED);
  }

  private static Object unexpected(String method) {
    throw new UnsupportedOperationException(method);
  }

  private static <T> T stub(Class<T> type, BiFunction<String, Object[], Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) ->
                switch (method.getName()) {
                  case "equals" -> proxy == given[0];
                  case "hashCode" -> 1;
                  default -> answers.apply(method.getName(), given);
                }));
  }
}
