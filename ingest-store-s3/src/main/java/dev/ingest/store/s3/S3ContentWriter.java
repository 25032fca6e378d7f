package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Puts bodies, the small ones of a longer sequence in the background.
 *
 * <p>A put must tell whether its key holds other bytes, and only the server's answer does, so that
 * puts would follow one another, each a round trip. But keys of one writer ascend, and usually
 * nothing is stored behind the first ones. So after {@value #SINGLY} puts the writer looks once,
 * with a listing of one key, up to where there is nothing behind the next key, while it puts that;
 * further keys in that gap are absent, and their puts go on in the background until the commit
 * waits for them. What somebody else stores there after the look is found by the put all the same,
 * and told by the commit. A key that does not ascend, or lies behind the gap, is put on the
 * caller's thread. A look is good until the next commit, and nobody waits for one that no put
 * needs.
 *
 * <p>Memory: what {@link S3Transfer} says, and nothing for what has been put.
 */
final class S3ContentWriter implements ContentWriter {

  static final int SINGLY = 2;

  private final S3ContentStore store;
  private final Puts puts;
  private final ContentPrefix prefix;
  private final Ongoing ongoing;

  /** Keys of puts in the background that were refused; few, as every put fails from then on. */
  private final Set<ContentKey> conflicts = ConcurrentHashMap.newKeySet();

  private @Nullable ContentKey last;
  private @Nullable Future<Gap> look;
  private int begun;
  private @Nullable RuntimeException failure;
  private boolean closed;

  S3ContentWriter(S3ContentStore store, Puts puts, ContentPrefix prefix) {
    this.store = store;
    this.puts = puts;
    this.prefix = prefix;
    this.ongoing = new Ongoing(puts.transfers());
  }

  /** Where nothing was stored: behind one key, and before another if there is one. */
  private record Gap(ContentKey after, Optional<ContentKey> before) {

    boolean covers(ContentKey key) {
      return key.compareTo(after) > 0 && (before.isEmpty() || key.compareTo(before.get()) < 0);
    }
  }

  @Override
  public ContentStat put(ContentKey key, ContentBody body) {
    if (!prefix.covers(key)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, key.value(), "outside the writer's prefix " + prefix);
    }
    requireUsable();
    Parts parts = puts.parts(key, body);
    Part first = parts.next();
    if (!parts.ended()) {
      waitForOthers(key);
      ContentStat stat = puts.multipart().put(key, parts, first);
      passed(key);
      return stat;
    }
    Digest digest = parts.digest();
    if (isAbsent(key)) {
      begin(key, first, digest);
      return new ContentStat(
          key, first.length(), Optional.of(new Checksum(digest, Provenance.ECHOED)));
    }
    waitForOthers(key);
    ContentStat stat = puts.whole().put(key, first, digest);
    passed(key);
    puts.buffers().giveBack(first.array());
    return stat;
  }

  private void begin(ContentKey key, Part part, Digest digest) {
    ongoing.begin(
        part.array().length,
        () -> {
          try {
            puts.whole().put(key, part, digest);
          } catch (ContentConflictException e) {
            conflicts.add(key);
            throw e;
          }
          puts.buffers().giveBack(part.array());
        });
    passed(key);
    failAs(key, ongoing.failure());
  }

  private void passed(ContentKey key) {
    begun++;
    if (ascends(key)) {
      last = key;
    }
  }

  private boolean ascends(ContentKey key) {
    ContentKey before = last;
    return before == null || key.compareTo(before) > 0;
  }

  /** Whether nothing is stored under a key. If it is not known, a look goes out for the next. */
  private boolean isAbsent(ContentKey key) {
    if (begun < SINGLY || !ascends(key)) {
      return false;
    }
    Future<Gap> sent = look;
    if (sent == null) {
      look = puts.transfers().begin(0, () -> gapBehind(key));
      return false;
    }
    try {
      return puts.transfers().outcome(sent).covers(key);
    } catch (ContentException e) {
      look = null;
      throw e;
    }
  }

  private Gap gapBehind(ContentKey key) {
    return new Gap(
        key,
        store.list(prefix, Optional.of(key), 1).entries().stream()
            .map(ContentStat::key)
            .findFirst());
  }

  /** A key that was put before may still be under way. */
  private void waitForOthers(ContentKey key) {
    if (!ascends(key)) {
      failAs(key, ongoing.await());
    }
  }

  @Override
  public void commit() {
    requireUsable();
    look = null;
    failIf(ongoing.await());
  }

  private void failIf(@Nullable RuntimeException failed) {
    if (failed != null) {
      failure = failed;
      throw failed;
    }
  }

  /** A put tells of conflicts of its own key alone; those of others are left to the commit. */
  private void failAs(ContentKey key, @Nullable RuntimeException failed) {
    if (failed instanceof ContentConflictException && !conflicts.contains(key)) {
      throw new ContentException(
          store.name()
              + ": "
              + key
              + " was not waited for, since another put of the writer of "
              + prefix
              + " has failed, which the commit tells: "
              + failed.getMessage(),
          failed);
    }
    failIf(failed);
  }

  /** What has not begun is left out; what is under way may still arrive, and is waited for. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      ongoing.drop();
    }
  }

  private void requireUsable() {
    if (closed) {
      throw new ContentException(
          store.name() + ": the writer of " + prefix + " is closed; open another one");
    }
    if (failure != null) {
      String message =
          store.name()
              + ": the writer of "
              + prefix
              + " has failed; open another one and put the same bytes again";
      if (failure instanceof ContentConflictException) {
        throw new ContentConflictException(message, failure);
      }
      throw new ContentException(message, failure);
    }
  }
}
