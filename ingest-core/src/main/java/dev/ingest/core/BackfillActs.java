package dev.ingest.core;

import dev.ingest.core.engine.Backfilling;
import dev.ingest.core.lifecycle.Event;

/**
 * What people decide about backfills. Who and why is kept as a {@link Confirmation} before it takes
 * effect, and shown with the backfill until the next decision.
 *
 * <p>An act throws {@link ActRefusedException} if it does not apply, and {@link
 * OutcomeUnknownException} if nobody knows whether it took effect: repeat it. Thread-safe.
 */
public final class BackfillActs {

  private final Backfilling backfilling;
  private final Event.Act by;
  private final boolean rehearsal;

  BackfillActs(Backfilling backfilling, Event.Act by, boolean rehearsal) {
    this.backfilling = backfilling;
    this.by = by;
    this.rehearsal = rehearsal;
  }

  /**
   * Orders a backfill and freezes its list: what is selected now, each held from here on so that
   * its raw bytes do not expire. Returns when it is frozen; nothing runs before {@link #start}. A
   * call that was cut off is repeated with the same order and goes on; if nobody does, and the list
   * was complete or is read from the ledger, a working engine goes on with it after half a minute.
   * It has no rehearsal: see {@link Backfills#rehearse}.
   *
   * @param name its name, 1 to 48 lower-case letters, digits or {@code . _ -}, which no backfill of
   *     this ledger has had
   * @param order what is to be done
   * @return how far it is
   */
  public BackfillProgress plan(String name, BackfillOrder order) {
    if (rehearsal) {
      throw new ActRefusedException(
          "the plan of backfill " + name + " is rehearsed by Backfills.rehearse");
    }
    return backfilling.plan(name, order, by);
  }

  /**
   * Has the runs of a frozen backfill started.
   *
   * @param name its name
   * @return how far it is, or would be
   */
  public BackfillProgress start(String name) {
    return backfilling.decide(name, Backfilling.Decided.START, by, rehearsal);
  }

  /**
   * Has no more runs started for now; those that are under way end and are counted.
   *
   * @param name its name
   * @return how far it is, or would be
   */
  public BackfillProgress pause(String name) {
    return backfilling.decide(name, Backfilling.Decided.PAUSE, by, rehearsal);
  }

  /**
   * Has runs started again.
   *
   * @param name its name
   * @return how far it is, or would be
   */
  public BackfillProgress resume(String name) {
    return backfilling.decide(name, Backfilling.Decided.RESUME, by, rehearsal);
  }

  /**
   * Ends a backfill: no more runs are started, those under way go on and are not counted, and all
   * its holds are released, also those of an incomplete one, which stay until then.
   *
   * @param name its name
   * @return how far it is, or would be
   */
  public BackfillProgress cancel(String name) {
    return backfilling.decide(name, Backfilling.Decided.CANCEL, by, rehearsal);
  }
}
