package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.LedgerStore;
import java.sql.SQLException;
import java.util.List;

/** Counts of the hourly census that something else than a transition changed. */
final class CensusCorrectionCases {

  private CensusCorrectionCases() {}

  static void fill(LedgerStore store) {
    for (int i = 1; i <= 6; i++) {
      Sample.accepted(store, Sample.key(i));
    }
    Sample.commit(store, Sample.processed(Sample.claimOne(store)));
    Sample.commit(store, Sample.verified(Sample.find(store, Sample.key(1))));
  }

  static List<CensusRecount> recount(LedgerStore store) {
    return store.ledger().holdings().recount(CensusQuery.all(100)).cells();
  }

  static List<CensusKey> differing(LedgerStore store) {
    return recount(store).stream().filter(cell -> !cell.agrees()).map(CensusRecount::key).toList();
  }

  /** A correction names what was kept, makes it right, and is without effect the second time. */
  static void assertCorrected(LedgerStore store) throws SQLException {
    Holdings holdings = store.ledger().holdings();
    List<CensusKey> wrong = differing(store);
    assertEquals(1, wrong.size(), "one cell is wrong");
    CensusRecount before = holdings.correct(wrong).get(0);
    assertTrue(!before.agrees(), before::toString);
    assertEquals(6, before.counted().count(CensusCount.ACCEPTED));
    assertEquals(List.of(), differing(store));
    assertEquals(before.counted(), holdings.hourly(CensusQuery.all(9)).cells().get(0).counts());
    assertTrue(holdings.correct(wrong).get(0).agrees());
  }
}
