package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.LedgerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Entries are told in the order of their places, and once each. */
final class LedgerPlacesTest {

  private final Bench bench = new Bench();
  private final BentLedger bent = new BentLedger(bench.ledger);

  private final List<SequenceKey> keys =
      IntStream.range(0, 12)
          .mapToObj(i -> SequenceKey.of("owner-" + i, "ride"))
          .sorted((one, other) -> SequencePlace.of(one).compareTo(SequencePlace.of(other)))
          .toList();

  LedgerPlacesTest() {
    Engine engine = bench.engine(Bench.copying());
    keys.forEach(key -> Bench.submit(engine, key, "a", "x"));
  }

  private SequencePlace place(int index) {
    return SequencePlace.of(keys.get(index));
  }

  private LedgerPlaces between(Optional<SequencePlace> after, SequencePlace until) {
    return new LedgerPlaces(bent.store(), after, until, Runnable::run);
  }

  private static List<SequenceKey> told(LedgerPlaces places) {
    List<SequenceKey> told = new ArrayList<>();
    for (AuditRow row = places.row(); row != null; row = places.row()) {
      assertEquals(SequencePlace.of(row.key()), places.place());
      assertEquals(row, places.row(), "until it goes on");
      told.add(row.key());
      places.next();
    }
    assertNull(places.place());
    return told;
  }

  @Test
  void entries_comeInTheOrderOfTheirPlacesWhereverPagesEnd() {
    for (bent.mostOfAPage = 1; bent.mostOfAPage <= 13; bent.mostOfAPage++) {
      assertEquals(keys, told(between(Optional.empty(), SequencePlace.LAST)));
      assertEquals(keys.subList(3, 8), told(between(Optional.of(place(2)), place(7))));
    }
  }

  @Test
  void entryAtAPlace_isFoundThereAndNowhereElse() {
    for (SequenceKey key : keys) {
      assertEquals(
          Optional.of(key),
          LedgerPlaces.at(bench.ledger, SequencePlace.of(key)).map(AuditRow::key));
    }
    assertEquals(Optional.empty(), LedgerPlaces.at(bench.ledger, next(place(3))));
    assertEquals(Optional.empty(), LedgerPlaces.at(bench.ledger, SequencePlace.LAST));
    SequencePlace first = new SequencePlace("0".repeat(16) + "/" + "0".repeat(32));
    assertEquals(Optional.empty(), LedgerPlaces.at(bench.ledger, first));
  }

  private static SequencePlace next(SequencePlace place) {
    byte[] bytes = place.toBytes();
    for (int i = bytes.length - 1; ++bytes[i] == 0; i--) {}
    return SequencePlace.ofBytes(bytes);
  }

  @Test
  void entryOutOfItsOrder_isAnError() {
    AuditRow third = row(3);
    bent.row = row -> Optional.of(row.key().equals(keys.get(5)) ? third : row);
    assertOutOfOrder(between(Optional.empty(), SequencePlace.LAST), 3, place(4).value());
    bent.row = row -> Optional.of(row.key().equals(keys.get(4)) ? third : row);
    assertOutOfOrder(between(Optional.empty(), SequencePlace.LAST), 3, place(3).value());
  }

  @Test
  void entryOfAnotherRange_isAnError() {
    AuditRow second = row(2);
    AuditRow last = row(9);
    bent.row = row -> Optional.of(row.key().equals(keys.get(3)) ? second : row);
    assertOutOfOrder(between(Optional.of(place(2)), place(7)), 2, place(2).value());
    bent.row = row -> Optional.of(row.key().equals(keys.get(7)) ? last : row);
    assertOutOfOrder(between(Optional.of(place(2)), place(7)), 9, "up to " + place(7));
    bent.row = row -> Optional.of(row.key().equals(keys.get(0)) ? last : row);
    assertOutOfOrder(between(Optional.empty(), place(7)), 9, "after the start");
  }

  private AuditRow row(int index) {
    return AuditRow.of(bench.entry(keys.get(index)));
  }

  private void assertOutOfOrder(LedgerPlaces places, int told, String words) {
    LedgerException refused = assertThrows(LedgerException.class, () -> told(places));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("told " + keys.get(told) + " at " + place(told)), message);
    assertTrue(message.contains(words), message);
  }

  /** The place before it differs in each of its bytes. */
  @Test
  void placeOfManyZeros_isNotTakenForTheFirst() {
    SequenceKey low =
        IntStream.range(0, 10_000)
            .mapToObj(i -> SequenceKey.of("low-" + i, "ride"))
            .filter(key -> SequencePlace.of(key).value().startsWith("00"))
            .findFirst()
            .orElseThrow();
    Bench.submit(bench.engine(Bench.copying()), low, "a", "x");
    SequencePlace zeros = new SequencePlace("01" + "0".repeat(14) + "/" + "0".repeat(32));
    assertEquals(Optional.empty(), LedgerPlaces.at(bench.ledger, zeros));
  }

  @Test
  void pageAfter_isReadWhileOneIsLookedAt() {
    bent.mostOfAPage = 5;
    List<Integer> pages = new ArrayList<>();
    int[] read = {0};
    bent.beforePage = () -> read[0]++;
    LedgerPlaces places =
        new LedgerPlaces(
            bent.store(),
            Optional.empty(),
            SequencePlace.LAST,
            task -> {
              task.run();
              pages.add(read[0]);
            });
    places.row();
    assertEquals(List.of(2), pages, "the second, beside the first");
    told(places);
    assertEquals(List.of(2, 3), pages);
  }
}
