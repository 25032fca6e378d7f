package dev.ingest.spring.boot;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.ledger.OwnerQuota;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the application's configuration says of the engine. The defaults are those of the engine's
 * own policies.
 *
 * @param enabled Whether there is an engine at all.
 * @param autoStartup Whether the engine is started with the application. If not, it takes uploads,
 *     and works and watches from a call of its start method on.
 * @param node How this engine is named among those that share its ledger.
 * @param ledger Where the ledger lies.
 * @param content Where the bytes lie.
 * @param intake How much may come in.
 * @param work How stages are run.
 * @param times Deadlines and time to live.
 * @param watch What this engine watches.
 * @param expiry When raw bytes go; the ledger's policy if nothing is set.
 * @param shutdown How the engine ends.
 * @param health When the engine counts as healthy.
 * @param metrics What is measured.
 */
@ConfigurationProperties("ingest")
public record IngestProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("true") boolean autoStartup,
    @DefaultValue Node node,
    @DefaultValue Ledger ledger,
    @DefaultValue Content content,
    @DefaultValue Intake intake,
    @DefaultValue Work work,
    @DefaultValue Times times,
    @DefaultValue Watch watch,
    @Nullable Expiry expiry,
    @DefaultValue Shutdown shutdown,
    @DefaultValue Health health,
    @DefaultValue Metrics metrics) {

  /**
   * How this engine is named.
   *
   * @param id Name that no other running engine on this ledger has, stable for the place where it
   *     runs: not one that all replicas share, whose alerts would be sent twice, and false ones.
   *     Random by default.
   * @param version Version of the application's code, for failure rates per version.
   */
  public record Node(@Nullable String id, @DefaultValue("unversioned") String version) {}

  /**
   * Where the ledger lies: in an SQLite file, or else in the PostgreSQL database of the
   * application's DataSource.
   *
   * @param sqliteFile File of an SQLite ledger, in an existing directory of a local file system. If
   *     not set, the ledger lies in the database of the DataSource.
   * @param tablePrefix What the names of the ledger's tables in PostgreSQL begin with.
   * @param schema What is done about tables in PostgreSQL that are absent or of an earlier version.
   * @param accept Names of risks of the PostgreSQL server that do not keep it from being used.
   */
  public record Ledger(
      @Nullable Path sqliteFile,
      @DefaultValue("ingest_") String tablePrefix,
      @DefaultValue("verify") Schema schema,
      @DefaultValue List<String> accept) {}

  /** What is done about tables that are absent or of an earlier version. */
  public enum Schema {
    /** Those that are missing are made, and the whole is verified. */
    APPLY,
    /** The whole is verified, and refused if it is not that of this release. */
    VERIFY
  }

  /**
   * Where the bytes lie: in a directory, or on S3.
   *
   * @param directory Directory of a local file system, which holds nothing else. Created if
   *     missing.
   * @param s3 Place on S3, or on a server that speaks its protocol.
   */
  public record Content(@Nullable Path directory, @Nullable S3 s3) {}

  /**
   * A place on S3. If the application has an S3Client, it is used; otherwise one is made of region,
   * endpoint and path style, with credentials from the SDK's chain.
   *
   * @param bucket Bucket.
   * @param prefix What all keys in the bucket begin with.
   * @param region Region, for a client of the engine's own. Found by the SDK's chain if not set.
   * @param endpoint Address of another server than that of AWS, for a client of the engine's own.
   * @param pathStyle Whether the bucket is named in the path, for a client of the engine's own.
   * @param accept Names of risks of the bucket or server that do not keep it from being used.
   */
  public record S3(
      String bucket,
      @DefaultValue("") String prefix,
      @Nullable String region,
      @Nullable String endpoint,
      @DefaultValue("false") boolean pathStyle,
      @DefaultValue List<String> accept) {}

  /**
   * How much may come in.
   *
   * @param maxItems Most items of a sequence, 1 to 1,000,000.
   * @param maxItemSize Largest item.
   * @param maxSequenceSize Largest sequence.
   * @param maxOpenSessions Most open upload sessions of one owner. No limit by default.
   * @param maxOwnerSize Most raw bytes of one owner. No limit by default.
   * @param idleTime Time without progress after which an upload session is abandoned.
   */
  public record Intake(
      @DefaultValue("1000000") int maxItems,
      @DefaultValue("1TB") DataSize maxItemSize,
      @DefaultValue("1TB") DataSize maxSequenceSize,
      @Nullable Long maxOpenSessions,
      @Nullable DataSize maxOwnerSize,
      @DefaultValue("1d") Duration idleTime) {

    IntakeLimits limits() {
      OwnerQuota quota =
          new OwnerQuota(
              maxOpenSessions == null ? Long.MAX_VALUE : maxOpenSessions,
              maxOwnerSize == null ? Long.MAX_VALUE : maxOwnerSize.toBytes());
      return new IntakeLimits(
          maxItems, maxItemSize.toBytes(), maxSequenceSize.toBytes(), quota, idleTime);
    }
  }

  /**
   * How stages are run.
   *
   * @param enabled Whether this engine runs stages and verifications. If not, it takes no uploads,
   *     and Pipeline and Stage beans are refused.
   * @param pipeline Name of the pipeline that is made of the Stage beans, where there is no
   *     Pipeline bean.
   * @param lease Time for which a lease runs without renewal.
   * @param maxAttempts How many attempts a stage has, 1 to 1,000.
   * @param firstBackoff How long the first retry waits. Doubled each time.
   * @param longestBackoff Most that a retry waits.
   * @param parallelism How many sequences this engine works on at a time, 1 to 1,000, and how many
   *     more it verifies.
   */
  public record Work(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("main") String pipeline,
      @DefaultValue("30s") Duration lease,
      @DefaultValue("8") int maxAttempts,
      @DefaultValue("1s") Duration firstBackoff,
      @DefaultValue("5m") Duration longestBackoff,
      @DefaultValue("4") int parallelism) {

    WorkPolicy policy() {
      return new WorkPolicy(lease, maxAttempts, firstBackoff, longestBackoff, parallelism);
    }
  }

  /**
   * When things must have happened, counted from acceptance.
   *
   * @param target Time within which a sequence should be verified.
   * @param timeToLive How long raw bytes are kept at least.
   * @param repairWindow How long before expiry someone must still be able to act.
   */
  public record Times(
      @DefaultValue("1h") Duration target,
      @DefaultValue("30d") Duration timeToLive,
      @DefaultValue("7d") Duration repairWindow) {

    TimePolicy policy() {
      return new TimePolicy(target, timeToLive, repairWindow);
    }
  }

  /**
   * What this engine watches.
   *
   * @param enabled Whether this engine watches: tells of deadlines, expires, audits, sends alerts.
   *     Where no engine of a ledger does, nobody tells.
   * @param audit How often everything is audited.
   * @param scrub How what is stored is read again.
   */
  public record Watch(
      @DefaultValue("true") boolean enabled,
      @DefaultValue Audit audit,
      @DefaultValue Scrub scrub) {}

  /**
   * How often everything is audited.
   *
   * @param enabled Whether this engine audits by itself.
   * @param every How long after the beginning of an audit the next one begins, 1 minute or more.
   * @param perSecond Most sequences that are looked at in a second.
   */
  public record Audit(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("1d") Duration every,
      @DefaultValue("2000") int perSecond) {

    AuditPolicy policy() {
      return enabled
          ? AuditPolicy.DEFAULT
              .withEvery(every)
              .withOptions(AuditPolicy.DEFAULT.options().withPerSecond(perSecond))
          : AuditPolicy.NEVER;
    }
  }

  /**
   * How what is stored is read again.
   *
   * @param enabled Whether this engine does it.
   * @param sizePerSecond How much is read in a second on average, 64 KB or more.
   * @param age How old the proof of a published result becomes before it is renewed.
   * @param failedAge The same of the raw bytes of FAILED sequences.
   * @param backendDigests Whether a digest that the content store computed itself is as good as
   *     reading.
   */
  public record Scrub(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("8MB") DataSize sizePerSecond,
      @DefaultValue("30d") Duration age,
      @DefaultValue("1d") Duration failedAge,
      @DefaultValue("false") boolean backendDigests) {

    ScrubPolicy policy() {
      return new ScrubPolicy(enabled, sizePerSecond.toBytes(), age, failedAge, backendDigests);
    }
  }

  /**
   * When raw bytes go. All engines of a ledger go by one policy: the first that is built with one
   * keeps it in the ledger, and one with another is refused. If none of these is set, this engine
   * goes by what the ledger keeps.
   *
   * @param grace How long after its expiry a sequence keeps its raw bytes. Also how wrong the
   *     ledger's clock may be.
   * @param maxProofAge How old the last reading of the published result may be when raw bytes go.
   * @param leads How long before its expiry an unverified sequence is told of, longest first. By
   *     default 3 d, 1 d, 6 h and 1 h, as far as they fit into the repair window.
   * @param unproven What becomes of sequences that are not proven at their expiry.
   * @param perSecond Most sequences whose raw bytes are deleted in a second.
   * @param quarantine How long bytes that were set aside stay before they are deleted.
   */
  public record Expiry(
      @DefaultValue("3d") Duration grace,
      @DefaultValue("1d") Duration maxProofAge,
      @Nullable List<Duration> leads,
      @DefaultValue("hold") ExpiryPolicy.Unproven unproven,
      @DefaultValue("500") int perSecond,
      @DefaultValue("7d") Duration quarantine) {

    ExpiryPolicy policy(TimePolicy times) {
      return new ExpiryPolicy(
          grace,
          maxProofAge,
          leads == null ? ExpiryPolicy.defaultFor(times).leads() : leads,
          unproven,
          perSecond,
          quarantine);
    }
  }

  /**
   * How the engine ends.
   *
   * @param drain How long the engine waits at most, once it claims nothing any more, for the work
   *     that is under way.
   * @param grace How long stages that are still running after that may go on before they are told
   *     to end and handed back.
   */
  public record Shutdown(
      @DefaultValue("10s") Duration drain, @DefaultValue("10s") Duration grace) {}

  /**
   * When the engine counts as healthy.
   *
   * @param auditWithin How long ago the last audit may have ended for its word to count. 0 if
   *     audits are not to count.
   */
  public record Health(@DefaultValue("2d") Duration auditWithin) {}

  /**
   * What is measured.
   *
   * @param enabled Whether the engine and its ledger have meters in the application's
   *     MeterRegistry, and stages are observed, where ingest-micrometer is on the class path.
   */
  public record Metrics(@DefaultValue("true") boolean enabled) {}
}
