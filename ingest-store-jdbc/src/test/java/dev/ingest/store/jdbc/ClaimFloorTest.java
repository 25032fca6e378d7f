package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.ManualTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes due below the floors that earlier claims left is found all the same, and soon. */
class ClaimFloorTest {

  private static final int WITHIN = 8;
  private static final int MORE = 30;

  private final ManualTime time = Sample.time();
  private final PostgresPlace place = new PostgresPlace();

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerStore store;

  @BeforeEach
  void open() throws SQLException {
    store = place.open(time);
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
    place.source().close();
  }

  private void accept(int from, int count) {
    for (int i = from; i < from + count; i++) {
      time.advance(Duration.ofMillis(1));
      Sample.accepted(store, Sample.key(i));
    }
  }

  private List<SequenceKey> claimsOfOne(int claims) {
    List<SequenceKey> keys = new ArrayList<>();
    for (int i = 0; i < claims; i++) {
      List<Claimed> claimed = store.work().claim(Sample.claim("node-1", 1, Sample.WORK));
      assertEquals(1, claimed.size(), "claim " + i + " is full");
      keys.add(claimed.get(0).entry().key());
    }
    return keys;
  }

  @Test
  void leaseThatRanOutBelowTheFloor_isTakenOverWithinEightClaims() {
    accept(1, 1 + MORE);
    assertEquals(List.of(Sample.key(1)), claimsOfOne(1));
    time.advance(Scene.LEASE.plusSeconds(1));
    List<SequenceKey> next = claimsOfOne(WITHIN);
    assertTrue(next.contains(Sample.key(1)), next::toString);
  }

  @Test
  void acceptanceThatArrivesLateBelowTheFloor_isClaimedWithinEightClaims() {
    accept(1, MORE);
    assertEquals(List.of(Sample.key(1), Sample.key(2)), claimsOfOne(2));
    time.set(Sample.START);
    Sample.accepted(store, Sample.key(100));
    time.advance(Duration.ofSeconds(1));
    List<SequenceKey> next = claimsOfOne(WITHIN);
    assertTrue(next.contains(Sample.key(100)), next::toString);
  }

  @Test
  void whatIsLeftBelowTheFloors_isFoundBeforeAClaimIsEmpty() {
    accept(1, 2);
    claimsOfOne(2);
    time.advance(Scene.LEASE.plusSeconds(1));
    List<Claimed> all = new ArrayList<>(store.work().claim(Sample.claim("n", 5, Sample.WORK)));
    all.addAll(store.work().claim(Sample.claim("n", 5, Sample.WORK)));
    assertEquals(2, all.size());
  }
}
