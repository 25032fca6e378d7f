package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.testkit.contract.ContentPurgerContract;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Content stores that are wrong in one way each, and the case that catches them. */
class BrokenContentTest {

  private static final String CONFLICT =
      "other bytes under a stored key are a conflict, and the stored ones stay";

  @Test
  void echoedEvidence_caught() {
    Caught.by(
        "a checksum called evidence is of the stored bytes, whatever the sender said",
        EchoedEvidence.class);
  }

  @Test
  void partialPut_caught() {
    Caught.by("nothing of a key is visible while its body is being read", PartialPut.class);
  }

  @Test
  void brokenBodyKept_caught() {
    Caught.by(
        "a body that breaks off leaves nothing, and the key can be put again", KeptTail.class);
  }

  @Test
  void lostAfterCommit_caught() {
    Caught.by(
        "what was committed is there after a reopen; a store that is not durable has it whole or"
            + " not",
        LostAfterCommit.class);
  }

  @Test
  void pageBorderOmitted_caught() {
    Caught.by(
        "pages of every size together list each key once and omit none at their borders",
        PageBorderOmitted.class);
  }

  @Test
  void textPrefix_caught() {
    Caught.by(
        "a prefix covers whole parts: a/b covers a/b/c but neither a/bc nor a/b-c nor a/b",
        TextPrefix.class);
  }

  @Test
  void overwritingPut_caught() {
    Caught.by(CONFLICT, OverwritingPut.class);
  }

  @Test
  void silentConflict_caught() {
    Caught.by(CONFLICT, SilentConflict.class);
    Caught.by(
        "of racing writers with other bytes exactly one wins, and its bytes stay",
        SilentConflict.class);
  }

  @Test
  void shortRead_caught() {
    Caught.by("a range gives exactly the stored bytes in it", ShortRead.class);
  }

  @Test
  void purgerBeyondPermit_caught() {
    Caught.by("exactly the permit's keys go; every other key stays whole", BeyondPermit.class);
  }

  @Test
  void purgerStrictAboutGone_caught() {
    Caught.by("deleting what is gone or never was is a success", StrictAboutGone.class);
  }

  private static ContentAccess bent(InMemoryContent sound, String method, Twist.Instead instead) {
    return new ContentAccess(Twist.of(ContentStore.class, sound, method, instead), sound);
  }

  /** Something that a broken writer does instead of a put. */
  interface Put {
    ContentStat put(ContentWriter sound, ContentKey key, ContentBody body);
  }

  private static ContentAccess bentPut(InMemoryContent sound, Put instead) {
    return bent(
        sound,
        "writer",
        prefix -> {
          ContentWriter writer = sound.writer((ContentPrefix) prefix[0]);
          return Twist.of(
              ContentWriter.class,
              writer,
              "put",
              args -> instead.put(writer, (ContentKey) args[0], (ContentBody) args[1]));
        });
  }

  static class EchoedEvidence extends ContentStoreContract {
    private final Map<ContentKey, Digest> said = new HashMap<>();

    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      ContentAccess remembering =
          bentPut(
              sound,
              (writer, key, body) -> {
                ContentStat stat = writer.put(key, body);
                said.put(key, body.digest());
                return stat;
              });
      ContentStore echoing =
          Twist.of(
              ContentStore.class,
              remembering.store(),
              "stat",
              args -> sound.stat((ContentKey) args[0]).map(this::echo));
      return new ContentAccess(echoing, sound);
    }

