package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentUpkeep;
import dev.ingest.spi.content.DeletionRule;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Content on S3, or on a server that speaks its protocol: one object per key, below one prefix of a
 * bucket.
 *
 * <p>An opening tries the server and reads the bucket's settings: that a taken key is refused and
 * keeps its bytes, that bytes which are not those of their checksum are refused and that the
 * checksum is told, and that no object lock does to objects what the ledger does not know.
 * Lifecycle rules that end objects are read and told as {@link
 * dev.ingest.spi.content.ContentCapabilities#deletionRules()}, which the engine compares with its
 * time to live. Everything that was found is listed in one error, and what cannot be read is found,
 * too; a {@link S3Risk} can be accepted by its name.
 *
 * <p>A body that fits a part is put by one request, with its SHA-256, which the server computes
 * again and keeps: {@link dev.ingest.spi.content.ContentStore#stat} tells it as {@link
 * dev.ingest.spi.content.Checksum.Provenance#BACKEND_COMPUTED}. A larger one is uploaded in parts
 * with the CRC32C of each and of all, for which a server can check all bytes too; but a CRC32C is
 * no digest, so such an object has none, and only reading it back proves it. {@link S3Transfer}
 * says how much memory that takes.
 *
 * <p>Every request is bounded in time and in attempts, by the client's retries and by {@link
 * S3Transfer}. An error leaves the effect unknown unless its type says otherwise, and the same call
 * can be repeated. Reads are independent of writers: nothing here or before the server caches.
 *
 * <p>Threads: at most {@link S3Transfer#concurrency()}, named {@code ingest-s3-1} and so on, which
 * end when they are idle. Safe for use by several threads; several processes may use one place.
 */
public final class S3Content implements AutoCloseable {

  private final S3ContentOptions options;
  private final InstantSource clock;
  private final Calls calls;
  private final Puts puts;
  private final MultipartRequests requests;
  private final ContentAccess access;
  private final boolean versioned;

  private S3Content(
      Calls calls, S3ContentOptions options, PartSizes sizes, InstantSource clock, Opened opened) {
    this.options = options;
    this.clock = clock;
    this.calls = calls;
    Bucket bucket = new Bucket(calls);
    this.versioned = opened.versioned();
    this.puts = Puts.of(bucket, options, sizes, opened.trusted());
    this.requests = MultipartRequests.of(calls, options, opened.trusted());
    this.access =
        new ContentAccess(
            new S3ContentStore(bucket, puts, opened.trusted(), opened.deletionRules()),
            new S3ContentPurger(bucket, versioned),
            new Upkeep());
  }

  /**
   * What an opening found out: whether checksums can be trusted, whether there are versions, and
   * what the bucket deletes by itself.
   */
  private record Opened(boolean trusted, boolean versioned, List<DeletionRule> deletionRules) {}

  private final class Upkeep implements ContentUpkeep {

    @Override
    public void sweep() {
      S3Content.this.sweep();
    }

    @Override
    public List<DeletionRule> deletionRules() {
      return new BucketSettings(calls, options).readDeletionRules();
    }
  }

  /**
   * Opens a place with a client of the caller's.
   *
   * @param client the client; it stays its owner's and is not closed. Its retries, its time-outs of
   *     connections and reads and the number of its connections are taken as they are: bound them,
   *     and have at least as many connections as {@link S3Transfer#concurrency()} and callers
   * @param options how content lies in its bucket
   * @param clock the time, for ages of unfinished uploads only
   * @return the content, to be closed by the caller
   * @throws ContentException if the server does not answer, breaks a promise, or has a risk that
   *     was not accepted
   */
  public static S3Content open(S3Client client, S3ContentOptions options, InstantSource clock) {
    return open(client, options, sizes(options), clock);
  }

  /** With parts of other sizes than S3 takes, for servers that do. */
  static S3Content open(
      S3Client client, S3ContentOptions options, PartSizes sizes, InstantSource clock) {
    return open(new Calls(client, false, options), options, sizes, clock);
  }

  private static PartSizes sizes(S3ContentOptions options) {
    return new PartSizes(options.transfer().partBytes());
  }

  /**
   * Opens {@code s3://bucket/prefix?region=…&endpoint=…&pathStyle=…} with a client of its own,
   * which is closed with the content, see {@link S3ContentProvider}.
   *
   * @param uri where the bytes are
   * @param clock the time, for ages of unfinished uploads only
   * @return the content, to be closed by the caller
   * @throws ContentException if it cannot be used
   */
  public static S3Content open(URI uri, InstantSource clock) {
    S3Uri parsed = S3Uri.parse(uri);
    S3ContentOptions options = parsed.options();
    return open(new Calls(OwnClient.of(parsed), true, options), options, sizes(options), clock);
  }

  private static S3Content open(
      Calls calls, S3ContentOptions options, PartSizes sizes, InstantSource clock) {
    try {
      return new S3Content(calls, options, sizes, clock, examine(calls, options));
    } catch (RuntimeException | Error e) {
      calls.close();
      throw e;
    }
  }

  private static Opened examine(Calls calls, S3ContentOptions options) {
    BucketSettings settings = new BucketSettings(calls, options);
    List<Finding> findings = new ArrayList<>(settings.read());
    Probe probe = new Probe(calls, options, settings.versioned());
    findings.addAll(probe.findings());
    List<String> refused =
        findings.stream()
            .filter(one -> one.risk().map(risk -> !options.accepted().contains(risk)).orElse(true))
            .map(Finding::told)
            .toList();
    if (!refused.isEmpty()) {
      throw new ContentException(
          calls.name()
              + ": refused, since "
              + String.join("; and ", refused)
              + ". Change the bucket or the server, or accept what stands in brackets by its name");
    }
    boolean trusted =
        findings.stream()
            .noneMatch(one -> one.risk().filter(S3Risk.CHECKSUMS_UNVERIFIED::equals).isPresent());
    return new Opened(trusted, settings.versioned(), settings.deletionRules());
  }

  /**
   * Returns both sides of the content.
   *
   * @return the store and its purger, closed by {@link #close()} or by closing the store
   */
  public ContentAccess access() {
    return access;
  }

  /**
   * Aborts uploads below the prefix that began longer ago than {@link
   * S3ContentOptions#abandonedAfter()} and are not under way here, whose parts would be stored and
   * paid for without being seen, and deletes what crashed openings left of their probes. An opening
   * does neither; an engine does it at its start and once an hour, through {@link
   * ContentAccess#upkeep()}. Bounded to 100,000 uploads; several may run side by side.
   *
   * @return what it did
   * @throws ContentException if the server fails; what was aborted stays so
   */
  public Swept sweep() {
    return new Sweep(calls, requests, puts.multipart()::isUnderWay, versioned)
        .before(clock.instant().minus(options.abandonedAfter()));
  }

  @Override
  public void close() {
    access.close();
  }
}
