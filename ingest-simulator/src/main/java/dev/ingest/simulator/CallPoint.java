package dev.ingest.simulator;

/**
 * One call of the passage.
 *
 * @param leg when
 * @param call which call
 * @param nth 1 for the first such call of the leg, whichever node makes it
 */
record CallPoint(Leg leg, CallName call, int nth) {

  @Override
  public String toString() {
    return leg + ":" + call + "#" + nth;
  }
}
