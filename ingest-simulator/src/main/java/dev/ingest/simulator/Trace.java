package dev.ingest.simulator;

import dev.ingest.spi.Digest;
import dev.ingest.testkit.fault.CallSite;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Everything that happens in a run, in order, as a hash and, if wanted, as a readable story. */
final class Trace {

  private static final int CALL_BYTES = 24;

  private final InstantSource time;
  private final Instant start;
  private final @Nullable PrintStream story;
  private final MessageDigest running = Digest.newMessageDigest();
  private final ByteBuffer call = ByteBuffer.allocate(CALL_BYTES);
  private long events;

  Trace(InstantSource time, @Nullable PrintStream story) {
    this.time = time;
    this.start = time.instant();
    this.story = story;
  }

  void call(String who, CallSite site) {
    events++;
    call.clear();
    call.putLong(time.instant().toEpochMilli())
        .putInt(who.hashCode())
        .putInt(site.role().name().hashCode())
        .putInt(site.method().hashCode())
        .putInt((int) site.count());
    running.update(call.array());
  }

  void say(String who, String what) {
    events++;
    running.update(who.getBytes(StandardCharsets.UTF_8));
    running.update(what.getBytes(StandardCharsets.UTF_8));
    running.update((byte) '\n');
    if (story != null) {
      Duration since = Duration.between(start, time.instant());
      story.printf("%12.3f s  %-12s %s%n", since.toMillis() / 1000.0, who, what);
    }
  }

  long events() {
    return events;
  }

  /** Ends the trace. */
  Digest hash() {
    return Digest.finish(running);
  }
}
