package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.benchmarks.Folders;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.testkit.InMemoryLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: claim and commit cost the ledger one round trip and one durable commit each, whatever
 * the batch, so that a sequence in a batch of 200 costs little more than its rows; in memory, where
 * neither costs anything, the decisions and hashes are what is left.
 *
 * <p>One operation claims a batch for its only stage and commits that, then claims it for its
 * verification and commits that; sessions and acceptances come before, outside of the time. {@code
 * -p batch=1,10,200} is the whole range.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LedgerPassageBenchmark {

  private static final Duration LEASE = Duration.ofMinutes(5);
  private static final String MEMORY = "memory";
  private static final String POSTGRESQL = "postgresql";

  /** Which ledger. */
  @Param({MEMORY, "embedded", POSTGRESQL})
  public String ledger = "";

  /** How many sequences pass at once. */
  @Param({"200"})
  public int batch;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Items items = new Items("passage");
  private LedgerStore store = unset();
  private @Nullable Path home;
  private int next;

  /** Creates the state. */
  public LedgerPassageBenchmark() {}

  /**
   * Opens an empty ledger.
   *
   * @throws Exception if it cannot
   */
  @Setup(Level.Trial)
  public void open() throws Exception {
    if (ledger.equals(MEMORY)) {
      store = new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 2));
    } else if (ledger.equals(POSTGRESQL)) {
      Server server = Server.start(Options.DEFAULT);
      opened.add(server);
      HikariDataSource pool = server.place("passage").pool();
      opened.add(pool);
      LedgerSetup.apply(pool);
      store = LedgerSetup.open(pool);
    } else {
      Path folder = Folders.create("ingest-passage");
      home = folder;
      store = JdbcLedger.sqlite(folder.resolve("ledger.db"), InstantSource.system());
    }
    opened.add(store);
  }

  /**
   * Removes the ledger.
   *
   * @throws Exception if it cannot
   */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    opened.clear();
    Path folder = home;
    if (folder != null) {
      Folders.delete(folder);
      home = null;
    }
  }

  /** Accepts a batch. */
  @Setup(Level.Invocation)
  public void accept() {
    Instant now = store.ledger().now();
    List<Transition> acceptances = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      int number = next++;
      store
          .sessions()
          .open(items.session(number), items.key(number), Reservation.NONE, OwnerQuota.UNLIMITED);
      acceptances.add(items.accept(number, now));
    }
    commit(acceptances);
  }

  /** Takes the batch from its acceptance to its publication. */
  @Benchmark
  public void passage() {
    pass(Items.STAGE_WORK);
    pass(Items.VERIFICATION);
  }

  /** One claim takes a share of each lane, so that a batch takes several. */
  private void pass(WorkRef work) {
    int left = batch;
    while (left > 0) {
      List<Claimed> claimed =
          store
              .work()
              .claim(new ClaimRequest(new NodeId("node-1"), "v1", Set.of(work), left, LEASE));
      if (claimed.isEmpty()) {
        throw new IllegalStateException(left + " of " + batch + " sequences were not claimed");
      }
      Instant now = store.ledger().now();
      commit(claimed.stream().map(one -> items.finish(one.entry(), now)).toList());
      left -= claimed.size();
    }
  }

  private void commit(List<Transition> transitions) {
    for (Outcome outcome : store.ledger().commit(transitions)) {
      if (!outcome.isApplied()) {
        throw new IllegalStateException("a transition was not applied: " + outcome);
      }
    }
  }

  @SuppressWarnings("NullAway") // Set before each trial by JMH.
  private static LedgerStore unset() {
    return null;
  }
}
