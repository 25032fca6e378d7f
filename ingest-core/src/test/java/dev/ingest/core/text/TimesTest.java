package dev.ingest.core.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times and characters as the console and the command show them. */
final class TimesTest {

  private static final Instant NOW = Instant.parse("2026-03-01T10:20:00Z");

  @ParameterizedTest
  @CsvSource({
    "PT-5S, 0 s",
    "PT0.999S, 0 s",
    "PT59S, 59 s",
    "PT1M, 1 min 0 s",
    "PT59M59S, 59 min 59 s",
    "PT1H, 1 h 0 min",
    "PT23H59M, 23 h 59 min",
    "P1D, 1 d 0 h",
    "P400DT5H, 400 d 5 h"
  })
  void aSpan_isInItsTwoLargestUnits(Duration length, String text) {
    assertEquals(text, Times.span(length));
  }

  @Test
  void whatIsPast_isSaid() {
    assertEquals("0 s left", Times.left(NOW, NOW));
    assertEquals("1 h 0 min left", Times.left(NOW, NOW.plusSeconds(3_600)));
    assertEquals("past by 1 min 1 s", Times.left(NOW, NOW.minusSeconds(61)));
    assertEquals("1 min 1 s ago", Times.ago(NOW, NOW.minusSeconds(61)));
    assertEquals("0 s ago", Times.ago(NOW, NOW.plusSeconds(61)));
  }

  @Test
  void whatReordersHidesOrMeansNothing_isNotVisible() {
    for (int hidden : new int[] {0, '\n', 0x1b, 0x200b, 0x2028, 0x202e, 0xd800, 0xe000, 0x0378}) {
      assertFalse(PlainText.isVisible(hidden), Integer.toHexString(hidden));
    }
    for (int shown : new int[] {'a', ' ', 0xe9, 0x5199, 0x1f4f7}) {
      assertTrue(PlainText.isVisible(shown), Integer.toHexString(shown));
    }
    assertTrue(PlainText.isPlain(0xe000), "in private use, and in nobody's way");
    assertTrue(PlainText.isPlain("ticket 4711"));
    assertFalse(PlainText.isPlain("ticket 4711\u202e"), "one that reorders is enough");
  }
}
