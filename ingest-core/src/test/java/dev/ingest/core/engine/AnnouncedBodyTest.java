package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.ItemRefusedException.Reason;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** An item is stored as it was announced, and not beyond what it may have. */
final class AnnouncedBodyTest {

  private static final String TEXT = "alpha";

  private final List<Long> heard = new ArrayList<>();

  private AnnouncedBody body(OptionalLong length, Optional<Digest> digest, long most) {
    return new AnnouncedBody(
        new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_8)),
        new AnnouncedBody.Announcement(
            SequenceKey.of("alice", "ride-1"), ItemName.of("a"), length, digest, most),
        heard::add,
        Runnable::run);
  }

  private static void read(AnnouncedBody body) {
    byte[] buffer = new byte[3];
    while (body.read(buffer, 0, buffer.length) >= 0) {}
  }

  private static void refused(Reason reason, Runnable act) {
    assertEquals(reason, assertThrows(ItemRefusedException.class, act::run).reason());
  }

  @Test
  void whatCame_isHeardOfStepByStep() {
    read(body(OptionalLong.empty(), Optional.empty(), 5));
    assertEquals(List.of(3L, 5L), heard);
    heard.clear();
    read(body(OptionalLong.of(5), Optional.of(Digest.ofUtf8(TEXT)), 5));
    assertEquals(List.of(3L, 5L), heard);
  }

  @Test
  void otherLengthOrDigest_isRefused() {
    refused(Reason.OTHER_BYTES, () -> read(body(OptionalLong.of(4), Optional.empty(), 9)));
    refused(Reason.OTHER_BYTES, () -> read(body(OptionalLong.of(6), Optional.empty(), 9)));
    refused(Reason.OTHER_BYTES, () -> body(OptionalLong.of(-1), Optional.empty(), 9));
    Optional<Digest> other = Optional.of(Digest.ofUtf8("other"));
    refused(Reason.OTHER_BYTES, () -> read(body(OptionalLong.empty(), other, 9)));
  }

  @Test
  void moreThanTheLimit_isRefusedAtOnceWhereItIsAnnounced() {
    refused(Reason.OVER_LIMIT, () -> body(OptionalLong.of(5), Optional.empty(), 4));
    refused(Reason.OVER_LIMIT, () -> read(body(OptionalLong.empty(), Optional.empty(), 4)));
    assertEquals(List.of(3L), heard);
    assertEquals(
        OptionalLong.of(0), body(OptionalLong.of(0), Optional.empty(), 0).length(), "nothing");
  }
}
