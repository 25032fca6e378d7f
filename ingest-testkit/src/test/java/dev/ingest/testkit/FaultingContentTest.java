package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.contract.ContentPurgerContract;
import dev.ingest.testkit.contract.ContentStoreContract;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultInjector;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FaultingContentTest {

  private static final ContentPrefix PREFIX = new ContentPrefix("raw/s1");
  private static final ContentKey A = PREFIX.key("a");
  private static final ContentKey B = PREFIX.key("b");
  private static final ContentKey C = PREFIX.key("c");

  private final InMemoryContent content = new InMemoryContent();
  private final FaultPlan plan = new FaultPlan();
  private final FaultingContent faulting = new FaultingContent(content.access(), plan);

  /** Without a fault the wrapper is a content store like any other. */
  @Nested
  class Store extends ContentStoreContract {
    private final InMemoryContent sound = new InMemoryContent();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return new FaultingContent(sound.reopen().access(), FaultInjector.NONE).access();
    }
  }

  @Nested
  class Purger extends ContentPurgerContract {
    private final InMemoryContent sound = new InMemoryContent();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return new FaultingContent(sound.reopen().access(), FaultInjector.NONE).access();
    }
  }

  /** Each call delivered twice is still a content store like any other. */
  @Nested
  class DuplicatedStore extends ContentStoreContract {
    private final InMemoryContent sound = new InMemoryContent();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return new FaultingContent(sound.reopen().access(), call -> new Fault.Duplicate()).access();
    }
  }

  @Test
  void failBefore_noEffect() {
    plan.at(Role.WRITER, "commit", 1, new Fault.FailBefore());
    ContentWriter writer = faulting.writer(PREFIX);
    writer.put(A, body("a"));
    assertThrows(ContentException.class, writer::commit);
    assertThrows(ContentException.class, writer::commit);
    assertEquals(0, content.size());
    assertEquals(1, plan.struck().size());
  }

  @Test
  void replyLost_effectDone() {
    plan.at(Role.WRITER, "commit", 1, new Fault.ReplyLost());
    plan.at(Role.PURGER, "delete", 1, new Fault.ReplyLost());
    assertThrows(ContentException.class, () -> store(A, B));
    assertEquals(List.of(A, B), content.keys());
    assertThrows(ContentException.class, () -> faulting.delete(permit(A)));
    assertEquals(List.of(B), content.keys());
  }

  @Test
  void tornCommit_firstKeysOnly() {
    plan.at(Role.WRITER, "commit", 1, new Fault.Torn(2));
    assertThrows(ContentException.class, () -> store(C, A, B));
    assertEquals(List.of(A, C), content.keys());
  }

  @Test
  void tornPut_nothing() {
    plan.at(Role.WRITER, "put", 1, new Fault.Torn(3));
    try (ContentWriter writer = faulting.writer(PREFIX)) {
      assertThrows(ContentException.class, () -> writer.put(A, body("abcdef")));
      writer.put(B, body("b"));
      writer.commit();
    }
    assertEquals(List.of(B), content.keys());
  }

  @Test
  void tornDelete_firstKeysOnly() {
    store(A, B, C);
    plan.at(Role.PURGER, "delete", 1, new Fault.Torn(1));
    assertThrows(ContentException.class, () -> faulting.delete(permit(A, B)));
    assertEquals(List.of(B, C), content.keys());
    assertEquals(List.of(Outcome.APPLIED, Outcome.APPLIED), faulting.delete(permit(A, B)));
  }

  @Test
  void tornRead_errorNotEnd() throws IOException {
    store(A);
    plan.at(Role.READ, "read", 1, new Fault.Torn(1));
    try (InputStream in = faulting.open(A, ByteRange.ALL, ReadPurpose.USE)) {
      assertEquals(1, in.read(new byte[10]));
      assertThrows(IOException.class, in::read);
      assertThrows(IOException.class, in::readAllBytes);
    }
  }

  @Test
  void crash_beforeAndAfter() {
    plan.at(Role.WRITER, "commit", 1, new Fault.CrashBefore());
    plan.at(Role.WRITER, "commit", 2, new Fault.CrashAfter());
    assertThrows(SimulatedCrash.class, () -> store(A));
    assertEquals(List.of(), content.keys());
    assertThrows(SimulatedCrash.class, () -> store(A));
    assertEquals(List.of(A), content.keys());
  }

  @Test
  void delay_runsOthersMeanwhile() {
    List<Integer> sizes = new ArrayList<>();
    plan.at(
        Role.WRITER,
        "commit",
        1,
        new Fault.Delay(() -> sizes.add(content.size()), () -> sizes.add(content.size())));
    store(A);
    assertEquals(List.of(0, 1), sizes);
  }

  @Test
  void staleRead_onlyWhereAllowed() {
    FaultPlan stale =
        new FaultPlan()
            .at(Role.CONTENT, "stat", 2, new Fault.StaleRead())
            .at(Role.CONTENT, "stat", 3, new Fault.StaleRead());
    FaultingContent strict = new FaultingContent(content.access(), stale);
    FaultingContent lenient = new FaultingContent(content.access(), stale, true);
    assertEquals(Optional.empty(), strict.stat(A));
    assertThrows(IllegalArgumentException.class, () -> strict.stat(A));
    assertEquals(Optional.empty(), lenient.stat(A));
    store(A);
    assertEquals(Optional.empty(), lenient.stat(A));
    assertEquals(Optional.empty(), lenient.stat(A));
    assertEquals(1, lenient.stat(A).orElseThrow().length());
  }

  @Test
  void staleRead_isHeardWhereItsAnswerIsAnother() {
    List<CallSite> heard = new ArrayList<>();
    FaultInjector stale =
        new FaultInjector() {
          @Override
          public Fault next(CallSite call) {
            return call.count() == 1 ? Fault.NONE : new Fault.StaleRead();
          }

          @Override
          public void answeredStale(CallSite call) {
            heard.add(call);
          }
        };
    FaultingContent lenient = new FaultingContent(content.access(), stale, true);
    lenient.stat(A);
    lenient.stat(A);
    assertEquals(List.of(), heard);
    store(A);
    assertEquals(Optional.empty(), lenient.stat(A));
    assertEquals(List.of(new CallSite(Role.CONTENT, "stat", 3)), heard);
  }

  @Test
  void hooks_damageShows() {
    store(A, B);
    Digest sound = content.stat(A).orElseThrow().checksum().orElseThrow().digest();
    content.corrupt(A, 7);
    assertEquals(
        false, sound.equals(content.stat(A).orElseThrow().checksum().orElseThrow().digest()));
    content.truncate(B, 0);
    assertArrayEquals(new byte[0], content.bytes(B));
    assertEquals(true, content.remove(B));
    assertEquals(false, content.remove(B));
    assertThrows(IllegalArgumentException.class, () -> content.bytes(B));
  }

  private void store(ContentKey... keys) {
    try (ContentWriter writer = faulting.writer(PREFIX)) {
      for (ContentKey key : keys) {
        writer.put(key, body("x"));
      }
      writer.commit();
    }
  }

  private static Permit permit(ContentKey... keys) {
    return new Permit(
        Permit.Reason.DISCARD, SequenceKey.of("o1", "s1"), "transition 1", PREFIX, List.of(keys));
  }

  private static ContentBody body(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayInputStream source = new ByteArrayInputStream(bytes);
    return new ContentBody() {
      @Override
      public OptionalLong length() {
        return OptionalLong.of(bytes.length);
      }

      @Override
      public int read(byte[] buffer, int offset, int length) {
        return source.read(buffer, offset, length);
      }

      @Override
      public Digest digest() {
        return Digest.of(bytes);
      }
    };
  }
}
