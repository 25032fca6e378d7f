package dev.ingest.core.engine;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a ledger that came back from a backup, with the id that it had before, the new one that it
 * needs: fences repeat in it, and it does not know its latest acceptances. From then on it is in
 * doubt ({@link KnownIncarnation}) until someone confirms it. For one thread.
 */
final class Restoration {

  private static final Logger LOG = LoggerFactory.getLogger(Restoration.class);

  private final LedgerStore ledger;
  private final HighWater water;
  private final LongSupplier randomBits;

  /**
   * Creates a look at a bound pair. Does no I/O.
   *
   * @param ledger the ledger
   * @param content its content store
   * @param randomBits where ids come from
   */
  Restoration(LedgerStore ledger, ContentStore content, LongSupplier randomBits) {
    this.ledger = ledger;
    this.water = new HighWater(ledger, content, randomBits);
    this.randomBits = randomBits;
  }

  /**
   * Looks whether the ledger lost something, gives it another incarnation if so, and marks where it
   * is otherwise.
   *
   * @return whether it had lost something
   */
  boolean look() {
    boolean hasLost = isRenewed();
    if (!hasLost) {
      water.mark();
    }
    return hasLost;
  }

  /**
   * The same before an engine is built, which a mark that cannot be made does not end: a ledger
   * that takes no writes, or content that is too full for a mark, as with a full disk, still has to
   * let in whoever only reads, and the node that will tell of it. What marks every few minutes
   * makes up for it, and whoever deletes looks again, and does not until it is written.
   */
  void lookAtOpening() {
    if (isRenewed()) {
      return;
    }
    try {
      water.mark();
    } catch (ContentDurabilityException e) {
      throw e;
    } catch (ContentException | LedgerException e) {
      LOG.warn("{} was not marked, which is tried again later", ledger.name(), e);
    }
  }

  private boolean isRenewed() {
    Optional<String> lag = water.lag();
    if (lag.isEmpty()) {
      return false;
    }
    LOG.warn("{}; it gets another incarnation", lag.get());
    begin();
    water.pass();
    return true;
  }

  /**
   * Begins another life. A crash after it leaves the lag, which the next look finds again; a second
   * new id does no harm.
   *
   * @return the incarnation from now on
   */
  IncarnationId begin() {
    IncarnationId before = ledger.incarnation();
    KnownIncarnation.remember(ledger, before);
    IncarnationId next = IncarnationId.ofBits(randomBits.getAsLong(), randomBits.getAsLong());
    Outcome outcome = ledger.renew(before, next);
    if (outcome instanceof Outcome.NotApplied) {
      // Someone else was first, which serves as well.
      return ledger.incarnation();
    }
    Confirmations.requireApplied(outcome, "incarnation " + next + " of " + ledger.name());
    return next;
  }
}
