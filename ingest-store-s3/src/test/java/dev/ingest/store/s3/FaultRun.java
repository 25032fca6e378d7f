package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;

import dev.ingest.spi.Digest;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Fault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/**
 * One sequence under random faults of a bounded number, and one of the kind whose turn it is by the
 * seed before the first step and before the purge: opened, put by one writer after the other until
 * it is committed, read, purged and swept, and judged below the protocol after each step.
 */
final class FaultRun {

  private static final int SPARE = 20;

  private final SplittableRandom random;
  private final boolean rival;
  private final long most;
  private final S3Fault planted;
  private final FaultyPlace place;
  private final BelowProtocol below;
  private final Map<ContentKey, byte[]> items = new TreeMap<>();

  private FaultRun(long seed, FaultyPlace place, SplittableRandom random) {
    this.random = random;
    this.rival = random.nextInt(6) == 0;
    this.most = random.nextInt(3, 30);
    this.planted = Faults.KINDS.get((int) Math.floorMod(seed, (long) Faults.KINDS.size()));
    this.place = place;
    this.below = BelowProtocol.of(place);
    int small = random.nextInt(1, 9);
    for (int i = 0; i < small; i++) {
      items.put(key("k" + i), bytes(random.nextInt(FaultyPlace.PART), seed + i));
    }
    int large = FaultyPlace.PART + 1 + random.nextInt(3 * FaultyPlace.PART);
    items.put(key(random.nextBoolean() ? "k3-large" : "l-large"), bytes(large, seed - 1));
    beginFaults();
  }

  private void beginFaults() {
    double rate = random.nextDouble(0.002, 0.02);
    place
        .server()
        .rule(
            Faults.planted(planted, () -> struck(planted.kind()))
                .or(Faults.atRandom(random.nextLong(), most, rate)));
  }

