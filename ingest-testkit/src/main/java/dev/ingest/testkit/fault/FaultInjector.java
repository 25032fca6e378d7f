package dev.ingest.testkit.fault;

/**
 * Decides what goes wrong. Asked before every call of a wrapped store, in the order of the calls;
 * an injector that depends on nothing but the call sites and its own seed makes a run repeatable.
 */
@FunctionalInterface
public interface FaultInjector {

  /** An injector under which nothing goes wrong. */
  FaultInjector NONE = call -> Fault.NONE;

  /**
   * Decides about one call.
   *
   * @param call the call
   * @return what goes wrong with it
   */
  Fault next(CallSite call);

  /**
   * Hears that a {@link Fault.StaleRead} has struck: that a call was answered otherwise than it
   * would have been by now. Nothing by default.
   *
   * @param call the call
   */
  default void answeredStale(CallSite call) {}
}
