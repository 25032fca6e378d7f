package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures candidates in turn, so that what else the machine does falls on all of them. */
final class Bout {

  private static final int COUNTED_PART = 10;

  private final Server server;
  private final PrintStream progress;
  private int places;

  Bout(Server server, PrintStream progress) {
    this.server = server;
    this.progress = progress;
  }

  /** Runs every candidate once to count what it sends and to warm it up, then by rounds. */
  List<Series> measure(List<? extends Candidate> candidates, int items, int rounds)
      throws Exception {
    List<Series> series = new ArrayList<>();
    for (Candidate candidate : candidates) {
      Series one = new Series(candidate.name(), candidate.lacks());
      one.cost(count(candidate, Math.max(1, items / COUNTED_PART)));
      series.add(one);
    }
    for (int round = 1; round <= rounds; round++) {
      for (int i = 0; i < candidates.size(); i++) {
        Measured measured = once(candidates.get(i), items);
        series.get(i).add(measured);
        tell(round, candidates.get(i), measured);
      }
    }
    return series;
  }

  void tell(int round, Candidate candidate, Measured measured) {
    progress.printf(
        Locale.ROOT,
        "round %d: %,9.0f/s  %s (%s)%n",
        round,
        measured.perSecond(),
        candidate.name(),
        measured.note());
  }

  private Place place() throws Exception {
    places++;
    return server.place("bout_" + places);
  }

  private Measured once(Candidate candidate, int items) throws Exception {
    Place place = place();
    try (HikariDataSource pool = place.pool()) {
      candidate.prepare(pool, place, items);
    }
    place.settle();
    try (HikariDataSource pool = place.filledPool()) {
      Measured measured = server.measured(() -> candidate.run(pool, place, items));
      candidate.check(pool, place, items);
      return measured;
    } finally {
      place.drop();
    }
  }

  private String count(Candidate candidate, int items) throws Exception {
    Place place = place();
    RoundTrips trips = new RoundTrips();
    try (HikariDataSource pool = place.pool()) {
      candidate.prepare(pool, place, items);
    }
    place.settle();
    long before = server.commits();
    try (HikariDataSource pool = place.pool()) {
      candidate.run(trips.counting(pool), place, items);
    }
    long commits = server.commits() - before;
    place.drop();
    if (trips.trips() == 0) {
      return String.format(Locale.ROOT, "%.3f commits", (double) commits / items);
    }
    return String.format(
        Locale.ROOT,
        "%.3f round trips, %.3f statements, %.3f commits",
        (double) trips.trips() / items,
        (double) trips.statements() / items,
        (double) commits / items);
  }
}
