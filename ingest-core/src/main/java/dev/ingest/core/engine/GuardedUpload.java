package dev.ingest.core.engine;

import dev.ingest.core.ConcurrentUseException;
import dev.ingest.core.Upload;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upload into which one thread comes at a time: a second one is refused before anything is
 * touched, as two would store under the same keys. Any thread may close it; the bytes of an add
 * under way end then, and the writer is closed by the call that is in it, when it leaves.
 */
final class GuardedUpload implements Upload {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedUpload.class);

  private final OpenUpload upload;
  private final OneAtATime calls = new OneAtATime();
  private final Leaving leaving = this::leave;

  GuardedUpload(OpenUpload upload) {
    this.upload = upload;
  }

  /** The end of a call, whose own error is not hidden by one of this. */
  private interface Leaving extends AutoCloseable {

    @Override
    void close();
  }

  @Override
  public SequenceKey key() {
    return upload.key();
  }

  /** What earlier parts recorded does not change, so any thread may ask. */
  @Override
  public Optional<ManifestItem> recorded(ItemName name) {
    return upload.recorded(name);
  }

  @Override
  public int count() {
    begin();
    try (leaving) {
      return upload.count();
    }
  }

  @Override
  public ManifestItem add(
      ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException {
    begin();
    try (leaving) {
      return upload.add(name, length, digest, body);
    }
  }

  @Override
  public void record() {
    begin();
    try (leaving) {
      upload.record();
    }
  }

  /** A receipt is one, whatever becomes of a writer that was closed meanwhile. */
  @Override
  public Receipt submit() {
    begin();
    Receipt receipt;
    try {
      receipt = upload.submit();
    } catch (RuntimeException | Error e) {
      try (leaving) {
        throw e;
      }
    }
    try {
      leave();
    } catch (RuntimeException e) {
      LOG.warn("what {} had written beside its receipt could not be let go", key(), e);
    }
    return receipt;
  }

  /** Asks the ledger alone, so it may come after the end, also while a call is still leaving. */
  @Override
  public void abandon() {
    if (calls.begin()) {
      try (leaving) {
        upload.abandon();
      }
    } else if (calls.isEnded()) {
      upload.abandon();
    } else {
      throw refused();
    }
  }

  @Override
  public void close() {
    upload.refuseMore();
    if (calls.end()) {
      upload.close();
    }
  }

  private void begin() {
    if (!calls.begin()) {
      throw refused();
    }
  }

  private void leave() {
    if (calls.leave()) {
      upload.close();
    }
  }

  private ConcurrentUseException refused() {
    upload.checkNotClosed();
    return new ConcurrentUseException(
        "another call of this upload of %s is under way, and one thread uses it at a time; nothing was"
                .formatted(key())
            + " done: call again after that, or give each thread a sequence of its own");
  }
}
