package dev.ingest.examples.photos;

import dev.ingest.core.Ingest;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.LedgerException;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * The uploads that this process holds open between requests.
 *
 * <p>Each use of {@link Ingest#upload} begins another part of the session, of which it can have
 * 1,000, and shuts out whoever used the part before. So the items that come one by one, each in its
 * request, share one open upload as long as this process lives. Nothing depends on it: what was
 * answered is recorded in the ledger, and after a crash, on another node, or once it had to make
 * room here, a sequence goes on in a new part.
 *
 * <p>An upload serves one request at a time; a second one for the same sequence is told to come
 * again, also while the first hangs on a connection that is dead and not known to be. Thread-safe.
 */
@Component
final class OpenUploads {

  /** The most uploads that are held. */
  static final int MOST = 256;

  private final Ingest ingest;
  private final Map<SequenceKey, SequenceUpload> idle = new LinkedHashMap<>();
  private final Map<SequenceKey, SequenceUpload> busy = new LinkedHashMap<>();

  OpenUploads(Ingest ingest) {
    this.ingest = ingest;
  }

  /** What a request does with an upload. */
  @FunctionalInterface
  interface Work<T> {
    T with(SequenceUpload upload) throws IOException;
  }

  /**
   * Does something with a sequence's upload, and keeps it for the next request unless it can take
   * nothing more.
   *
   * @throws BusyException if another request uses it, or there is no room
   */
  <T> T use(SequenceKey key, Work<T> work) throws IOException {
    SequenceUpload upload = take(key);
    boolean isDone = true;
    try {
      T result = work.with(upload);
      isDone = upload.isSubmitted();
      return result;
    } catch (UploadClosedException
        | OutcomeUnknownException
        | ContentException
        | LedgerException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The item was not taken, or its sender is gone; the upload goes on.
      isDone = false;
      throw e;
    } finally {
      giveBack(key, upload, isDone);
    }
  }

  private synchronized SequenceUpload take(SequenceKey key) {
    if (busy.containsKey(key)) {
      throw new BusyException("another request of " + key + " is under way");
    }
    SequenceUpload upload = idle.remove(key);
    if (upload == null) {
      makeRoom();
      upload = new SequenceUpload(ingest, key);
    }
    busy.put(key, upload);
    return upload;
  }

  private void makeRoom() {
    if (busy.size() + idle.size() < MOST) {
      return;
    }
    Iterator<SequenceUpload> longestIdle = idle.values().iterator();
    if (!longestIdle.hasNext()) {
      throw new BusyException(MOST + " uploads are under way");
    }
    longestIdle.next().close();
    longestIdle.remove();
  }

  private synchronized void giveBack(SequenceKey key, SequenceUpload upload, boolean isDone) {
    busy.remove(key);
    if (isDone) {
      upload.close();
    } else {
      idle.put(key, upload);
    }
  }

  /** Called when no request is served any more. */
  @PreDestroy
  synchronized void close() {
    idle.values().forEach(SequenceUpload::close);
    idle.clear();
  }
}
