package dev.ingest.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which faults strike in one passage, each once; remembers all calls, and which were struck. */
final class FaultSchedule {

  private final Map<CallPoint, CallFault> planned = new HashMap<>();
  private final Map<CallName, Integer> counts = new HashMap<>();
  private final List<CallPoint> calls = new ArrayList<>();
  private final Map<CallPoint, CallFault> struck = new LinkedHashMap<>();
  private Leg leg = Leg.BEGINNING;

  FaultSchedule(List<PlannedFault> faults) {
    for (PlannedFault fault : faults) {
      if (planned.put(fault.point(), fault.fault()) != null) {
        throw new IllegalArgumentException("two faults at one call: " + faults);
      }
    }
  }

  void begin(Leg next) {
    leg = next;
    counts.clear();
  }

  /** Counts a call, and says what goes wrong with it. */
  Optional<CallFault> next(CallName call) {
    CallPoint point = new CallPoint(leg, call, counts.merge(call, 1, Integer::sum));
    calls.add(point);
    CallFault fault = planned.get(point);
    if (fault == null) {
      return Optional.empty();
    }
    if (fault != CallFault.STALE_READ) {
      struck.put(point, fault);
    }
    return Optional.of(fault);
  }

  /** A stale read strikes where its answer is another than a fresh one. */
  void answeredStale(CallName call) {
    struck.put(new CallPoint(leg, call, counts.getOrDefault(call, 0)), CallFault.STALE_READ);
  }

  boolean allowsStaleReads() {
    return planned.containsValue(CallFault.STALE_READ);
  }

  List<CallPoint> calls() {
    return calls;
  }

  Map<CallPoint, CallFault> struck() {
    return struck;
  }
}
