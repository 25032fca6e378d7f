package dev.ingest.store.s3;

import java.util.concurrent.atomic.AtomicInteger;

/** Names of buckets, each given out once. */
final class Buckets {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private Buckets() {}

  static String next() {
    return "bucket-" + COUNT.incrementAndGet();
  }
}
