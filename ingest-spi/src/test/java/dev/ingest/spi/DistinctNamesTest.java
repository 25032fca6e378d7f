package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  @Provide
  Arbitrary<List<ItemName>> manyNames() {
    return Samples.names().list().ofMaxSize(200);
  }
}
