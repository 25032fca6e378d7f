package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.ledger.Failure;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Text from stages and clients on its way into the ledger. */
final class BoundedTextTest {

  @Test
  void fittingText_staysAsItIs() {
    assertEquals("'; DROP ${jndi:x} {} =1", BoundedText.of("'; DROP ${jndi:x} {} =1", 100));
    assertEquals("12345", BoundedText.of("12345", 5));
  }

  @Test
  void longText_isCutBetweenCharacters() {
    assertEquals("1234…", BoundedText.of("123456", 5));
    assertEquals("123…", BoundedText.of("123\ud83d\ude00\ud83d\ude00", 5));
    assertEquals("123\ud83d\ude00", BoundedText.of("123\ud83d\ude00", 5));
  }

  @Test
  void unfitCharacters_areReplaced() {
    assertEquals("a\ufffdb\ufffd", BoundedText.of("a\u0000b\ud83d", 100));
  }

  @Property(tries = 500)
  void anyText_isAcceptedByTheLedger(@ForAll String text) {
    String bounded = BoundedText.of(text, 20);
    assertEquals(
        bounded, new Failure("STAGE_ERROR", Optional.empty(), bounded).message(), "round trip");
  }
}
