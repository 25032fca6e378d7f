package dev.ingest.testkit;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.PlainUpkeep;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Content stores whose sweep takes what it must not, or whose streams end when they are cut, and
 * the case that catches them.
 */
class BrokenUpkeepTest {

  private static final String LEAVES =
      "a sweep leaves every committed key, also days later and by another instance";

  @Test
  void sweepsAll_caught() {
    Caught.by(LEAVES, SweepsAll.class);
    Caught.by("sweeps beside writers take nothing of what is committed", SweepsAll.class);
  }

  @Test
  void sweepsWhatIsOld_caught() {
    Caught.by(LEAVES, SweepsOld.class);
  }

  @Test
  void sweepsFromUnderAWriter_caught() {
    Caught.by(
        "what a writer commits after a sweep is there, or the commit says that it is not",
        SweepsStaged.class);
    Caught.by(
        "a sweep in the middle of a put leaves the item whole, or the writer says so",
        SweepsStaged.class);
  }

  @Test
  void endsWhereItIsDeleted_caught() {
    Caught.by(
        "a read of a key that is deleted meanwhile gives all bytes or an error",
        EndsWhereDeleted.class);
  }

  @Test
  void endsWhereItIsClosed_caught() {
    Caught.by(
        "a read over a store that is closed meanwhile gives all bytes or an error",
        EndsWhereClosed.class);
  }

  private static ContentAccess sweeping(ContentStore store, InMemoryContent sound, Runnable sweep) {
    return new ContentAccess(store, sound, new PlainUpkeep(sweep));
  }

  static class SweepsAll extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return sweeping(sound, sound, () -> sound.keys().forEach(sound::remove));
    }
  }

  /** Goes by the age alone, and takes what was committed for what was left behind. */
  static class SweepsOld extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      Map<ContentKey, Instant> first = new HashMap<>();
      return sweeping(
          sound,
          sound,
          () -> {
            Instant now = clock.instant();
            for (ContentKey key : sound.keys()) {
              Instant since = first.computeIfAbsent(key, none -> now);
              if (since.isBefore(now.minus(Duration.ofDays(5)))) {
                sound.remove(key);
              }
            }
          });
    }
  }

  /** Drops what is put and not committed, and the writer does not notice. */
  static class SweepsStaged extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      AtomicInteger sweeps = new AtomicInteger();
      ContentStore store =
          Twist.of(
              ContentStore.class,
              sound,
              "writer",
              args -> {
                int before = sweeps.get();
                ContentWriter writer = sound.writer((ContentPrefix) args[0]);
                return Twist.of(
                    ContentWriter.class,
                    writer,
                    "commit",
                    none -> {
                      if (before == sweeps.get()) {
                        writer.commit();
                      }
                      return null;
                    });
              });
      return sweeping(store, sound, sweeps::incrementAndGet);
    }
  }

  static class EndsWhereDeleted extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      ContentStore store =
          Twist.of(
              ContentStore.class,
              sound,
              "open",
              args ->
                  new Ending(
                      opened(sound, args), () -> !sound.keys().contains((ContentKey) args[0])));
      return new ContentAccess(store, sound);
    }
  }

  static class EndsWhereClosed extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      AtomicBoolean closed = new AtomicBoolean();
      ContentStore opening =
          Twist.of(
              ContentStore.class,
              sound,
              "open",
              args -> new Ending(opened(sound, args), closed::get));
      ContentStore closing =
          Twist.of(
              ContentStore.class,
              opening,
              "close",
              none -> {
                closed.set(true);
                sound.close();
                return null;
              });
      return new ContentAccess(closing, sound);
    }
  }

  private static InputStream opened(InMemoryContent sound, Object[] args) {
    return sound.open((ContentKey) args[0], (ByteRange) args[1], (ReadPurpose) args[2]);
  }

  /** Says that this was all, once it is cut. */
  private static final class Ending extends InputStream {

    private final InputStream sound;
    private final BooleanSupplier cut;

    Ending(InputStream sound, BooleanSupplier cut) {
      this.sound = sound;
      this.cut = cut;
    }

    @Override
    public int read() throws IOException {
      return cut.getAsBoolean() ? -1 : sound.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return cut.getAsBoolean() ? -1 : sound.read(buffer, offset, length);
    }
  }
}
