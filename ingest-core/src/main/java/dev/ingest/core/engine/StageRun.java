package dev.ingest.core.engine;

import dev.ingest.core.CompletionToken;
import dev.ingest.core.ConcurrentUseException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestEncoder;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SealedOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * One attempt of one stage on one sequence: reads the input, writes below a prefix of its own, and
 * seals. Or leaves the stage to another system, and writes nothing.
 *
 * <p>After a write that failed, the attempt can write no more: the effect of that write is unknown,
 * and an output that may hold it is not sealed. The next attempt starts below its own prefix.
 *
 * <p>One thread at a time emits. A call that is under way when the attempt ends, as one that the
 * stage left to another thread, keeps the attempt from being sealed; it goes on, of no effect, and
 * what it uses is closed as it leaves.
 */
final class StageRun implements StageContext, AutoCloseable {

  private final ContentStore store;
  private final Executor digests;
  private final Entry entry;
  private final HeldLeases.Grip grip;
  private final StoredSet inputSet;
  private final ContentPrefix prefix;
  private final Later later;
  private final long maxItemBytes;
  private final ContentWriter writer;
  private final ItemLog output = new ItemLog();
  private final Walks walks = new Walks(this::ended);
  private final OneAtATime calls = new OneAtATime();
  private final Leaving leaving = this::leave;
  private Optional<ItemName> broken = Optional.empty();
  private boolean isSealed;
  private volatile boolean isLeft;

  StageRun(Node node, Entry entry, HeldLeases.Grip grip, ContentPrefix prefix, Later later) {
    this.store = node.content();
    this.digests = node.seams().beside();
    this.entry = entry;
    this.grip = grip;
    this.inputSet = StoredSet.input(entry);
    this.prefix = prefix;
    this.later = later;
    this.maxItemBytes = store.capabilities().maxItemBytes();
    this.writer = store.writer(prefix);
  }

  /** The end of a call, whose own error is not hidden by one of this. */
  private interface Leaving extends AutoCloseable {

    @Override
    void close();
  }

  /** Leaves a stage to another system. */
  @FunctionalInterface
  interface Later {

    /**
     * Makes the token by which it is ended, valid before this returns.
     *
     * @param entry the entry, under lease
     * @param grip the lease
     * @param within how long it may take
     */
    CompletionToken leave(Entry entry, HeldLeases.Grip grip, Duration within);
  }

  @Override
  public SequenceKey sequence() {
    return entry.key();
  }

  @Override
  public String idempotencyKey() {
    return entry.key()
        + "/"
        + entry.active().epoch()
        + "/"
        + entry.active().stage().map(stage -> stage.name()).orElse("");
  }

  @Override
  public ManifestSummary input() {
    return inputSet.summary();
  }

  @Override
  public Iterator<StageItem> items() {
    Walks.Walk walk = walks.begin(this::openInput);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return walk.hasNext();
      }

