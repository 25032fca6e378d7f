package dev.ingest.benchmarks.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The measurements of one candidate over all rounds. */
final class Series {

  private final String name;
  private final String lacks;
  private final List<Measured> rounds = new ArrayList<>();
  private String cost = "";

  Series(String name, String lacks) {
    this.name = name;
    this.lacks = lacks;
  }

  String name() {
    return name;
  }

  String lacks() {
    return lacks;
  }

  void add(Measured measured) {
    rounds.add(measured);
  }

  /** Says what one item costs in round trips. */
  void cost(String text) {
    cost = text;
  }

  String cost() {
    return cost;
  }

  List<Double> rates() {
    return rounds.stream().map(Measured::perSecond).sorted().toList();
  }

  double best() {
    List<Double> rates = rates();
    return rates.isEmpty() ? 0 : rates.get(rates.size() - 1);
  }

  double median() {
    List<Double> rates = rates();
    if (rates.isEmpty()) {
      return 0;
    }
    int middle = rates.size() / 2;
    return rates.size() % 2 == 1
        ? rates.get(middle)
        : (rates.get(middle - 1) + rates.get(middle)) / 2;
  }

  String spread() {
    List<Double> rates = rates();
    return rates.isEmpty() ? "" : String.format(Locale.ROOT, "%,.0f–%,.0f", rates.get(0), best());
  }

  String note() {
    return rounds.isEmpty() ? "" : rounds.get(rounds.size() - 1).note();
  }
}
