package dev.ingest.core.invariants;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.SequencePlace;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** From where the rules begin to look for the entry at a place. */
final class QuarantineRulesTest {

  private static final String FIRST = "0".repeat(16) + "/" + "0".repeat(32);

  @Property(tries = 500)
  void placeBefore_isTheNextLesserOne(@ForAll @Size(SequencePlace.BYTES) byte[] bytes) {
    SequencePlace place = SequencePlace.ofBytes(bytes);
    assertEquals(
        number(place).subtract(BigInteger.ONE),
        QuarantineRules.before(place)
            .map(QuarantineRulesTest::number)
            .orElse(BigInteger.ONE.negate()));
  }

  @Test
  void edges_areCrossed() {
    assertEquals(Optional.empty(), QuarantineRules.before(new SequencePlace(FIRST)));
    assertEquals(
        Optional.of(new SequencePlace("9".repeat(16) + "/" + "f".repeat(32))),
        QuarantineRules.before(new SequencePlace("9".repeat(15) + "a" + "/" + "0".repeat(32))));
    assertEquals(
        Optional.of(new SequencePlace("0".repeat(16) + "/" + "0".repeat(31) + "9")),
        QuarantineRules.before(new SequencePlace("0".repeat(16) + "/" + "0".repeat(31) + "a")));
  }

  private static BigInteger number(SequencePlace place) {
    return new BigInteger(1, HexFormat.of().parseHex(place.value().replace("/", "")));
  }
}