    private ContentStat echo(ContentStat stat) {
      Digest digest = said.getOrDefault(stat.key(), Digest.ofUtf8(""));
      Checksum echoed = new Checksum(digest, Checksum.Provenance.BACKEND_COMPUTED);
      return new ContentStat(stat.key(), stat.length(), Optional.of(echoed));
    }
  }

  static class PartialPut extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bentPut(
          sound,
          (writer, key, body) -> {
            byte[] first = new byte[10_000];
            int length = read(body, first);
            store(sound, key, first, Math.max(0, length));
            return writer.put(new ContentKey(key.value() + "-rest"), body);
          });
    }
  }

  static class KeptTail extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bentPut(
          sound,
          (writer, key, body) -> {
            try {
              return writer.put(key, body);
            } catch (ContentException e) {
              store(sound, key, new byte[3], 3);
              throw e;
            }
          });
    }
  }

  static class LostAfterCommit extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      return new InMemoryContent(new ContentCapabilities(true, false, true, 8_000_000)).access();
    }
  }

  static class PageBorderOmitted extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bent(
          sound,
          "list",
          args -> {
            ContentPrefix prefix = (ContentPrefix) args[0];
            int limit = (int) args[2];
            if (((Optional<?>) args[1]).isEmpty()) {
              return sound.list(prefix, Optional.empty(), limit);
            }
            ContentKey after = (ContentKey) ((Optional<?>) args[1]).orElseThrow();
            ContentPage skipped = sound.list(prefix, Optional.of(after), 1);
            return skipped.entries().isEmpty()
                ? skipped
                : sound.list(prefix, Optional.of(skipped.entries().get(0).key()), limit);
          });
    }
  }

  static class TextPrefix extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bent(
          sound,
          "list",
          args -> {
            List<ContentStat> all =
                sound.keys().stream()
                    .filter(key -> key.value().startsWith(args[0].toString()))
                    .map(key -> new ContentStat(key, sound.bytes(key).length, Optional.empty()))
                    .toList();
            return new ContentPage(all, false);
          });
    }
  }

  static class OverwritingPut extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bentPut(
          sound,
          (writer, key, body) -> {
            sound.remove(key);
            return writer.put(key, body);
          });
    }
  }

  static class SilentConflict extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bent(
          sound,
          "writer",
          prefix -> {
            ContentWriter writer = sound.writer((ContentPrefix) prefix[0]);
            ContentWriter quiet =
                Twist.of(
                    ContentWriter.class,
                    writer,
                    "put",
                    args -> {
                      try {
                        return writer.put((ContentKey) args[0], (ContentBody) args[1]);
                      } catch (ContentConflictException e) {
                        return new ContentStat((ContentKey) args[0], 0, Optional.empty());
                      }
                    });
            return Twist.of(
                ContentWriter.class,
                quiet,
                "commit",
                args -> {
                  try {
                    writer.commit();
                  } catch (ContentConflictException e) {
                    writer.close();
                  }
                  return null;
                });
          });
    }
  }

  static class ShortRead extends ContentStoreContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      return bent(
          sound,
          "open",
          args -> {
            byte[] bytes = sound.bytes((ContentKey) args[0]);
            return new ByteArrayInputStream(bytes, 0, Math.min(bytes.length, 4_096));
          });
    }
  }

  static class BeyondPermit extends ContentPurgerContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      ContentPurger greedy =
          permit -> {
            for (ContentKey key : permit.keys()) {
              sound.keys().stream()
                  .filter(other -> other.value().startsWith(key.value()))
                  .forEach(sound::remove);
            }
            return sound.delete(permit);
          };
      return new ContentAccess(sound, greedy);
    }
  }

  static class StrictAboutGone extends ContentPurgerContract {
    @Override
    protected ContentAccess open(InstantSource clock) {
      InMemoryContent sound = new InMemoryContent();
      ContentPurger strict =
          permit ->
              permit.keys().stream()
                  .map(
                      key ->
                          sound.remove(key)
                              ? Outcome.APPLIED
                              : Outcome.notApplied(Outcome.Reason.ABSENT, key + " is gone"))
                  .toList();
      return new ContentAccess(sound, strict);
    }
  }

  private static int read(ContentBody body, byte[] buffer) {
    try {
      return body.read(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void store(InMemoryContent content, ContentKey key, byte[] bytes, int length) {
    byte[] part = Arrays.copyOf(bytes, length);
    ByteArrayInputStream source = new ByteArrayInputStream(part);
    int slash = key.value().lastIndexOf('/');
    try (ContentWriter writer =
        content.writer(new ContentPrefix(key.value().substring(0, slash)))) {
      writer.put(
          key,
          new ContentBody() {
            @Override
            public OptionalLong length() {
              return OptionalLong.of(part.length);
            }

            @Override
            public int read(byte[] buffer, int offset, int most) {
              return source.read(buffer, offset, most);
            }

            @Override
            public Digest digest() {
              return Digest.of(part);
            }
          });
      writer.commit();
    }
  }
}
