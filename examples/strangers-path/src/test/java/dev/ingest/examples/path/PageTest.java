package dev.ingest.examples.path;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PageTest {

  private static final Page.Printed EXPECTED =
      new Page.Printed(List.of("alice … VERIFIED", "1 accepted"));

  @Test
  void printedLines_areWholeLines_inTheirOrder() {
    assertTrue(EXPECTED.isIn("alice is VERIFIED\n1 accepted\n"));
    assertTrue(EXPECTED.isIn("first\nalice is VERIFIED\nbetween\n1 accepted\nlast\n"));
    assertFalse(EXPECTED.isIn("alice is VERIFIED\n11 accepted\n"));
    assertFalse(EXPECTED.isIn("malice is VERIFIED\n1 accepted\n"));
    assertFalse(EXPECTED.isIn("alice is VERIFIED\n1 accepted, 0 verified\n"));
    assertFalse(EXPECTED.isIn("1 accepted\nalice is VERIFIED\n"));
  }
}
