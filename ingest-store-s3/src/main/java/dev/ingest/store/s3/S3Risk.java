package dev.ingest.store.s3;

/**
 * What a server or bucket may have that breaks the promise that bytes stay as they were put for as
 * long as they are needed. An opening refuses it unless the risk was accepted by its name. That a
 * put replaces stored bytes cannot be accepted.
 */
public enum S3Risk {
  /**
   * The end of a multipart upload replaces what is stored under its key. If this is accepted, each
   * end of an upload is preceded by a look, which finds other bytes that were stored before it.
   * What is stored between the look and the end is replaced without an error, although it was
   * acknowledged: accept this only where nobody puts other bytes under the same key.
   */
  MULTIPART_OVERWRITES("If-None-Match is ignored at the end of a multipart upload"),

  /**
   * The server does not compare bytes with their checksum, or does not tell it: a transfer that was
   * damaged is found only when the bytes are read back, and every digest is only what its writer
   * said.
   */
  CHECKSUMS_UNVERIFIED("checksums are not verified, or not told"),

  /**
   * A lifecycle rule deletes objects, or moves them out of reach, before the ledger would. If this
   * is accepted, no such rule is told to the engine, which would refuse to start.
   */
  LIFECYCLE_ENDS_EARLY("a lifecycle rule ends objects early"),

  /** Nobody knows which lifecycle rules the bucket has. */
  LIFECYCLE_UNKNOWN("the lifecycle rules cannot be read"),

  /** The bucket keeps every object for a time: a purge fails until that has passed. */
  OBJECT_LOCK_RETAINS("the bucket's object lock retains objects by default"),

  /** Nobody knows whether the bucket locks objects. */
  OBJECT_LOCK_UNKNOWN("the object lock configuration cannot be read"),

  /**
   * Nobody knows whether the bucket keeps versions. Purges then look for versions, and fail if that
   * is refused.
   */
  VERSIONING_UNKNOWN("the versioning state cannot be read");

  private final String meaning;

  S3Risk(String meaning) {
    this.meaning = meaning;
  }

  /**
   * Says what it means, for messages.
   *
   * @return for example {@code the lifecycle rules cannot be read}
   */
  public String meaning() {
    return meaning;
  }
}
