package dev.ingest.core.lifecycle;

import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;
import java.util.function.Supplier;

/** What the lifecycle makes of an event. */
public sealed interface Decision {

  /**
   * The entry changes. What is written beside it, for the history and for people, is put into words
   * when it is asked for: most decisions are taken where nobody reads them twice.
   */
  final class Change implements Decision {

    private final Entry after;
    private final LeaseEffect lease;
    private final TransitionKind kind;
    private final Words words;

    /** What is written beside a change, the same at each call. */
    public interface Words {

      /**
       * Says who did it and why.
       *
       * @return the note for the history
       */
      HistoryRow.Note note();

      /**
       * Says what someone must hear of.
       *
       * @return the alerts
       */
      List<AlertRow> alerts();
    }

    /**
     * Creates a change.
     *
     * @param after the entry as it shall be, with its version raised and its chain head still the
     *     old
     * @param lease what happens to the lease
     * @param kind what the history records
     * @param words what is written beside it
     */
    public Change(Entry after, LeaseEffect lease, TransitionKind kind, Words words) {
      this.after = after;
      this.lease = lease;
      this.kind = kind;
      this.words = words;
    }

    /**
     * Returns the entry as it shall be.
     *
     * @return the entry, with its version raised and its chain head still the old
     */
    public Entry after() {
      return after;
    }

    /**
     * Returns what happens to the lease.
     *
     * @return the effect
     */
    public LeaseEffect lease() {
      return lease;
    }

    /**
     * Returns what the history records.
     *
     * @return the kind
     */
    public TransitionKind kind() {
      return kind;
    }

    /**
     * Puts into words who did it and why.
     *
     * @return the note for the history
     */
    public HistoryRow.Note note() {
      return words.note();
    }

    /**
     * Puts into words what someone must hear of.
     *
     * @return the alerts, to be committed with the change
     */
    public List<AlertRow> alerts() {
      return List.copyOf(words.alerts());
    }

    @Override
    public String toString() {
      return kind + " of " + after.key() + ": " + note();
    }
  }

  /**
   * The event does not apply; nothing changes.
   *
   * @param words says expected and actual when it is asked for
   */
  record Refused(Supplier<String> words) implements Decision {

    /**
     * Says why.
     *
     * @return expected and actual
     */
    public String reason() {
      return words.get();
    }

    @Override
    public String toString() {
      return "refused: " + reason();
    }
  }
}
