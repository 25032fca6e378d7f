package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.testkit.contract.ContentPurgerContract;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Content stores that say they are shared, each wrong in one way as soon as a second instance is
 * open beside the first, and the case that catches them.
 */
class BrokenSharedContentTest {

  private static final ContentCapabilities SHARED =
      new ContentCapabilities(true, true, true, 8_000_000);

  private static final String SEEN =
      "what one instance committed the other sees at once, also if it looked before";
  private static final String LATE =
      "of writers of two instances the first to commit wins and the other learns of it";
  private static final String RACE =
      "of racing writers of two instances with other bytes exactly one wins, and its bytes stay";

  @Test
  void indexOfItsOwn_caught() {
    Caught.by(SEEN, OwnIndex.class);
    Caught.by(
        "other bytes under a key of another instance are a conflict, the same ones succeed, and"
            + " the stored ones stay",
        OwnIndex.class);
    Caught.by(LATE, OwnIndex.class);
    Caught.by(RACE, OwnIndex.class);
    Caught.by(
        "what one instance deleted is gone for the other at once, and can be put again",
        OwnIndexPurged.class);
  }

  @Test
  void absenceRemembered_caught() {
    Caught.by(SEEN, RemembersAbsence.class);
  }

  @Test
  void putsOfItsOwn_caught() {
    Caught.by(LATE, OwnPuts.class);
  }

  @Test
  void lockOfItsOwn_caught() {
    Caught.by(RACE, OwnLock.class);
  }

  @Test
  void partHiddenFromItself_caught() {
    Caught.by(
        "nothing of a key is visible to another instance while its body is being read",
        HiddenPart.class);
  }

  @Test
  void sameBytesAreAConflict_caught() {
    Caught.by(
        "racing writers of two instances with the same bytes all succeed", StrictAboutOthers.class);
  }

  @Test
  void closesForAll_caught() {
    Caught.by("closing one instance leaves another one at work", ClosesForAll.class);
  }

  @Test
  void fixtureThatOpensNoOther_isTold() {
    Caught.saying("Override openBeside(clock)", SEEN, OpensOnce.class);
    Caught.saying("opened the same instance twice", SEEN, OpensTheSame.class);
    Caught.saying("not over the same place", SEEN, OpensElsewhere.class);
  }

  private static ContentStore bentWriter(InMemoryContent sound, Bend bend) {
    return Twist.of(
        ContentStore.class,
        sound,
        "writer",
        args -> bend.of(sound.writer((ContentPrefix) args[0])));
  }

  /** What a store gives out instead of a sound writer. */
  interface Bend {
    ContentWriter of(ContentWriter sound);
  }

  private static void copy(byte[] bytes, ContentKey key, InMemoryContent to) {
    int slash = key.value().lastIndexOf('/');
    try (ContentWriter writer = to.writer(new ContentPrefix(key.value().substring(0, slash)))) {
      writer.put(key, Bodies.body(bytes));
      writer.commit();
    }
  }

  /** Reads what is stored once, at the opening, and writes through. */
  private static ContentAccess ownIndex(Map<ContentKey, byte[]> disk) {
    InMemoryContent local = new InMemoryContent(SHARED);
    disk.forEach((key, bytes) -> copy(bytes, key, local));
    ContentStore store =
        bentWriter(
            local,
            sound ->
                Twist.of(
                    ContentWriter.class,
                    sound,
                    "commit",
                    none -> {
                      sound.commit();
                      local.keys().forEach(key -> disk.put(key, local.bytes(key)));
                      return null;
                    }));
    return new ContentAccess(
        store,
        permit -> {
          permit.keys().forEach(disk::remove);
          return local.delete(permit);
        });
  }

