package dev.ingest.spi.ledger;

/** What became of the wish to open an upload session. */
public sealed interface SessionOpening {

  /**
   * The session is open and new, or the same id was opened by an earlier attempt.
   *
   * @param session the session
   */
  record Opened(UploadSession session) implements SessionOpening {}

  /**
   * Another session of the same sequence is open; nothing changed.
   *
   * @param existing that session
   */
  record AlreadyOpen(UploadSession existing) implements SessionOpening {}

  /**
   * The owner's quota does not allow it; nothing changed.
   *
   * @param usage what the owner holds
   */
  record OverQuota(OwnerUsage usage) implements SessionOpening {}
}
