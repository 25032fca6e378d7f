package dev.ingest.testkit.s3;

/** How many bytes are stored, and how many may be. Safe for use by several threads. */
final class Capacity {

  /** What anything stored takes beside its bytes. */
  private static final long OVERHEAD = 512;

  private final long most;
  private long used;

  Capacity(long most) {
    this.most = most;
  }

  synchronized void take(long bytes) {
    if (bytes + OVERHEAD > most - used) {
      throw new Refusal(
          400,
          "EntityTooLarge",
          bytes
              + " bytes more do not fit: "
              + used
              + " of "
              + most
              + " bytes are taken; give the server more by S3ServerOptions.withMaxBytes");
    }
    used += bytes + OVERHEAD;
  }

  synchronized void give(long bytes) {
    used -= bytes + OVERHEAD;
  }
}
