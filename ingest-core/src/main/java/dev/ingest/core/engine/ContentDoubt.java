package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the content store answers, in doubt from a stage that failed on it, or a claim of what
 * has spent an attempt before, until it has answered since. While it does not, nothing is claimed
 * for stages: each claim would spend an attempt on what no attempt can do, and an outage of minutes
 * would spend those of everything in flight. The second doubt is there for several nodes: an entry
 * on which one of them found out is claimed by the next, which knows nothing of it.
 *
 * <p>A store that answers and takes no bytes is not told apart from one that works. Thread-safe.
 */
final class ContentDoubt {

  private static final ContentKey ASKED = Binding.key(1);

  private final ContentStore content;
  private final AtomicLong raised = new AtomicLong();
  private volatile long settled;

  ContentDoubt(ContentStore content) {
    this.content = content;
  }

  /** Notes why a stage failed, which may be that the store does not answer. */
  void note(Throwable failure) {
    if (Failures.isCausedBy(
        failure, cause -> cause instanceof ContentException || cause instanceof IOException)) {
      raised.incrementAndGet();
    }
  }

  /**
   * Has the store answer before anything begins that has spent an attempt of its stage before.
   *
   * @throws ContentException if it does not; it is in doubt then
   */
  void requireSettledForAnother() {
    raised.incrementAndGet();
    requireSettled();
  }

  /**
   * Has the store answer, if that is in doubt; whatever it answers.
   *
   * @throws ContentException if it does not
   */
  void requireSettled() {
    long seen = raised.get();
    if (seen == settled) {
      return;
    }
    try {
      content.stat(ASKED);
    } catch (ContentException e) {
      throw new ContentException(
          "nothing is claimed for stages until the content store answers, so that no attempt is"
              + " spent: "
              + e.getMessage(),
          e);
    }
    settled = seen;
  }
}
