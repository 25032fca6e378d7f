package dev.ingest.simulator;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is to go wrong, and where.
 *
 * @param point the call
 * @param fault what happens to it
 */
record PlannedFault(CallPoint point, CallFault fault) {

  private static final Pattern TEXT = Pattern.compile("(\\w+):(\\w+)\\.(\\w+)#(\\d+)=(\\w+)");

  /** Writes several, to be given to {@link #parse}. */
  static String text(List<PlannedFault> faults) {
    return faults.stream().map(PlannedFault::toString).collect(Collectors.joining("+"));
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static List<PlannedFault> parse(String text) {
    return Arrays.stream(text.split("\\+", -1)).map(PlannedFault::parseOne).toList();
  }

  private static PlannedFault parseOne(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "a fault is LEG:STORE.method#n=FAULT, several are joined by +; got " + text);
    }
    CallName call = new CallName(parts.group(2), parts.group(3));
    CallPoint point =
        new CallPoint(Leg.valueOf(parts.group(1)), call, Integer.parseInt(parts.group(4)));
    return new PlannedFault(point, CallFault.valueOf(parts.group(5)));
  }

  @Override
  public String toString() {
    return point + "=" + fault.name();
  }
}
