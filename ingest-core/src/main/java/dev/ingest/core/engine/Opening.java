package dev.ingest.core.engine;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What an engine finds out about its stores, and settles with them, before it is built.
 *
 * @param ledger the ledger
 * @param content the content store
 * @param randomBits 64 random bits at a call
 */
public record Opening(LedgerStore ledger, ContentStore content, LongSupplier randomBits) {

  /**
   * Binds the two to each other, or looks whether they are, and whether the ledger came back from a
   * backup since.
   *
   * @param claim who binds them although nothing shows that they belong together, and why
   * @param mustAnswer whether a content store that does not answer is an error; if not, the expirer
   *     looks again before it deletes, and fails as long as nobody knows
   * @throws ConfigurationException if they do not belong together
   */
  public void bind(Optional<Act> claim, boolean mustAnswer) {
    Binding binding = new Binding(ledger, content);
    Optional<String> mismatch;
    try {
      claim.ifPresent(by -> binding.claim(by, randomBits.getAsLong()));
      mismatch = binding.settle();
      if (mismatch.isEmpty()) {
        new Restoration(ledger, content, randomBits).lookAtOpening();
      }
    } catch (ContentException e) {
      if (mustAnswer || claim.isPresent()) {
        throw e;
      }
      return;
    }
    refuse(mismatch);
  }

  /**
   * Keeps an engine's policy in the ledger if none is kept there.
   *
   * @param own the engine's, if it was built with one
   * @throws ConfigurationException if the ledger keeps another
   */
  public void keep(Optional<ExpiryPolicy> own) {
    refuse(own.flatMap(new KeptPolicy(ledger)::settle));
  }

  private static void refuse(Optional<String> mismatch) {
    if (mismatch.isPresent()) {
      throw new ConfigurationException(mismatch.get());
    }
  }

  /**
   * Finds out whether notices are written: by every engine over a ledger, once one of them tells
   * owners.
   *
   * @param isTelling whether this one does
   * @return whether it writes them
   */
  public boolean writesNotices(boolean isTelling) {
    NoticeSwitch notices = new NoticeSwitch(ledger);
    if (isTelling) {
      notices.turn(true);
    }
    return notices.isOn();
  }
}
