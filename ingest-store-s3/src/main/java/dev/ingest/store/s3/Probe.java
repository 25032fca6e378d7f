package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Tries what a server promises on objects of its own, which no content key can name: whether a
 * taken key is refused and keeps its bytes, whether other bytes than those of the checksum are
 * refused, and whether the checksum is told; each for a whole put and for a multipart upload; and
 * whether the abort of an upload leaves the object under its key alone, whether one alone of puts
 * that race for a key wins, and whether it may be listed. That is {@value #REQUESTS} requests where
 * the server keeps all of it, of which 27 are three races; one more in a bucket with versions, and
 * one where it was accepted that uploads replace objects.
 */
final class Probe {

  /** Capitals are in no content key. */
  static final String AREA = "INGEST-PROBE";

  /** Races, a put again, a put with a wrong checksum, two uploads, a read, a list, a deletion. */
  static final int REQUESTS = 3 * (Race.RACERS + 1) + 1 + 1 + 2 * 4 + 1 + 1 + 1;

  private static final int LONGEST = 100;
  private static final byte[] UPLOADED = "the uploaded bytes".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER = "the other bytes".getBytes(StandardCharsets.UTF_8);

  private final Bucket bucket;
  private final Calls calls;
  private final WholePut whole;
  private final MultipartRequests multipart;
  private final boolean versioned;
  private final String prefix;
  private final String taken;
  private final String free;
  private final List<String> raced;
  private final List<Finding> findings = new ArrayList<>();
  private byte[] held = new byte[0];

  Probe(Calls calls, S3ContentOptions options, boolean versioned) {
    this.bucket = new Bucket(calls);
    this.calls = calls;
    this.whole = new WholePut(bucket, new Comparison(bucket, false), options.encryption(), false);
    this.multipart = MultipartRequests.of(calls, options, false);
    this.versioned = versioned;
    this.prefix = calls.place().root() + AREA + '/' + UUID.randomUUID();
    this.free = prefix + "-free";
    this.raced = List.of(prefix + "-raced-1", prefix + "-raced-2", prefix + "-raced-3");
    this.taken = raced.get(0);
  }

  List<Finding> findings() {
    try {
      Race.Result first = tryRaces();
      held = first.stored();
      tryWholePuts(first);
      tryUploads();
      tryListing();
    } catch (RuntimeException e) {
      try {
        delete();
      } catch (ContentException deleting) {
        e.addSuppressed(deleting);
      }
      throw e;
    }
    delete().forEach((key, failure) -> findings.add(undeleted(failure)));
    return List.copyOf(findings);
  }

  /**
   * Whether it may be listed, which nothing on the way in asks for before a writer's third item. A
   * listing may be behind what is stored: nothing is decided by one alone.
   */
  private void tryListing() {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(calls.place().bucket())
            .prefix(prefix)
            .maxKeys(1)
            .overrideConfiguration(calls.bounded())
            .build();
    calls.run("list probes", client -> client.listObjectsV2(request));
  }

  private static Finding undeleted(ContentException failure) {
    return Finding.of(
        S3Risk.OBJECT_LOCK_RETAINS, "a probe cannot be deleted: " + failure.getMessage());
  }

  /** On what the first race left, so that no object need be stored for this. */
  private void tryWholePuts(Race.Result raced) {
    Optional<String> told = raced.told();
    if (told.isEmpty()) {
      told = bucket.find(taken).flatMap(Stored::digest).map(Stored::base64);
    }
    if (!told.equals(Optional.of(Stored.base64(Digest.of(held))))) {
      unverified("of a put with a SHA-256 it told " + told.orElse("none"));
    }
    if (isPutAgain()) {
      findings.add(
          Finding.never(
              "a put with If-None-Match replaces what is there, so nothing stays as put"));
      held = OTHER;
    }
    Reply wrong = tried("put a probe with a wrong checksum", this::wrongPut);
    requireRefused(wrong, "bytes with the SHA-256 of others");
  }

  private void wrongPut(S3Client client) {
    Part part = new Part(1, OTHER, OTHER.length);
    String wrong = Stored.base64(Digest.of(UPLOADED));
    client.putObject(whole.request(free, part, wrong).build(), part.request());
  }

  /** Only 412 says that the key is taken; that of a race does not. */
  private boolean isPutAgain() {
    Part part = new Part(1, OTHER, OTHER.length);
    String digest = Stored.base64(Digest.of(OTHER));
    Reply reply =
        tried(
            "put a probe again",
            client -> client.putObject(whole.request(taken, part, digest).build(), part.request()));
    if (reply == Reply.NOT_ITS_CHECKSUM || reply == Reply.OTHER_BAD_REQUEST) {
      throw new ContentException(
          calls.name() + ": could not put a probe again: the server calls it a bad request");
    }
    return reply == Reply.DONE;
  }

  private byte[] read(String objectKey) {
    try (InputStream in = ObjectInput.open(bucket, objectKey, ByteRange.ALL, ReadPurpose.USE)) {
      return in.readNBytes(LONGEST);
    } catch (IOException e) {
      throw new ContentException(calls.name() + ": could not read a probe: " + e.getMessage(), e);
    }
  }

  /** More than once, since the first requests wait for their connections. */
  private Race.Result tryRaces() {
    Race race = new Race(calls, whole, this::read);
    List<Race.Result> results = raced.stream().map(race::on).toList();
    results.stream()
        .map(Race.Result::finding)
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(findings::add);
    return results.get(0);
  }

  private void tryUploads() {
    Part part = new Part(1, UPLOADED, UPLOADED.length);
    CRC32C running = new CRC32C();
    part.addTo(running);
    int checksum = (int) running.getValue();
    if (multipart.overwrites()) {
      // An upload that replaces the object would hide what a put did to it.
      requireHeld("a put that was refused replaced the stored bytes");
    }
    Reply second = uploaded(taken, part, checksum);
    if (second != Reply.TAKEN) {
      String found =
          second == Reply.DONE ? "replaces what is there" : "is refused for another reason";
      findings.add(
          Finding.of(
              S3Risk.MULTIPART_OVERWRITES, "the end of an upload with If-None-Match " + found));
    }
    if (second == Reply.DONE) {
      held = UPLOADED;
    }
    requireHeld("a put or an upload that was refused or aborted replaced stored bytes");
    requireRefused(
        uploaded(free, part, checksum + 1),
        "the end of an upload with a wrong CRC32C of the whole");
  }

  /** Some servers take an object for a part of the upload that is aborted under its key. */
  private void requireHeld(String otherwise) {
    byte[] found;
    try {
      found = read(taken);
    } catch (ContentMissingException e) {
      findings.add(
          Finding.never(
              "the abort of an upload deletes what is stored under its key: " + e.getMessage()));
      return;
    }
    if (!Arrays.equals(held, found)) {
      findings.add(Finding.never(otherwise));
    }
  }

  /** Uploads in one part, which may be smaller than others, and aborts what was refused. */
  private Reply uploaded(String objectKey, Part part, int checksum) {
    String upload =
        calls.run(
            "begin the upload of a probe",
            client -> client.createMultipartUpload(multipart.create(objectKey)).uploadId());
    try {
      CompletedPart sent =
          calls.run(
              "send a part of a probe",
              client -> multipart.sendPart(client, objectKey, upload, part));
      return tried(
          "end the upload of a probe",
          client ->
              client.completeMultipartUpload(
                  multipart.complete(
                      objectKey, upload, List.of(sent), part.length(), Stored.base64(checksum))));
    } finally {
      calls.run(
          "abort the upload of a probe", client -> multipart.abort(client, objectKey, upload));
    }
  }

  /** What a server answers to a request that it ought to refuse. */
  private enum Reply {
    DONE,
    TAKEN,
    NOT_ITS_CHECKSUM,
    OTHER_BAD_REQUEST;

    /**
     * Servers have different codes for bytes that are not those of their checksum, but all of them
     * name it, in the code or in the message; no other refusal does.
     */
    private static final List<String> NAMES = List.of("digest", "checksum", "sha256", "crc32c");

    private static final int PRECONDITION_FAILED = 412;
    private static final int BAD_REQUEST = 400;

    /**
     * Only these statuses say that nothing was done, and why. All others do not, like 409 of a race
     * or 429, so that the opening fails by them.
     */
    static Reply of(S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        return TAKEN;
      }
      if (e.statusCode() == BAD_REQUEST) {
        String told = (Calls.codeOf(e) + ' ' + e.getMessage()).toLowerCase(Locale.ROOT);
        return NAMES.stream().anyMatch(told::contains) ? NOT_ITS_CHECKSUM : OTHER_BAD_REQUEST;
      }
      throw e;
    }
  }

  private Reply tried(String what, Consumer<S3Client> request) {
    return calls.run(
        what,
        client -> {
          try {
            request.accept(client);
            return Reply.DONE;
          } catch (S3Exception e) {
            return Reply.of(e);
          }
        });
  }

  private void requireRefused(Reply reply, String what) {
    if (reply == Reply.DONE) {
      unverified("it took " + what);
    } else if (reply != Reply.NOT_ITS_CHECKSUM) {
      unverified("it refused " + what + " for a reason that is not their checksum");
    }
  }

  private void unverified(String found) {
    findings.add(Finding.of(S3Risk.CHECKSUMS_UNVERIFIED, "the server ignores checksums: " + found));
  }

  private Map<String, ContentException> delete() {
    TreeSet<String> keys = new TreeSet<>(raced);
    keys.add(free);
    Deletions deletions = new Deletions(calls);
    String scope = calls.place().root() + AREA;
    return versioned
        ? deletions.ofVersions("delete probes", scope, keys)
        : deletions.ofKeys("delete probes", scope, keys);
  }
}
