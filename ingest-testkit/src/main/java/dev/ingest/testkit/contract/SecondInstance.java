package dev.ingest.testkit.contract;

import java.util.concurrent.Callable;

/**
 * A second instance of what declares itself shared, and what an adapter's test has to do where
 * there is none.
 */
final class SecondInstance {

  private static final String WHAT_TO_DO =
      ". Override openBeside(clock), so that it gives another instance over the same place, as"
          + " another process would; or declare shared = false if one process at a time may use it";

  private SecondInstance() {}

  static <T> T open(String name, Callable<T> opening) {
    try {
      return opening.call();
    } catch (Exception e) {
      throw new AssertionError(
          name
              + " declares that it is shared, and cannot be opened while it is open: "
              + e
              + WHAT_TO_DO,
          e);
    }
  }

  static <T> T afterKill(String name, Callable<T> opening) {
    try {
      return opening.call();
    } catch (Exception e) {
      throw new AssertionError(
          name
              + " declares that it is durable, and cannot be opened as after a kill: "
              + e
              + ". Override openAfterKill(clock), so that it opens what a process finds that comes"
              + " after one which closed nothing; a copy of the place, where that is locked",
          e);
    }
  }

  static void requireOther(String name, Object first, Object second) {
    if (first == second) {
      throw new AssertionError(
          name
              + " declares that it is shared, and its test opened the same instance twice"
              + WHAT_TO_DO);
    }
  }

  /** For the first thing that one instance sees of the other. */
  static String unseen(String what) {
    return what
        + " of one instance is not seen by the other. If they are not over the same place, it is"
        + " the test that is wrong"
        + WHAT_TO_DO;
  }
}
