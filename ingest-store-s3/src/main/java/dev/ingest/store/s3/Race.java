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

  Optional<Finding> on(String objectKey) {
    List<String> winners = new ArrayList<>();
    List<Boolean> won = run(objectKey);
    for (int i = 0; i < won.size(); i++) {
      if (won.get(i)) {
        winners.add(body(i));
      }
    }
    if (winners.size() > 1) {
      return Optional.of(
          Finding.never(
              winners.size()
                  + " of "
                  + RACERS
                  + " puts with If-None-Match that raced for one key were told that they stored"
                  + " their bytes, so acknowledged bytes are replaced"));
    }
    String stored = new String(reading.apply(objectKey), StandardCharsets.UTF_8);
    // The reply to the winner may have been lost; its attempt after that was refused then.
    if (!winners.isEmpty() && !winners.contains(stored)) {
      return Optional.of(
          Finding.never("of puts that raced for one key, one that was refused is stored"));
    }
    return Optional.empty();
  }

  private static String body(int racer) {
    return "the bytes of racer " + racer;
  }

  private List<Boolean> run(String objectKey) {
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
      List<Callable<Boolean>> puts = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        byte[] bytes = body(i).getBytes(StandardCharsets.UTF_8);
        puts.add(
            () -> {
              ready.countDown();
              ready.await();
              return isStored(objectKey, bytes);
            });
      }
      List<Boolean> won = new ArrayList<>();
      for (Future<Boolean> one : racers.invokeAll(puts)) {
        won.add(one.get());
      }
      return won;
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

  private boolean isStored(String objectKey, byte[] bytes) {
    Part part = new Part(1, bytes, bytes.length);
    return calls.run(
        "put a probe that races",
        client -> {
          try {
            String digest = Stored.base64(Digest.of(bytes));
            return client
                    .putObject(whole.request(objectKey, part, digest).build(), part.request())
                    .eTag()
                != null;
          } catch (S3Exception e) {
            if (WholePut.isTaken(e)) {
              return false;
            }
            throw e;
          }
        });
  }
}
