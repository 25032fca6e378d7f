package dev.ingest.simulator;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is to happen, by simulated time; at one time in the order of scheduling. */
final class Agenda {

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long order;

  /** One step of a line. */
  record Event(long at, long order, Line line, Runnable step) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  void add(long at, Line line, Runnable step) {
    events.add(new Event(at, order, line, step));
    order++;
  }

  @Nullable Event poll(long until) {
    Event next = events.peek();
    return next == null || next.at() > until ? null : events.poll();
  }
}
