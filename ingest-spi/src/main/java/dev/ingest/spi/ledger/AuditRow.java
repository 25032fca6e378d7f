package dev.ingest.spi.ledger;

import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentPrefix;
import java.time.Instant;
import java.util.Optional;

/**
 * What an audit needs of an entry, and no more, so that many are read at once. Unlike an {@link
 * Entry} it does not check what its state needs: that is what the audit is to find out.
 *
 * @param receipt what the owner was promised
 * @param raw where the raw bytes are
 * @param progress where it stands
 * @param made what its runs left
 * @param published the result that readers see; empty also if what is stored of it is not whole
 * @param chain the end of the history
 */
public record AuditRow(
    Receipt receipt,
    RawLocation raw,
    Progress progress,
    Made made,
    Optional<Publication> published,
    ChainHead chain) {

  /**
   * Where an entry stands.
   *
   * @param state the state
   * @param version raised by one at every change but a lease renewal
   * @param visibleAt when it is due for its next step; with a lease, when that ends; in
   *     milliseconds
   * @param fence the fence of the latest claim
   * @param leased whether there is a lease, running or run out
   */
  public record Progress(State state, long version, Instant visibleAt, long fence, boolean leased) {

    /**
     * Cuts the time to milliseconds.
     *
     * @param state the state
     * @param version raised by one at every change
     * @param visibleAt when it is due
     * @param fence the fence
     * @param leased whether there is a lease
     */
    public Progress {
      visibleAt = Names.millis(visibleAt);
    }
  }

  /**
   * What the runs of an entry left.
   *
   * @param pipeline the name of the pinned pipeline of the primary run
   * @param output what the last stage of the run that is worked on, or was last, sealed lies below
   *     it; empty if nothing was sealed, and where it is the published result
   * @param superseded what the result that was published before lies below, while it stays
   * @param leftovers whether bytes may be stored that nothing refers to any more
   */
  public record Made(
      String pipeline,
      Optional<ContentPrefix> output,
      Optional<ContentPrefix> superseded,
      boolean leftovers) {}

  /**
   * Takes from an entry what an audit needs.
   *
   * @param entry the entry
   * @return the row
   */
  public static AuditRow of(Entry entry) {
    Position position = entry.position();
    Optional<ContentPrefix> published =
        entry.published().map(publication -> publication.result().prefix());
    return new AuditRow(
        entry.receipt(),
        entry.raw(),
        new Progress(
            position.state(),
            position.version(),
            position.visibleAt(),
            position.fence(),
            position.lease().isPresent()),
        new Made(
            entry.run().pipeline().name(),
            entry
                .active()
                .output()
                .map(SealedOutput::prefix)
                .filter(prefix -> published.filter(prefix::equals).isEmpty()),
            entry.beside().superseded().map(kept -> kept.publication().result().prefix()),
            entry.standing().leftovers()),
        entry.published(),
        entry.chain());
  }

  /**
   * Returns whose sequence this is and which.
   *
   * @return the key
   */
  public SequenceKey key() {
    return receipt.key();
  }

  /**
   * Returns the state.
   *
   * @return the state
   */
  public State state() {
    return progress.state();
  }
}
