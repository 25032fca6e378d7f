package dev.ingest.core.engine;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/** An item's bytes as a client sends them, held to what the client announced and to the limits. */
final class AnnouncedBody extends StreamBody {

  private final Announcement announcement;
  private final LongConsumer step;

  AnnouncedBody(InputStream in, Announcement announcement, LongConsumer step, Executor digests) {
    super(in, announcement.length(), digests);
    this.announcement = announcement;
    this.step = step;
    announcement.length().ifPresent(this::checkLimit);
  }

  /**
   * What is known of an item before its first byte.
   *
   * @param sequence the sequence
   * @param name the item
   * @param length its length, if announced
   * @param digest its digest, if announced
   * @param maxBytes the most bytes to take
   */
  record Announcement(
      SequenceKey sequence,
      ItemName name,
      OptionalLong length,
      Optional<Digest> digest,
      long maxBytes) {}

  @Override
  void taken(long soFar) {
    if (announcement.length().isPresent() && soFar > announcement.length().getAsLong()) {
      throw otherBytes("more bytes than the announced " + announcement.length().getAsLong());
    }
    checkLimit(soFar);
    step.accept(soFar);
  }

  @Override
  void ended(long total, Digest whole) {
    if (announcement.length().isPresent() && total != announcement.length().getAsLong()) {
      throw otherBytes(
          "announced " + announcement.length().getAsLong() + " bytes, but they ended at " + total);
    }
    if (announcement.digest().isPresent() && !announcement.digest().get().equals(whole)) {
      throw otherBytes("announced " + announcement.digest().get() + ", got bytes of " + whole);
    }
  }

  private void checkLimit(long length) {
    if (length < 0) {
      throw otherBytes("announced a negative length, " + length);
    }
    if (length > announcement.maxBytes()) {
      throw refused(
          ItemRefusedException.Reason.OVER_LIMIT,
          "more than the limit of " + announcement.maxBytes() + " bytes");
    }
  }

  private ItemRefusedException otherBytes(String detail) {
    return refused(ItemRefusedException.Reason.OTHER_BYTES, detail);
  }

  private ItemRefusedException refused(ItemRefusedException.Reason reason, String detail) {
    return new ItemRefusedException(
        reason,
        "item \"%s\" of %s: %s; it was not stored, send it again whole"
            .formatted(announcement.name(), announcement.sequence(), detail));
  }
}