  static class OwnIndex extends ContentStoreContract {
    private final Map<ContentKey, byte[]> disk = new ConcurrentHashMap<>();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return ownIndex(disk);
    }
  }

  static class OwnIndexPurged extends ContentPurgerContract {
    private final Map<ContentKey, byte[]> disk = new ConcurrentHashMap<>();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return ownIndex(disk);
    }
  }

  static class RemembersAbsence extends ContentStoreContract {
    private final InMemoryContent disk = new InMemoryContent(SHARED);

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = disk.reopen();
      Set<ContentKey> absent = ConcurrentHashMap.newKeySet();
      ContentStore writing =
          bentWriter(
              sound,
              writer ->
                  Twist.of(
                      ContentWriter.class,
                      writer,
                      "commit",
                      none -> {
                        absent.clear();
                        writer.commit();
                        return null;
                      }));
      ContentStore remembering =
          Twist.of(
              ContentStore.class,
              writing,
              "stat",
              args -> {
                ContentKey key = (ContentKey) args[0];
                Optional<ContentStat> found =
                    absent.contains(key) ? Optional.empty() : sound.stat(key);
                if (found.isEmpty()) {
                  absent.add(key);
                }
                return found;
              });
      return new ContentAccess(remembering, sound);
    }
  }

  /** Knows the puts of this process alone, and looks at what is stored only with the put. */
  static class OwnPuts extends ContentStoreContract {
    private final InMemoryContent disk = new InMemoryContent(SHARED);

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = disk.reopen();
      Map<ContentKey, Digest> puts = new ConcurrentHashMap<>();
      ContentStore store =
          bentWriter(
              sound,
              writer -> {
                Set<ContentKey> mine = ConcurrentHashMap.newKeySet();
                ContentWriter putting =
                    Twist.of(
                        ContentWriter.class,
                        writer,
                        "put",
                        args -> {
                          ContentKey key = (ContentKey) args[0];
                          ContentBody body = (ContentBody) args[1];
                          ContentStat stat = writer.put(key, body);
                          Digest digest = body.digest();
                          if (!digest.equals(puts.computeIfAbsent(key, none -> digest))) {
                            throw new ContentConflictException(key + " has other bytes");
                          }
                          mine.add(key);
                          return stat;
                        });
                return overwriting(putting, writer, sound, mine);
              });
      return new ContentAccess(store, sound);
    }
  }

  private static ContentWriter overwriting(
      ContentWriter bent, ContentWriter writer, InMemoryContent sound, Set<ContentKey> mine) {
    return Twist.of(
        ContentWriter.class,
        bent,
        "commit",
        none -> {
          mine.forEach(sound::remove);
          writer.commit();
          return null;
        });
  }

  /** Looks and writes under a lock of this process. */
  static class OwnLock extends ContentStoreContract {
    private final InMemoryContent disk = new InMemoryContent(SHARED);

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = disk.reopen();
      Object lock = new Object();
      ContentStore store =
          bentWriter(
              sound,
              writer -> {
                Map<ContentKey, byte[]> mine = new ConcurrentHashMap<>();
                ContentWriter putting =
                    Twist.of(
                        ContentWriter.class,
                        writer,
                        "put",
                        args -> {
                          ContentKey key = (ContentKey) args[0];
                          byte[] bytes = drain((ContentBody) args[1]);
                          mine.put(key, bytes);
                          return writer.put(key, Bodies.body(bytes));
                        });
                return Twist.of(
                    ContentWriter.class,
                    putting,
                    "commit",
                    none -> {
                      synchronized (lock) {
                        mine.forEach((key, bytes) -> require(sound, key, bytes));
                        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                        mine.keySet().forEach(sound::remove);
                        writer.commit();
                      }
                      return null;
                    });
              });
      return new ContentAccess(store, sound);
    }

    private static void require(InMemoryContent sound, ContentKey key, byte[] bytes) {
      Optional<Digest> stored =
          sound.stat(key).flatMap(ContentStat::checksum).map(checksum -> checksum.digest());
      if (stored.isPresent() && !stored.get().equals(Digest.of(bytes))) {
        throw new ContentConflictException(key + " has other bytes");
      }
    }
  }

  private static byte[] drain(ContentBody body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[8_192];
    try {
      for (int n = body.read(buffer, 0, buffer.length);
          n >= 0;
          n = body.read(buffer, 0, buffer.length)) {
        all.write(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toByteArray();
  }

  /** Writes in place, and remembers for itself what is not whole yet. */
  static class HiddenPart extends ContentStoreContract {
    private final InMemoryContent disk = new InMemoryContent(SHARED);

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = disk.reopen();
      Set<ContentKey> hidden = ConcurrentHashMap.newKeySet();
      ContentStore writing =
          bentWriter(
              sound,
              writer ->
                  Twist.of(
                      ContentWriter.class,
                      writer,
                      "put",
                      args -> {
                        ContentKey key = (ContentKey) args[0];
                        hidden.add(key);
                        copy(new byte[3], key, sound);
                        byte[] bytes = drain((ContentBody) args[1]);
                        sound.remove(key);
                        hidden.remove(key);
                        return writer.put(key, Bodies.body(bytes));
                      }));
      ContentStore hiding =
          Twist.of(
              ContentStore.class,
              writing,
              "stat",
              args ->
                  hidden.contains((ContentKey) args[0])
                      ? Optional.empty()
                      : sound.stat((ContentKey) args[0]));
      return new ContentAccess(hiding, sound);
    }
  }

  /** Takes any bytes of another process for other bytes. */
  static class StrictAboutOthers extends ContentStoreContract {
    private final InMemoryContent disk = new InMemoryContent(SHARED);

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = disk.reopen();
      Set<ContentKey> mine = ConcurrentHashMap.newKeySet();
      ContentStore store =
          bentWriter(
              sound,
              writer ->
                  Twist.of(
                      ContentWriter.class,
                      writer,
                      "put",
                      args -> {
                        ContentKey key = (ContentKey) args[0];
                        // One after the other, or none of a race might come second.
                        synchronized (disk) {
                          if (!mine.contains(key) && sound.stat(key).isPresent()) {
                            throw new ContentConflictException(key + " is there");
                          }
                          ContentStat stat = writer.put(key, (ContentBody) args[1]);
                          mine.add(key);
                          return stat;
                        }
                      }));
      return new ContentAccess(store, sound);
    }
  }

  /** Keeps what it has open in a place of the process, and lets go of it with any instance. */
  static class ClosesForAll extends ContentStoreContract {
    private InMemoryContent last = new InMemoryContent(SHARED);

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent before = last;
      InMemoryContent sound = before.reopen();
      last = sound;
      ContentStore store =
          Twist.of(
              ContentStore.class,
              sound,
              "stat",
              args -> {
                ContentKey key = (ContentKey) args[0];
                before.stat(key);
                return sound.stat(key);
              });
      return new ContentAccess(store, sound);
    }
  }

  static class OpensOnce extends ContentStoreContract {
    private int opened;

    @Override
    protected ContentAccess open(InstantSource clock) {
      if (opened > 0) {
        throw new ContentException("this process has it open");
      }
      opened++;
      return new InMemoryContent(SHARED).access();
    }
  }

  static class OpensTheSame extends ContentStoreContract {
    private final ContentAccess only = new InMemoryContent(SHARED).access();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return only;
    }
  }

  static class OpensElsewhere extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      return new InMemoryContent(SHARED).access();
    }
  }
}
