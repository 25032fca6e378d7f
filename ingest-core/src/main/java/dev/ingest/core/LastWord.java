package dev.ingest.core;

import dev.ingest.core.engine.Watcher;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.List;
import java.util.Optional;

/**
 * Whether what a run has raised is told: by its own pump, or by that of another process which was
 * seen to tell since the run began. For processes that end, as a batch job does.
 *
 * <p>The pump of a process that was killed has the lease for up to 40 s more, and its last beat is
 * as young as that of one that works. So a beat counts only if it came since the run began. {@link
 * Ingest#runUntilIdle} waits for whoever has the lease; whoever wants to know at the very end
 * whether anything is left takes a look before the engine is started, and asks {@link #isUntold}
 * after it was closed. Immutable; each question reads the ledger anew, and throws a {@link
 * dev.ingest.spi.ledger.LedgerException} if that cannot be read.
 */
public final class LastWord {

  private final LedgerStore ledger;
  private final Optional<Beat> before;

  private LastWord(LedgerStore ledger, Optional<Beat> before) {
    this.ledger = ledger;
    this.before = before;
  }

  /**
   * Notes what the ledger says of the pump; to be called before the engine of the run starts.
   *
   * @param ledger the ledger
   * @return what can be asked when the run ends
   */
  public static LastWord of(LedgerStore ledger) {
    return new LastWord(ledger, pump(Beat.in(ledger)));
  }

  private static Optional<Beat> pump(List<Beat> beats) {
    return beats.stream().filter(beat -> beat.watcher().equals(Watcher.PUMP.label())).findFirst();
  }

  /**
   * Tells whether alerts wait that nobody was seen to tell.
   *
   * @return true if alerts wait and no pump is at work, or only one of which nothing was seen
   */
  public boolean isUntold() {
    if (!isAlertWaiting(ledger)) {
      return false;
    }
    List<Beat> beats = Beat.in(ledger);
    return pump(beats).equals(before) || !isAnyTelling(ledger, beats);
  }

  /**
   * Tells whether a process tells of alerts, by the beat of its pump: what waits is told soon.
   *
   * @param ledger the ledger
   * @return whether a pump is at work, as its last beat says
   */
  public static boolean isAnyTelling(LedgerStore ledger) {
    return isAnyTelling(ledger, Beat.in(ledger));
  }

  private static boolean isAnyTelling(LedgerStore ledger, List<Beat> beats) {
    return !Outlook.unwatched(beats, ledger.ledger().now()).contains(Watcher.PUMP.label());
  }

  /**
   * Tells whether alerts wait that no sink has taken. A digest without a line holds none; behind as
   * many of them as one call returns there may be some.
   *
   * @param ledger the ledger
   * @return whether any wait, gathered into a digest or not
   */
  public static boolean isAlertWaiting(LedgerStore ledger) {
    if (ledger.alerts().hasPending()) {
      return true;
    }
    List<AlertDigest> unsent = ledger.alerts().unsent(AlertOutbox.MAX_UNSENT);
    return unsent.size() == AlertOutbox.MAX_UNSENT
        || unsent.stream().anyMatch(digest -> !digest.lines().isEmpty());
  }
}
