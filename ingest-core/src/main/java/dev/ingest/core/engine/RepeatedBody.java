package dev.ingest.core.engine;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.SequenceKey;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/**
 * The bytes of a recorded item as a client sends them again: compared with what is recorded and not
 * stored.
 */
final class RepeatedBody extends StreamBody {

  private static final int STEP_BYTES = 1 << 16;

  private final SequenceKey sequence;
  private final ManifestItem recorded;

  RepeatedBody(InputStream in, SequenceKey sequence, ManifestItem recorded, Executor digests) {
    super(in, OptionalLong.of(recorded.length()), digests);
    this.sequence = sequence;
    this.recorded = recorded;
  }

  /**
   * Compares what is announced, and reads the bytes where that does not decide: to their end, or to
   * the first that is too many.
   *
   * @throws ItemRefusedException if they are not those that are recorded
   */
  void compare(OptionalLong length, Optional<Digest> digest) {
    if (length.isPresent() && length.getAsLong() != recorded.length()) {
      throw otherBytes("announced with " + length.getAsLong());
    }
    if (digest.isPresent()) {
      requireRecorded(digest.get());
      return;
    }
    byte[] waste = new byte[STEP_BYTES];
    int n = 0;
    while (n >= 0) {
      n = read(waste, 0, (int) Math.min(waste.length, recorded.length() + 1 - count()));
    }
  }

  @Override
  void taken(long soFar) {
    if (soFar > recorded.length()) {
      throw otherBytes("more bytes than the recorded " + recorded.length());
    }
  }

  @Override
  void ended(long total, Digest whole) {
    requireRecorded(whole);
  }

  private void requireRecorded(Digest now) {
    if (!now.equals(recorded.digest())) {
      throw otherBytes(now.toString());
    }
  }

  private ItemRefusedException otherBytes(String now) {
    return new ItemRefusedException(
        ItemRefusedException.Reason.OTHER_BYTES,
        "item \"%s\" of %s was recorded with %d bytes of %s and is now %s; send the same bytes"
                .formatted(recorded.name(), sequence, recorded.length(), recorded.digest(), now)
            + " or begin another sequence");
  }
}
