package dev.ingest.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BuffersTest {

  private static final int SIZE = 1_000;

  private final Buffers buffers = new Buffers(SIZE, 4 * SIZE);

  @Test
  void arrayThatCameBack_isGivenOutAgain() {
    byte[] array = buffers.take(SIZE);
    assertTrue(buffers.giveBack(array));
    assertSame(array, buffers.take(SIZE));
    assertNotSame(array, buffers.take(SIZE));
  }

  @Test
  void largerArrayThatCameBack_isGivenOutAgain() {
    byte[] array = buffers.take(2 * SIZE);
    assertTrue(buffers.giveBack(array));
    assertSame(array, buffers.take(2 * SIZE));
  }

  @Test
  void smallerArray_isNotKept() {
    assertFalse(buffers.giveBack(new byte[SIZE - 1]));
    assertEquals(0, buffers.idleBytes());
  }

  @Test
  void stock_isBoundedInBytes() {
    assertTrue(buffers.giveBack(new byte[2 * SIZE]));
    assertTrue(buffers.giveBack(new byte[SIZE]));
    assertFalse(buffers.giveBack(new byte[2 * SIZE]));
    assertTrue(buffers.giveBack(new byte[SIZE]));
    assertEquals(4 * SIZE, buffers.idleBytes());
  }

  @Test
  void idleArraysOfAnotherSize_goWhenOneIsMade() {
    buffers.giveBack(new byte[SIZE]);
    buffers.giveBack(new byte[SIZE]);
    assertEquals(2 * SIZE, buffers.take(2 * SIZE).length);
    assertEquals(0, buffers.idleBytes());

    buffers.giveBack(new byte[2 * SIZE]);
    assertEquals(SIZE, buffers.take(SIZE).length);
    assertEquals(0, buffers.idleBytes());
  }

  @Test
  void smallArray_takesThePlaceOfAsManyIdleBytesAndLeavesTheRest() {
    for (int i = 0; i < 4; i++) {
      buffers.giveBack(new byte[SIZE]);
    }
    assertEquals(10, buffers.take(10).length);
    assertEquals(3 * SIZE, buffers.idleBytes());
    assertEquals(SIZE - 1, buffers.take(SIZE - 1).length);
    assertEquals(2 * SIZE, buffers.idleBytes());
  }
}
