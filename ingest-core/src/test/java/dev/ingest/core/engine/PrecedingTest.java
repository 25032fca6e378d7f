package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** From where a set is read so that it begins with a given key. */
final class PrecedingTest {

  private static final String GREATEST = "z".repeat(128);

  private static void precedes(String owner, String id, String beforeOwner, String beforeId) {
    SequenceKey before = SequenceKey.of(beforeOwner, beforeId);
    assertEquals(Optional.of(before), Preceding.of(SequenceKey.of(owner, id)));
    assertTrue(before.compareTo(SequenceKey.of(owner, id)) < 0);
  }

  @Test
  void placeBefore_isOfTheSameOwnerWhereThereCanBeOne() {
    precedes("alice", "ride-2", "alice", "ride-1" + "z".repeat(122));
    precedes("alice", "b", "alice", "a" + "z".repeat(127));
    precedes("alice", "a0", "alice", "a." + "z".repeat(126));
    // What follows the least character has only the name without it before it.
    precedes("alice", "a-", "alice", "a");
    precedes("alice", "A", "alice", "9" + "z".repeat(127));
  }

  @Test
  void leastId_hasTheOwnerBefore() {
    precedes("alice", "0", "alicd" + "z".repeat(123), GREATEST);
    precedes("a+", "0", "a", GREATEST);
    precedes("a:", "0", "a9" + "z".repeat(126), GREATEST);
    assertEquals(Optional.empty(), Preceding.of(SequenceKey.of("0", "0")));
  }

  /** Keys of few characters, so that neighbours come up. */
  @Provide
  Arbitrary<SequenceKey> keys() {
    Arbitrary<String> owners = names("+:0a");
    Arbitrary<String> ids = names("-_0a");
    return Combinators.combine(owners, ids)
        .as((owner, id) -> new SequenceKey(new OwnerId(owner), new SequenceId(id)));
  }

  private static Arbitrary<String> names(String rest) {
    return Combinators.combine(
            Arbitraries.of("0", "1", "A", "a", "z"),
            Arbitraries.strings().withChars(rest.toCharArray()).ofMaxLength(3))
        .as((first, others) -> first + others);
  }

  @Property(tries = 2_000)
  void nothingShorterLiesBetween(@ForAll("keys") SequenceKey key, @ForAll("keys") SequenceKey any) {
    Optional<SequenceKey> before = Preceding.of(key);
    assertTrue(before.filter(place -> place.compareTo(key) >= 0).isEmpty());
    boolean isBefore = any.compareTo(key) < 0;
    assertEquals(isBefore, before.filter(place -> any.compareTo(place) <= 0).isPresent());
  }
}
