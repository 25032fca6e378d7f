package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ManifestException.Problem;
import org.junit.jupiter.api.function.Executable;

/** What every refusal has in common: its type, its kind, and a message that is safe to print. */
public final class Refusals {

  private Refusals() {}

  public static InvalidValueException assertRefused(Kind kind, Executable creation) {
    InvalidValueException refusal = assertThrows(InvalidValueException.class, creation);
    assertEquals(kind, refusal.kind());
    assertPrintable(refusal);
    return refusal;
  }

  static ManifestException assertRefused(Problem problem, Executable reading) {
    ManifestException refusal = assertThrows(ManifestException.class, reading);
    assertEquals(problem, refusal.problem(), refusal.getMessage());
    assertPrintable(refusal);
    return refusal;
  }

  static void assertPrintable(IngestException refusal) {
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.chars().allMatch(c -> c >= 0x20 && c < 0x7f), message);
    assertTrue(!message.contains("${"), message);
    assertTrue(message.length() < 1_000, message);
  }
}
