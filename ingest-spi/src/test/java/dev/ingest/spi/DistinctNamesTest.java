package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DistinctNamesTest {

  @Property(tries = 500)
  void set_agreesWithASetOfTwinKeys(@ForAll("manyNames") List<ItemName> names) {
    DistinctNames distinct = new DistinctNames();
    Set<String> keys = new HashSet<>();
    for (ItemName name : names) {
      assertEquals(keys.contains(name.twinKey()), distinct.contains(name), name::value);
      assertEquals(keys.add(name.twinKey()), distinct.add(name), name::value);
    }
  }

  @Test
  void growingSet_forgetsNobody() {
    DistinctNames distinct = new DistinctNames();
    for (int number = 0; number < 20_000; number++) {
      assertTrue(distinct.add(ItemName.of("item-" + number)));
    }
    for (int number = 0; number < 20_000; number++) {
      assertTrue(distinct.contains(ItemName.of("Item-" + number)));
      assertFalse(distinct.add(ItemName.of("ITEM-" + number)));
    }
  }

  /** As in a table of 8,192 slots, of which all begin in the first sixteenth. */
  @Test
  void namesThatWereSearchedFor_makeNoRunThatEachHasToPass() {
    DistinctNames distinct = new DistinctNames();
    List<ItemName> searched = new ArrayList<>();
    for (int number = 0; searched.size() < 4_000; number++) {
      String name = "p" + number;
      long bits = ByteBuffer.wrap(Digest.ofUtf8(name).toBytes()).getLong();
      if ((bits & 8_191) < 512) {
        searched.add(ItemName.of(name));
      }
    }
    for (ItemName name : searched) {
      assertFalse(distinct.contains(name), name::value);
      assertTrue(distinct.add(name), name::value);
    }
    assertTrue(distinct.crowded() > 3_000, () -> distinct.crowded() + " are beside the table");
    for (ItemName name : searched) {
      assertTrue(distinct.contains(name), name::value);
      assertFalse(distinct.add(name), name::value);
    }
  }

  @Test
  void namesThatNobodySearchedFor_areInTheTable() {
    DistinctNames distinct = new DistinctNames();
    for (int number = 0; number < 100_000; number++) {
      assertTrue(distinct.add(ItemName.of("item-" + number)));
    }
    assertTrue(distinct.crowded() < 10, () -> distinct.crowded() + " are beside the table");
  }

  @Provide
  Arbitrary<List<ItemName>> manyNames() {
    return Samples.names().list().ofMaxSize(200);
  }
}
