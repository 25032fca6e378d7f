package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Puts different bytes under one free key at the same time, each only if the key is free: whoever
 * looks first and stores then lets several of them win, and loses what all but one were told is
 * stored. That a race was won once is no proof that the next one will be.
 */
final class Race {

  static final int RACERS = 8;

  private final Calls calls;
  private final WholePut whole;
  private final Function<String, byte[]> reading;

  Race(Calls calls, WholePut whole, Function<String, byte[]> reading) {
    this.calls = calls;
    this.whole = whole;
    this.reading = reading;
  }

  /**
   * What became of a race.
   *
   * @param finding what is wrong with it
   * @param stored the bytes that are there
   * @param told the SHA-256 that the server told of them, in Base64
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, and compared by nobody
  record Result(Optional<Finding> finding, byte[] stored, Optional<String> told) {}

  /** What one put was told: of a success, and of which checksum. */
  private record Told(boolean won, Optional<String> checksum) {}

  Result on(String objectKey) {
    List<Told> all = run(objectKey);
    List<Integer> winners =
        IntStream.range(0, all.size()).filter(i -> all.get(i).won()).boxed().toList();
    byte[] stored = reading.apply(objectKey);
    Optional<Integer> kept = winners.stream().filter(i -> body(i).equals(text(stored))).findFirst();
    return new Result(
        finding(winners, kept.isPresent()), stored, kept.flatMap(i -> all.get(i).checksum()));
  }

  private static Optional<Finding> finding(List<Integer> winners, boolean winnerIsStored) {
    if (winners.size() > 1) {
      return Optional.of(
          Finding.never(
              winners.size()
                  + " of "
                  + RACERS
                  + " puts with If-None-Match that raced for one key were told that they stored"
                  + " their bytes, so acknowledged bytes are replaced"));
    }
    // The reply to the winner may have been lost; its attempt after that was refused then.
    return winners.isEmpty() || winnerIsStored
        ? Optional.empty()
        : Optional.of(
            Finding.never("of puts that raced for one key, one that was refused is stored"));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String body(int racer) {
    return "the bytes of racer " + racer;
  }

  private List<Told> run(String objectKey) {
    ExecutorService racers =
        Executors.newFixedThreadPool(
            RACERS,
            task -> {
              Thread thread = new Thread(task, "ingest-s3-probe");
              thread.setDaemon(true);
              return thread;
            });
    try {
      CountDownLatch ready = new CountDownLatch(RACERS);
      List<Callable<Told>> puts = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        byte[] bytes = body(i).getBytes(StandardCharsets.UTF_8);
        puts.add(
            () -> {
              ready.countDown();
              ready.await();
              return put(objectKey, bytes);
            });
      }
      List<Told> told = new ArrayList<>();
      for (Future<Told> one : racers.invokeAll(puts)) {
        told.add(one.get());
      }
      return told;
    } catch (ExecutionException e) {
      throw new ContentException(
          calls.name() + ": could not let probes race: " + e.getCause() + "; open it again", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContentException(calls.name() + ": interrupted; open it again", e);
    } finally {
      racers.shutdownNow();
    }
  }

  private Told put(String objectKey, byte[] bytes) {
    Part part = new Part(1, bytes, bytes.length);
    String digest = Stored.base64(Digest.of(bytes));
    return calls.run(
        "put a probe that races",
        client -> {
          try {
            PutObjectResponse answer =
                client.putObject(whole.request(objectKey, part, digest).build(), part.request());
            return new Told(answer.eTag() != null, Optional.ofNullable(answer.checksumSHA256()));
          } catch (S3Exception e) {
            if (WholePut.isTaken(e)) {
              return new Told(false, Optional.empty());
            }
            throw e;
          }
        });
  }
}
