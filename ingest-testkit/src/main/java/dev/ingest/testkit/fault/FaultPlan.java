package dev.ingest.testkit.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A list of faults, each at an exact call. Records which calls were made and which faults struck,
 * so that a test can tell a fault that was survived from one that never happened. Safe for use by
 * several threads.
 */
public final class FaultPlan implements FaultInjector {

  private final Map<CallSite, Fault> planned = new HashMap<>();
  private final List<CallSite> calls = new ArrayList<>();
  private final List<CallSite> struck = new ArrayList<>();

  /** Creates a plan under which nothing goes wrong. */
  public FaultPlan() {}

  /**
   * Adds a fault.
   *
   * @param role the interface
   * @param method the method's name
   * @param count which call of that method, 1 for the first
   * @param fault what goes wrong
   * @return this plan
   */
  public synchronized FaultPlan at(CallSite.Role role, String method, long count, Fault fault) {
    planned.put(new CallSite(role, method, count), fault);
    return this;
  }

  @Override
  public synchronized Fault next(CallSite call) {
    calls.add(call);
    Fault fault = planned.getOrDefault(call, Fault.NONE);
    if (!(fault instanceof Fault.None)) {
      struck.add(call);
    }
    return fault;
  }

  /**
   * Returns the calls that were made.
   *
   * @return the calls in order
   */
  public synchronized List<CallSite> calls() {
    return List.copyOf(calls);
  }

  /**
   * Returns the calls at which a fault struck.
   *
   * @return the calls in order
   */
  public synchronized List<CallSite> struck() {
    return List.copyOf(struck);
  }
}
