package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.Embedded;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Sequences of one item of 1 KB on the embedded default, from submission to publication. */
final class SmallSequences implements AutoCloseable {

  /** Threads that submit. */
  static final int SUBMITTERS = 16;

  private static final Duration IDLE_BETWEEN = Duration.ofMillis(20);

  private final Published published = new Published();
  private final Embedded embedded;
  private final ExecutorService submitters = Executors.newFixedThreadPool(SUBMITTERS);
  private final AtomicLong next = new AtomicLong();
  private final byte[] item = new byte[1_000];

  SmallSequences() throws IOException {
    embedded = new Embedded(published);
    embedded.ingest().start();
  }

  /**
   * A receipt that is out, and when it was.
   *
   * @param key the sequence
   * @param at by the monotonic clock
   */
  private record Accepted(SequenceKey key, long at) {}

  /** Takes sequences from submission to publication, all at once; returns how many a second. */
  double perSecond(int count) throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    List<Future<Accepted>> submissions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      submissions.add(submitters.submit(this::submit));
    }
    long last = start;
    for (Future<Accepted> submission : submissions) {
      last = Math.max(last, published.await(submission.get().key()));
    }
    return count * 1e9 / (last - start);
  }

  /** Submits one sequence after the other, each to an idle engine; milliseconds to VERIFIED. */
  Samples idle(int count) throws InterruptedException, IOException {
    List<Double> latencies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      LockSupport.parkNanos(IDLE_BETWEEN.toNanos());
      latencies.add(latency(submit()));
    }
    return new Samples(latencies);
  }

  /**
   * What submissions at a fixed pace gave.
   *
   * @param latencies milliseconds from each receipt to VERIFIED
   * @param perSecond the submissions that had their receipts, a second
   */
  record Loaded(Samples latencies, double perSecond) {}

  /** Submits at a fixed pace, whether or not the ones before have come to their ends. */
  Loaded loaded(double perSecond, Duration time) throws InterruptedException, ExecutionException {
    long every = (long) (1e9 / perSecond);
    List<Future<Accepted>> submissions = new ArrayList<>();
    long start = System.nanoTime();
    for (long due = 0; due < time.toNanos(); due += every) {
      long wait = start + due - System.nanoTime();
      while (wait > 0) {
        LockSupport.parkNanos(wait);
        wait = start + due - System.nanoTime();
      }
      submissions.add(submitters.submit(this::submit));
    }
    List<Double> latencies = new ArrayList<>();
    long last = start;
    for (Future<Accepted> submission : submissions) {
      last = Math.max(last, submission.get().at());
      latencies.add(latency(submission.get()));
    }
    return new Loaded(new Samples(latencies), submissions.size() * 1e9 / (last - start));
  }

  /** The news of a publication may come before the receipt has reached its submitter. */
  private double latency(Accepted accepted) throws InterruptedException {
    return Math.max(0, published.await(accepted.key()) - accepted.at()) / 1e6;
  }

  private Accepted submit() throws IOException {
    long number = next.getAndIncrement();
    SequenceKey key = SequenceKey.of("owner-" + number % 10, "ride-" + number);
    embedded.ingest().submit(key, upload -> upload.add(ItemName.of("item"), item));
    return new Accepted(key, System.nanoTime());
  }

  @Override
  public void close() throws IOException {
    submitters.shutdownNow();
    embedded.close();
  }
}
