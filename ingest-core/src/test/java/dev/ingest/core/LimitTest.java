package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody asks for nothing, or for more than there is room for. */
final class LimitTest {

  @Test
  void limitWithinItsBounds_isTaken() {
    assertEquals(1, Limit.checked(1, 10_000));
    assertEquals(10_000, Limit.checked(10_000, 10_000));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 10_001, Integer.MAX_VALUE})
  void limitBeyondThem_isRefusedWithThem(int limit) {
    InvalidValueException refused =
        assertThrows(InvalidValueException.class, () -> Limit.checked(limit, 10_000));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("a limit is 1 to 10,000"), message);
  }
}
