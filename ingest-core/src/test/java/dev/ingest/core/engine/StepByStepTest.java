package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An end, of which one step fails. */
final class StepByStepTest {

  @Test
  void stepThatFails_keepsNoOtherFromBeingTakenAndIsThrown() {
    List<String> taken = new ArrayList<>();
    StepByStep steps = new StepByStep();
    ArithmeticException first = new ArithmeticException("long overflow");
    steps.take(
        () -> {
          throw first;
        });
    steps.take(() -> taken.add("second"));
    steps.take(
        () -> {
          throw new OutOfMemoryError("planted");
        });
    steps.take(() -> taken.add("fourth"));
    assertSame(first, assertThrows(ArithmeticException.class, steps::end));
    assertTrue(Thread.interrupted(), "a step was interrupted");
    assertEquals(List.of("second", "fourth"), taken);
    assertTrue(first.getSuppressed()[0] instanceof OutOfMemoryError);
  }
}