  /** Returns the faults that struck; what is wrong is an {@link AssertionError}. */
  static Map<Kind, Long> run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (FaultyPlace place = new FaultyPlace(random.nextInt(4) == 0)) {
      FaultRun run = new FaultRun(seed, place, random);
      run.write();
      run.readUnderFaults();
      run.readInPeace();
      run.purge();
      run.sweep();
      return place.server().struck();
    }
  }

  private interface Step {

    void run() throws ContentException;
  }

  /** Does it again until it succeeds, as core does. */
  private void repeated(String what, Step step) {
    ContentException last = null;
    for (int i = 0; i < most + SPARE; i++) {
      try {
        step.run();
        return;
      } catch (ContentConflictException | ContentMissingException e) {
        throw new AssertionError(what + " was refused for ever, and was right", e);
      } catch (ContentException e) {
        last = e;
        if (random.nextBoolean()) {
          place.server().release();
        }
      }
    }
    throw new AssertionError(what + " did not succeed in " + (most + SPARE) + " times", last);
  }

  /**
   * Does what must succeed at once, now that the server does not fail. The client's patience is as
   * short as ever, though, and may end on a busy machine: only then is it done again.
   */
  private static void inPeace(Step step) {
    ContentException last = null;
    for (int i = 0; i < SPARE; i++) {
      try {
        step.run();
        return;
      } catch (ContentException e) {
        if (!isTimeout(e)) {
          throw e;
        }
        last = e;
      }
    }
    throw new AssertionError("the server did not answer in " + SPARE + " times", last);
  }

  private void write() {
    repeated("the opening", place::open);
    if (rival) {
      meetRival();
    }
    repeated("the commit", this::putAll);
    below.requireStored(items);
    if (random.nextInt(4) == 0) {
      repeated("the same commit again", this::putAll);
    }
  }

  private void putAll() {
    try (ContentWriter writer = place.store().writer(PREFIX)) {
      items.forEach((key, bytes) -> put(writer, key, bytes));
      writer.commit();
    } finally {
      below.requireAbsentOrComplete(items);
    }
  }

  private static void put(ContentWriter writer, ContentKey key, byte[] bytes) {
    ContentStat stat = writer.put(key, body(bytes));
    if (stat.length() != bytes.length
        || !stat.checksum().map(Checksum::digest).equals(Optional.of(Digest.of(bytes)))) {
      throw new AssertionError("put " + key + " and was told " + stat);
    }
  }

  /** Other bytes under a key that is taken are refused for ever, and those that are there stay. */
  private void meetRival() {
    Map.Entry<ContentKey, byte[]> taken =
        List.copyOf(items.entrySet()).get(random.nextInt(items.size()));
    ContentKey key = taken.getKey();
    byte[] other = bytes(taken.getValue().length + random.nextInt(2), -7);
    repeated("the first commit", this::putAll);
    repeated(
        "the refusal of other bytes",
        () -> {
          try (ContentWriter writer = place.store().writer(PREFIX)) {
            writer.put(key, body(other));
            writer.commit();
          } catch (ContentConflictException expected) {
            return;
          } finally {
            below.requireStored(items);
          }
          if (!Arrays.equals(taken.getValue(), other)) {
            throw new AssertionError("other bytes for " + key + " were committed");
          }
        });
  }

  private void readUnderFaults() {
    for (Map.Entry<ContentKey, byte[]> item : items.entrySet()) {
      ContentKey key = item.getKey();
      byte[] expected = item.getValue();
      repeated("the look at " + key, () -> look(key, expected));
      repeated("the reading of " + key, () -> read(key, expected, ByteRange.ALL));
      long from = random.nextLong(expected.length + 1L);
      long before = struck(Kind.CORRUPT_BODY);
      ByteRange range = new ByteRange(from, random.nextLong(FaultyPlace.PART));
      repeated("the reading of " + range, () -> readRange(key, expected, range, before));
    }
    repeated("the listing", () -> list(struck(Kind.STALE_LISTING)));
  }

  private void look(ContentKey key, byte[] expected) {
    long wrong = struck(Kind.WRONG_CHECKSUM);
    ContentStat stat =
        place
            .store()
            .stat(key)
            .orElseThrow(() -> new AssertionError(key + " is committed, and told absent"));
    boolean right =
        stat.checksum().map(Checksum::digest).map(Digest.of(expected)::equals).orElse(true);
    if (stat.length() != expected.length || !(right || struck(Kind.WRONG_CHECKSUM) > wrong)) {
      throw new AssertionError("stored " + expected.length + " bytes, told " + stat);
    }
  }

  private void read(ContentKey key, byte[] expected, ByteRange range) {
    byte[] found = readAll(key, range);
    if (!Arrays.equals(expected, found)) {
      throw new AssertionError(
          key + ", " + range + ": " + expected.length + " bytes, read other " + found.length);
    }
  }

  /** The bytes of a part of an object have no checksum, so that their number alone is sure. */
  private void readRange(ContentKey key, byte[] stored, ByteRange range, long corrupt) {
    int from = Math.toIntExact(range.offset());
    int to = Math.toIntExact(Math.min(stored.length, range.offset() + range.length()));
    byte[] expected = Arrays.copyOfRange(stored, from, Math.max(from, to));
    if (struck(Kind.CORRUPT_BODY) == corrupt) {
      byte[] found = readAll(key, range);
      boolean damaged = struck(Kind.CORRUPT_BODY) > corrupt;
      if (found.length != expected.length || !(damaged || Arrays.equals(found, expected))) {
        throw new AssertionError(key + ", " + range + ": read other bytes: " + found.length);
      }
    }
  }

  private byte[] readAll(ContentKey key, ByteRange range) {
    try (InputStream in = place.store().open(key, range, ReadPurpose.USE)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ContentException("broken off: " + e.getMessage(), e);
    }
  }

  private void list(long stale) {
    List<ContentKey> found =
        place.store().list(PREFIX, Optional.empty(), 1_000).entries().stream()
            .map(ContentStat::key)
            .toList();
    if (struck(Kind.STALE_LISTING) == stale && !found.equals(List.copyOf(items.keySet()))) {
      throw new AssertionError("stored " + items.keySet() + ", listed " + found);
    }
  }

  private long struck(Kind kind) {
    return place.server().struck(kind);
  }

  private void readInPeace() {
    place.calm();
    below.requireStored(items);
    items.forEach(
        (key, bytes) -> {
          inPeace(() -> look(key, bytes));
          inPeace(() -> read(key, bytes, ByteRange.ALL));
        });
    inPeace(() -> list(struck(Kind.STALE_LISTING)));
  }

  private void purge() {
    beginFaults();
    List<ContentKey> left = new ArrayList<>(items.keySet());
    repeated(
        "the purge",
        () -> {
          List<Outcome> outcomes =
              place.purger().delete(Bodies.permit(left.toArray(ContentKey[]::new)));
          List<ContentKey> unknown = new ArrayList<>();
          for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i).isApplied()) {
              below.requireAbsent(left.get(i));
            } else {
              unknown.add(left.get(i));
            }
          }
          left.clear();
          left.addAll(unknown);
          if (!left.isEmpty()) {
            throw new ContentException("not known to be deleted: " + left);
          }
        });
  }

  /** What hung lands before, since a request that lands after the sweep is for the next one. */
  private void sweep() {
    place.land();
    place.abandon();
    repeated("the sweep", place::sweep);
    place.land();
    below.requireNoUploads();
    place.calm();
    inPeace(place::sweep);
    below.requireNothing();
  }

  private static boolean isTimeout(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException
          || cause instanceof ApiCallTimeoutException
          || cause instanceof ApiCallAttemptTimeoutException) {
        return true;
      }
    }
    return false;
  }
}
