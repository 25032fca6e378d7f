package dev.ingest.testkit.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Has a parser read inputs on the calling thread, and judges what it does: what it returns or
 * throws, how much it allocates, and how much of the processor's time it takes.
 *
 * <p>What is allocated is counted by the virtual machine for the thread, so what was let go at once
 * counts as well, and it is bounded by the length of the input: a length or a count that an input
 * only announces must cost nothing. The time is the thread's own, so a busy machine makes nothing
 * slow.
 */
final class Examiner {

  /** What any input may allocate. */
  private static final long FIXED_BYTES = 1 << 20;

  /** What each of its bytes may allocate beside. */
  private static final long BYTES_PER_BYTE = 1 << 10;

  /** How long any input may take, in nanoseconds. */
  private static final long FIXED_NANOS = 500_000_000L;

  /** How long each of its bytes may take beside. */
  private static final long NANOS_PER_BYTE = 20_000;

  private static final int FRAMES = 8;
  private static final int CAUSES = 8;
  private static final String SLOW = "time";

  private final FuzzSubject subject;
  private final ThreadMXBean threads;
  private long mostBytes;

  Examiner(FuzzSubject subject) {
    this.subject = subject;
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()
        || !threads.isCurrentThreadCpuTimeSupported()) {
      throw new IllegalStateException(
          "this Java does not count what a thread allocates and takes; run on one that does");
    }
    this.threads = threads;
  }

  /**
   * What came of an input.
   *
   * @param refusal what was thrown; empty if it was accepted
   * @param kind where it was refused, for inputs that are refused elsewhere to be told apart
   * @param finding what is wrong with that
   */
  record Examined(Optional<Throwable> refusal, String kind, Optional<String> finding) {

    boolean isAccepted() {
      return refusal.isEmpty();
    }

    /** Tells whether it took too long, so that it is not tried often. */
    boolean isSlow() {
      return kind.equals(SLOW);
    }

    /** Tells whether both are wrong in the same way. */
    boolean isLike(Examined other) {
      return finding.isPresent() == other.finding.isPresent() && kind.equals(other.kind);
    }
  }

  /** The time of a processor that the calling thread has used, in nanoseconds. */
  long processorNanos() {
    return threads.getCurrentThreadCpuTime();
  }

  /** The most that an input allocated so far. */
  long mostBytes() {
    return mostBytes;
  }

  /**
   * Has an input read. One that takes too much is read once more, since the first reading may have
   * loaded classes; what it takes then counts.
   */
  Examined examine(byte[] input) {
    Reading reading = read(input);
    if (reading.isTooMuch(input.length)) {
      reading = read(input);
    }
    mostBytes = Math.max(mostBytes, reading.bytes());
    Throwable thrown = reading.thrown();
    Optional<Throwable> refusal = Optional.ofNullable(thrown);
    String kind = kind(thrown, input.length);
    if (thrown != null && !subject.refusals().contains(thrown.getClass())) {
      return new Examined(refusal, kind, Optional.of("threw " + thrown));
    } else if (reading.bytes() > mostBytes(input.length)) {
      String what = "allocated %d bytes, at most %d";
      return new Examined(
          refusal, "memory", Optional.of(what.formatted(reading.bytes(), mostBytes(input.length))));
    } else if (reading.nanos() > mostNanos(input.length)) {
      String what = "took %d ns, at most %d";
      return new Examined(
          refusal, SLOW, Optional.of(what.formatted(reading.nanos(), mostNanos(input.length))));
    }
    return new Examined(refusal, kind, Optional.empty());
  }

  private record Reading(@Nullable Throwable thrown, long bytes, long nanos) {

    boolean isTooMuch(int length) {
      return bytes > mostBytes(length) || nanos > mostNanos(length);
    }
  }

  private static long mostBytes(int length) {
    return FIXED_BYTES + BYTES_PER_BYTE * length;
  }

  private static long mostNanos(int length) {
    return FIXED_NANOS + NANOS_PER_BYTE * length;
  }

  private Reading read(byte[] input) {
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long nanos = threads.getCurrentThreadCpuTime();
    Throwable thrown = thrown(input);
    nanos = threads.getCurrentThreadCpuTime() - nanos;
    bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
    return new Reading(thrown, bytes, nanos);
  }

  /** Everything is caught here: what a parser throws is what is examined. */
  private @Nullable Throwable thrown(byte[] input) {
    try {
      subject.trial().run(input);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /**
   * What was accepted is told apart by its length alone, in powers of two; what was refused, by
   * where its first cause was thrown, as one place may wrap what many rules refuse.
   */
  private static String kind(@Nullable Throwable thrown, int length) {
    if (thrown == null) {
      return "accepted " + (Integer.SIZE - Integer.numberOfLeadingZeros(length));
    }
    Throwable first = thrown;
    for (int i = 0; i < CAUSES && first.getCause() != null; i++) {
      first = first.getCause();
    }
    return Arrays.stream(first.getStackTrace())
        .limit(FRAMES)
        .map(frame -> frame.getClassName() + ":" + frame.getLineNumber())
        .collect(Collectors.joining(" ", thrown.getClass().getName() + " ", ""));
  }
}
