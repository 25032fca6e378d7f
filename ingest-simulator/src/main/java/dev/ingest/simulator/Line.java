package dev.ingest.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A thread of control: its events happen one after the other, also when one of them pauses. */
final class Line {

  private final String name;
  private final @Nullable SimNode node;
  private final Deque<Agenda.Event> waiting = new ArrayDeque<>();
  private boolean busy;

  /**
   * Creates a line.
   *
   * @param name who acts
   * @param node the node on which it lives and with which it dies, if any
   */
  Line(String name, @Nullable SimNode node) {
    this.name = name;
    this.node = node;
  }

  String name() {
    return name;
  }

  @Nullable SimNode node() {
    return node;
  }

  boolean isBusy() {
    return busy;
  }

  void busy(boolean now) {
    busy = now;
  }

  Deque<Agenda.Event> waiting() {
    return waiting;
  }
}
