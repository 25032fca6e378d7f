package dev.ingest.bugs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Tests of the {@link Specimen}, which the bank's own tests run and no build does. */
class SpecimenCase {

  @Test
  void answer_isRight() {
    assertEquals(42, Specimen.answer(), "the answer");
  }

  @Test
  void wrongAnswer_skips() {
    assumeTrue(Specimen.answer() == 42);
  }

  @Test
  void anyAnswer_neverEnds() {
    while (Specimen.answer() != 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void anyAnswer_fails() {
    fail("the answer");
  }
}
