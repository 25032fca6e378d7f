package dev.ingest.benchmarks.targets;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Measures several ways in turn, each round begun by another one, so that what else the machine
 * does falls on all of them.
 */
final class Turns {

  private final Effort effort;
  private final int warmups;
  private final int rounds;

  Turns(Effort effort, int warmups, int rounds) {
    this.effort = effort;
    this.warmups = warmups;
    this.rounds = rounds;
  }

  /** Returns the figures of each way, of one round at least however little time is left. */
  List<Samples> measure(List<Callable<Double>> ways) throws Exception {
    for (int round = 0; round < warmups && !effort.isOver(); round++) {
      for (Callable<Double> way : ways) {
        way.call();
      }
    }
    List<List<Double>> figures = new ArrayList<>();
    ways.forEach(way -> figures.add(new ArrayList<>()));
    int round = 0;
    do {
      for (int i = 0; i < ways.size(); i++) {
        int turn = (i + round) % ways.size();
        figures.get(turn).add(ways.get(turn).call());
      }
      round++;
    } while (round < rounds && !effort.isOver());
    return figures.stream().map(Samples::new).toList();
  }
}
