package dev.ingest.simulator;

/**
 * A call by its name.
 *
 * @param store the role of the interface, or who is told
 * @param method the method
 */
record CallName(String store, String method) implements Comparable<CallName> {

  @Override
  public int compareTo(CallName other) {
    int byStore = store.compareTo(other.store);
    return byStore != 0 ? byStore : method.compareTo(other.method);
  }

  @Override
  public String toString() {
    return store + "." + method;
  }
}
