package dev.ingest.simulator;

import java.util.Locale;

/** What can go wrong in a simulation. */
enum FaultKind {
  /** A call fails before its effect. */
  FAIL_BEFORE(true),
  /** A call takes effect and its reply is lost. */
  REPLY_LOST(true),
  /** A call takes long, sometimes longer than a lease; others act meanwhile. */
  DELAY(true),
  /** A call is delivered twice. */
  DUPLICATE(true),
  /** A call stops half-way. */
  TORN(true),
  /** The node dies before a call takes effect. */
  CRASH_BEFORE(true),
  /** The node dies between the effect of a call and its reply. */
  CRASH_AFTER(true),
  /** A whole node stands still for some leases and then goes on. */
  NODE_FROZEN,
  /** A node dies between two calls. */
  NODE_KILLED,
  /** A node's clock jumps forwards or backwards, by up to days. */
  CLOCK_JUMP,
  /** The ledger's clock jumps forwards or backwards, by up to half an hour, for a while. */
  LEDGER_CLOCK_JUMP,
  /** The sink of alerts takes none for a while. */
  SINK_DOWN,
  /** Who tells owners takes nothing for a while. */
  NOTIFIER_DOWN,
  /** A stored raw byte rots. */
  ROT_RAW,
  /** A byte of a sealed candidate rots before or while it is verified. */
  ROT_CANDIDATE,
  /** A byte of a published result rots. */
  ROT_RESULT,
  /** A stage throws what another attempt may mend. */
  STAGE_TRANSIENT,
  /** A stage throws what no attempt will mend. */
  STAGE_PERMANENT,
  /** A stage runs out of memory. */
  STAGE_OUT_OF_MEMORY,
  /** A stage works longer than its lease. */
  STAGE_SLOW,
  /** A probe comes to no conclusion. */
  PROBE_UNKNOWN,
  /** A client goes away in the middle of an upload. */
  CLIENT_GONE,
  /** A client waits, longer than sessions may be idle, and goes on with the same upload. */
  CLIENT_STALLED,
  /** A client announces a digest that its bytes do not have. */
  WRONG_DIGEST,
  /** A body ends before its announced length. */
  SHORT_BODY,
  /** The source of a body fails. */
  BROKEN_SOURCE,
  /** Two clients upload the same sequence at once through two nodes. */
  TWIN_UPLOAD,
  /** A client submits the same bytes again after its receipt. */
  RESUBMISSION,
  /** A client uploads other bytes under a used id. */
  OTHER_BYTES,
  /** An operator places or releases a hold. */
  HOLD,
  /** An operator moves a deadline. */
  EXTENSION,
  /** An operator sends a failed sequence through the pipeline again. */
  REDRIVE,
  /** An operator discards a failed sequence. */
  DISCARD,
  /** An owner has a sequence erased in whatever state. */
  ERASURE,
  /** An operator splits new sequences otherwise. */
  ROUTE_CHANGE,
  /** An operator rolls a pipeline back, with all that is stranded in it. */
  ROLLBACK,
  /** An operator has a result made again, by the same pipeline or another, to take its place. */
  REPLACEMENT,
  /** An operator has a result made again to be compared. */
  SHADOW,
  /** An operator ends a replacement or shadow run. */
  CANCELLATION,
  /** An operator orders a backfill, and has it run. */
  BACKFILL,
  /** An operator pauses a backfill, or has it go on. */
  BACKFILL_PAUSE,
  /** An operator cancels a backfill. */
  BACKFILL_CANCELLATION,
  /** Another system never says what became of a stage that was left to it. */
  CALLBACK_LOST,
  /** Another system says twice what became of a stage that was left to it. */
  CALLBACK_REPEATED,
  /** What another system brings breaks off half-way. */
  CALLBACK_CUT_OFF,
  /** A client is refused since its owner's quota is spent. */
  QUOTA,
  /** The ledger comes back from an older backup. */
  RESTORATION;

  private final boolean call;

  FaultKind() {
    this(false);
  }

  FaultKind(boolean call) {
    this.call = call;
  }

  /** Tells whether it happens to calls of a store, in each of its roles. */
  boolean isOfCalls() {
    return call;
  }

  /** The last of {@link #round}. */
  static final int LAST_ROUND = 2;

  /**
   * In which round it is drawn, from 0 on. What is added is drawn after everything else, so that a
   * seed without it stands for what it stood for before.
   */
  int round() {
    return switch (this) {
      case BACKFILL, BACKFILL_PAUSE, BACKFILL_CANCELLATION -> 1;
      case QUOTA, RESTORATION -> 2;
      default -> 0;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
