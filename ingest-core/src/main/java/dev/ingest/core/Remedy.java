package dev.ingest.core;

/** What is to be done about a finding of an audit. */
public enum Remedy {
  /** Ask the owner to upload the same bytes again under the same id, which repairs it. */
  REUPLOAD("ask the owner to upload it again under the same id"),
  /**
   * Repair it, which records that its bytes are damaged; only then is an upload of the same bytes
   * under the same id taken.
   */
  RECORD(
      "repair it (`ingest repair`), which records the damage and says what is left; then ask the owner to"
          + " upload it again under the same id, which before that is answered by the old receipt"),
  /**
   * Find raw bytes in a backup, or keep the result that was made of them: no upload is taken as
   * long as the sequence is VERIFIED.
   */
  RESTORE(
      "find its raw bytes in a backup, or keep its result, which could not be made again; an upload is"
          + " answered by the old receipt"),
  /** Run it again, which makes the result anew, while its raw bytes are there. */
  RERUN("run it again while its raw bytes are there"),
  /** See that a node runs its stage, or goes on with its deletion, or redrive it. */
  RESUME("see that a node runs that can work on it"),
  /** Accept anew what is stored, by the owner's receipt. */
  ADOPT("compare with the owner's receipts, then adopt it"),
  /** Set bytes aside that nothing refers to, and delete them later. */
  QUARANTINE("set these bytes aside; nothing refers to them"),
  /** Find out who changed the ledger past the engine, and restore it. */
  EXAMINE("find out who changed the ledger, and compare with a backup");

  private final String text;

  Remedy(String text) {
    this.text = text;
  }

  /**
   * Returns what is to be done, in a few words.
   *
   * @return a text without a full stop
   */
  public String text() {
    return text;
  }
}
