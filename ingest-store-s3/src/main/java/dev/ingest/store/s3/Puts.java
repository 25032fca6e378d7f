package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;

/** Both ways in which a body is put, and what they share. */
record Puts(
    Bucket bucket,
    WholePut whole,
    MultipartPut multipart,
    Transfers transfers,
    PartSizes sizes,
    Buffers buffers) {

  static Puts of(Bucket bucket, S3ContentOptions options, PartSizes sizes, boolean trusted) {
    Calls calls = bucket.calls();
    Comparison comparison = new Comparison(bucket, trusted);
    S3Transfer transfer = options.transfer();
    Transfers transfers =
        new Transfers(calls.name(), transfer.concurrency(), transfer.memoryBytes());
    Buffers buffers = new Buffers(sizes.first(), transfer.memoryBytes() + sizes.first());
    MultipartRequests requests = MultipartRequests.of(calls, options, trusted);
    return new Puts(
        bucket,
        new WholePut(bucket, comparison, options.encryption(), trusted),
        new MultipartPut(bucket, comparison, requests, transfers, buffers),
        transfers,
        sizes,
        buffers);
  }

  Parts parts(ContentKey key, ContentBody body) {
    return new Parts(bucket.calls().name(), key, body, sizes, buffers);
  }
}