      @Override
      public StageItem next() {
        return new InputItem(walk.next());
      }
    };
  }

  @Override
  public void emit(ItemName name, InputStream body) throws IOException {
    emit(name, body, () -> new StreamBody(body, OptionalLong.empty(), digests));
  }

  @Override
  public void emit(ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException {
    AnnouncedBody.Announcement announced =
        new AnnouncedBody.Announcement(entry.key(), name, length, digest, maxItemBytes);
    emit(name, body, () -> new AnnouncedBody(body, announced, soFar -> {}, digests));
  }

  private void emit(ItemName name, InputStream source, Supplier<StreamBody> body)
      throws IOException {
    try (source) {
      checkActive();
      begin();
      try (leaving) {
        store(name, body);
      }
    } catch (StreamBody.SourceFailure e) {
      throw e.getCause();
    }
  }

  private void store(ItemName name, Supplier<StreamBody> body) {
    checkNotLeft("emits \"" + name + "\"");
    checkWhole();
    output.announce(name);
    broken = Optional.of(name);
    ContentStat stat = writer.put(KeyLayout.item(prefix, output.size()), body.get());
    Digest digest =
        stat.checksum()
            .orElseThrow(() -> new ContentException(store.name() + " put without a digest"))
            .digest();
    output.add(new ManifestItem(name, stat.length(), digest));
    broken = Optional.empty();
  }

  @Override
  public void checkActive() {
    grip.checkActive();
  }

  @Override
  public CompletionToken completeLater(Duration within) {
    checkActive();
    begin();
    try (leaving) {
      return handOver(within);
    }
  }

  private CompletionToken handOver(Duration within) {
    checkNotLeft("is to be completed later once more");
    checkWhole();
    if (output.size() > 0) {
      throw new PermanentStageException(
          "a stage emits its output or is completed later, not both: this one emitted %d items"
                  .formatted(output.size())
              + " before; whoever completes it emits all of it");
    }
    CompletionToken token = later.leave(entry, grip, within);
    isLeft = true;
    return token;
  }

  /** Tells whether another system ends the stage. */
  boolean isLeft() {
    return isLeft;
  }

  private void checkNotLeft(String what) {
    if (isLeft) {
      throw new PermanentStageException(
          "a stage that is completed later is done when it has handed its token on, but this one "
              + what
              + "; whoever completes it emits all of its output");
    }
  }

  /** Writes the manifest, passes the durability barrier and names what was made. */
  SealedOutput seal() {
    checkActive();
    begin();
    try (leaving) {
      checkWhole();
      SealedOutput made = sealed();
      isSealed = true;
      return made;
    }
  }

  private SealedOutput sealed() {
    // Its root is checked at its end alone, to which the stage need not have read.
    walks.finish();
    try (ManifestEncoder manifest = output.encode()) {
      writer.put(
          KeyLayout.manifest(prefix), new StreamBody(manifest, OptionalLong.empty(), digests));
      writer.commit();
      return new SealedOutput(prefix, manifest.summary());
    } catch (IOException e) {
      throw new IllegalStateException("an encoder of items in memory cannot fail to close", e);
    }
  }

  @Override
  public void close() {
    if (calls.end()) {
      release();
    }
  }

  private void begin() {
    if (!calls.begin()) {
      throw calls.isEnded()
          ? ended()
          : new ConcurrentUseException(
              "another call of this attempt of %s is under way, and one thread emits at a time: a stage"
                      .formatted(entry.key())
                  + " waits for what it has others do before it goes on or returns");
    }
    if (isSealed) {
      leave();
      throw ended();
    }
  }

  private StageCancelledException ended() {
    return new StageCancelledException(
        "this attempt of %s has ended: a stage waits for what it has others do before it returns"
            .formatted(entry.key()));
  }

  private void leave() {
    if (calls.leave()) {
      release();
    }
  }

  private void release() {
    try {
      walks.close();
    } finally {
      writer.close();
    }
  }

  private void checkWhole() {
    if (broken.isPresent()) {
      throw new ContentException(
          ("%s: item \"%s\" of %s below %s was not written, as its bytes could not be read or were not"
                  + " taken; this attempt cannot be sealed, the next one starts anew")
              .formatted(
                  store.name(),
                  InvalidValueException.escape(broken.get().value()),
                  entry.key(),
                  prefix));
    }
  }

  private StoredSet.Cursor openInput() {
    try {
      return inputSet.open(store, ReadPurpose.USE);
    } catch (ContentMissingException e) {
      throw missing(inputSet.what() + " manifest", e);
    }
  }

  /** It fails this attempt alone: what a store does not show now it may show at the next. */
  private ContentMissingException missing(String what, ContentMissingException cause) {
    return new ContentMissingException(
        "the " + what + " of " + entry.key() + " is missing: " + cause.getMessage(), cause);
  }

  private final class InputItem extends StoredItem {

    InputItem(StoredSet.Located located) {
      super(located);
    }

    @Override
    public InputStream open() {
      try {
        return new CheckedStream(
            store.open(located.key(), ByteRange.ALL, ReadPurpose.USE),
            located.item(),
            entry.key() + " at " + located.key() + " in " + store.name());
      } catch (ContentMissingException e) {
        throw missing(inputSet.what() + " item \"" + name() + "\"", e);
      }
    }
  }
}
