package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.benchmarks.gate.Count;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What the passage of sequences through the ledger on PostgreSQL sends to the server, on one
 * thread: opened, accepted, claimed, finished, claimed for verification, verified and published, in
 * batches of 1, 10 and 200.
 */
public final class LedgerCounts {

  private static final int[] BATCHES = {1, 10, 200};
  private static final int MOST = 200;

  private static final Duration LEASE = Duration.ofMinutes(5);

  private final RoundTrips trips;
  private final LedgerStore store;
  private final Items items;
  private final List<Count> counts = new ArrayList<>();

  private LedgerCounts(RoundTrips trips, LedgerStore store, Items items) {
    this.trips = trips;
    this.store = store;
    this.items = items;
  }

  /**
   * Counts on a server that is started for it.
   *
   * @return round trips by step and batch; statements vary, as a commit adds up tallies by chance
   * @throws Exception if the server does not start, or a step is refused
   */
  public static List<Count> measure() throws Exception {
    List<Count> all = new ArrayList<>();
    try (Server server = Server.start(Options.DEFAULT)) {
      for (int batch : BATCHES) {
        Place place = server.place("counted_" + batch);
        RoundTrips trips = new RoundTrips();
        try (HikariDataSource pool = place.pool()) {
          LedgerSetup.apply(pool);
          try (LedgerStore store = LedgerSetup.open(trips.counting(pool))) {
            all.addAll(new LedgerCounts(trips, store, new Items(place.schema())).passage(batch));
          }
        }
        place.drop();
      }
    }
    return all;
  }

  /** The first passage warms up what is asked once, such as the schema's version. */
  private List<Count> passage(int batch) {
    pass(0, batch);
    counts.clear();
    pass(MOST, batch);
    return counts;
  }

  private void pass(int first, int batch) {
    List<Integer> numbers = IntStream.range(first, first + batch).boxed().toList();
    counted(
        "open",
        batch,
        () -> {
          numbers.forEach(this::open);
          return batch;
        });
    Instant now = store.ledger().now();
    counted(
        "accept",
        batch,
        () -> commit(numbers.stream().map(number -> items.accept(number, now)).toList()));
    finished("stage", batch, Items.STAGE_WORK);
    finished("verification", batch, Items.VERIFICATION);
  }

  private void finished(String step, int batch, WorkRef work) {
    List<Claimed> claimed = new ArrayList<>();
    counted(
        step + "-claim",
        batch,
        () -> {
          List<Claimed> more = claim(work, batch);
          while (!more.isEmpty() && claimed.size() + more.size() < batch) {
            claimed.addAll(more);
            more = claim(work, batch - claimed.size());
          }
          claimed.addAll(more);
          return claimed.size();
        });
    Instant now = store.ledger().now();
    counted(
        step + "-commit",
        batch,
        () -> commit(claimed.stream().map(one -> items.finish(one.entry(), now)).toList()));
  }

  /** One claim takes a share of each lane, so that a batch of few owners takes several. */
  private List<Claimed> claim(WorkRef work, int limit) {
    return store
        .work()
        .claim(new ClaimRequest(new NodeId("node-1"), "v1", Set.of(work), limit, LEASE));
  }

  private void open(int number) {
    store
        .sessions()
        .open(items.session(number), items.key(number), Reservation.NONE, OwnerQuota.UNLIMITED);
  }

  private int commit(List<Transition> transitions) {
    return (int) store.ledger().commit(transitions).stream().filter(Outcome::isApplied).count();
  }

  private void counted(String step, int batch, Supplier<Integer> action) {
    trips.reset();
    int done = action.get();
    if (done != batch) {
      throw new IllegalStateException(step + " took " + done + " of " + batch + " sequences");
    }
    counts.add(new Count("postgresql." + step + ".batch-" + batch + ".round-trips", trips.trips()));
  }
}
