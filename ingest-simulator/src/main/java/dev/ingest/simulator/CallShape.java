package dev.ingest.simulator;

import dev.ingest.testkit.fault.CallSite.Role;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What kind of call a method is, and so which faults it can meet. What a fault would add nothing to
 * is named with the reason, so that it is not taken for something that was tried.
 */
enum CallShape {
  /** Asks, changes nothing, and can be asked the same again. */
  QUESTION(
      Map.of(
          CallFault.REPLY_LOST, "it has no effect, so it is as one that fails before",
          CallFault.DUPLICATE, "it has no effect, so asking twice is as asking once",
          CallFault.TORN, "its answer comes whole or not at all",
          CallFault.CRASH_AFTER, "it has no effect, so it is as a crash before")),
  /** Asks for what is never the same: the time, or an open stream. */
  LOOK(
      Map.of(
          CallFault.REPLY_LOST, "it has no effect, so it is as one that fails before",
          CallFault.DUPLICATE, "it has no effect, so asking twice is as asking once",
          CallFault.TORN, "its answer comes whole or not at all",
          CallFault.STALE_READ, "its answer is not kept anywhere that could repeat it",
          CallFault.CRASH_AFTER, "it has no effect, so it is as a crash before")),
  /** Reads the next bytes of a stream. */
  BYTES(
      Map.of(
          CallFault.REPLY_LOST, "it has no effect, so it is as one that fails before",
          CallFault.DUPLICATE, "a stream gives each byte once",
          CallFault.STALE_READ, "what is stored under a key never changes",
          CallFault.CRASH_AFTER, "it has no effect, so it is as a crash before")),
  /** Changes one thing, or nothing. */
  CHANGE(
      Map.of(
          CallFault.TORN, "it is all or nothing, so it is as one that fails before",
          CallFault.STALE_READ, "it is no question")),
  /** Changes several things, of which some can be left. */
  CHANGES(Map.of(CallFault.STALE_READ, "it is no question"));

  /** Who is told what, beside the roles of the stores. */
  static final CallName SEND = new CallName("SINK", "send");

  static final CallName TELL = new CallName("NOTIFIER", "tell");

  private static final Map<CallName, CallShape> SHAPES = shapes();

  @SuppressWarnings("ImmutableEnumChecker") // never changed
  private final Map<CallFault, String> pointless;

  CallShape(Map<CallFault, String> pointless) {
    this.pointless = Map.copyOf(pointless);
  }

  /** Returns why a fault would say nothing of such a call; empty if it would. */
  Optional<String> pointless(CallFault fault) {
    return Optional.ofNullable(pointless.get(fault));
  }

  /** Returns what can go wrong. */
  Set<CallFault> faults() {
    Set<CallFault> faults = EnumSet.allOf(CallFault.class);
    faults.removeAll(pointless.keySet());
    return faults;
  }

  boolean isChange() {
    return this == CHANGE || this == CHANGES;
  }

  static CallShape of(CallName call) {
    CallShape shape = SHAPES.get(call);
    if (shape == null) {
      throw new IllegalStateException(call + " has no shape: say here which faults it can meet");
    }
    return shape;
  }

  /** Returns every call that there is. */
  static Set<CallName> calls() {
    return SHAPES.keySet();
  }

  private static Map<CallName, CallShape> shapes() {
    Map<CallName, CallShape> shapes = new TreeMap<>();
    add(shapes, QUESTION, Role.CONTENT, "stat", "list");
    add(shapes, LOOK, Role.CONTENT, "open");
    add(shapes, BYTES, Role.READ, "read");
    add(shapes, CHANGES, Role.WRITER, "put", "commit");
    add(shapes, CHANGES, Role.PURGER, "delete");
    add(shapes, LOOK, Role.LEDGER, "now");
    add(shapes, CHANGES, Role.LEDGER, "commit");
    add(shapes, CHANGE, Role.LEDGER, "correct");
    add(shapes, QUESTION, Role.LEDGER, "find", "history", "checkpoint", "scan", "due", "census");
    add(shapes, QUESTION, Role.LEDGER, "audit", "usage", "hourly", "recount", "acceptingPipelines");
    add(shapes, CHANGES, Role.WORK, "claim", "renew", "handBack");
    add(shapes, CHANGE, Role.SESSIONS, "open", "reserve", "resume", "record", "abandon", "forget");
    add(shapes, QUESTION, Role.SESSIONS, "items", "find", "untouched");
    add(shapes, CHANGE, Role.ALERTS, "raise", "seal", "acknowledge", "prune");
    add(shapes, CHANGE, Role.ALERTS, "acknowledgeNotices", "postponeNotices");
    add(shapes, QUESTION, Role.ALERTS, "pending", "hasPending", "unsent", "latest");
    add(shapes, QUESTION, Role.ALERTS, "untriedNotices", "dueNotices", "noticesAhead");
    add(shapes, QUESTION, Role.ALERTS, "noticesAside", "pendingNotices");
    add(shapes, CHANGE, Role.CONTROLS, "write", "delete", "add", "remove", "renew");
    add(shapes, QUESTION, Role.CONTROLS, "read", "list", "members");
    shapes.put(SEND, CHANGE);
    shapes.put(TELL, CHANGE);
    return shapes;
  }

  private static void add(
      Map<CallName, CallShape> shapes, CallShape shape, Role role, String... methods) {
    for (String method : methods) {
      shapes.put(new CallName(role.name(), method), shape);
    }
  }
}
