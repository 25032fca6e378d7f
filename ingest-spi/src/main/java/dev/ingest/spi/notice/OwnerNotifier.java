package dev.ingest.spi.notice;

/**
 * Tells owners what became of their sequences: by mail, by a webhook, by a row in the service's own
 * database.
 *
 * <p>A call that returns is an acknowledgement: the notice is not given again. After an error, a
 * crash or a lost answer the same notice is given again, with the same {@link OwnerNotice#id()}; so
 * who must not tell an owner twice keeps the ids. At least once, never at most once.
 *
 * <p>The notices of a sequence come in the order of their {@link OwnerNotice.Cause#ordinal()}s, but
 * for three cases: one that is given again; one that was set aside after it was refused too often,
 * after which later ones go on; and two nodes of which one had lost its lease unnoticed. Whoever
 * shows only the latest keeps the highest ordinal. Notices of different sequences have no order.
 *
 * <p>Used by one thread of a node at a time, of one node mostly. Not closed by the engine.
 */
@FunctionalInterface
public interface OwnerNotifier {

  /**
   * Tells one notice. Bounded in time: it returns or throws within 10 seconds, its own retries
   * included. An interrupt ends it early with an error. The engine interrupts a call that takes
   * longer, and goes on as after an error; until that call has returned, nothing more is told.
   *
   * @param notice the notice
   * @throws RuntimeException if it was not taken; the owner may have been told all the same. The
   *     message is kept beside the notice, for operators: no credentials
   */
  void tell(OwnerNotice notice);
}
