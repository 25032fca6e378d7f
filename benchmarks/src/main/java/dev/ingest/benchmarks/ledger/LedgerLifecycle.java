package dev.ingest.benchmarks.ledger;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Whole sequences: accepted, claimed, processed, claimed for verification, verified, published. */
final class LedgerLifecycle implements Candidate {

  private static final int ROWS = 3;

  private final int threads;
  private final Writer.Kind kind;
  private final boolean openFirst;

  /** Makes it with sessions that are open before, or opened one by one within the time. */
  LedgerLifecycle(int threads, Writer.Kind kind, boolean openFirst) {
    this.threads = threads;
    this.kind = kind;
    this.openFirst = openFirst;
  }

  @Override
  public String name() {
    return "Ingest, "
        + (openFirst ? "session opened → accepted" : "accepted")
        + " → processed → verified and published, "
        + kind.text()
        + ", "
        + threads
        + " threads";
  }

  @Override
  public String lacks() {
    return openFirst ? "—" : "the opening of the upload session";
  }

  @Override
  public void prepare(DataSource source, Place place, int count) throws Exception {
    LedgerSetup.apply(source);
    if (!openFirst) {
      LedgerSetup.openSessions(source, items(place), count);
    }
  }

  @Override
  public Measured run(DataSource source, Place place, int count) throws Exception {
    Items items = items(place);
    try (LedgerStore store = LedgerSetup.open(source);
        Writer writer = kind.open(store)) {
      Workers workers = new Workers(store, writer, items, threads);
      long start = System.nanoTime();
      workers.lifecycle(count, openFirst);
      long nanos = System.nanoTime() - start;
      return new Measured(count, nanos, workers.shares());
    }
  }

  @Override
  public void check(DataSource source, Place place, int count) throws SQLException {
    try (LedgerStore store = LedgerSetup.open(source)) {
      LedgerSetup.checkChains(store, items(place), count, State.VERIFIED, ROWS);
      long verified = place.count("ingest_entries", "state = 'VERIFIED'");
      long rows = place.count("ingest_history", "true");
      if (verified != count || rows != (long) ROWS * count) {
        throw new IllegalStateException(
            "expected "
                + count
                + " verified sequences, found "
                + verified
                + " with "
                + rows
                + " history rows");
      }
    }
  }

  private static Items items(Place place) {
    return new Items(place.schema());
  }
}
