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
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Tries what a server promises on objects of its own, which no content key can name: whether a
 * taken key is refused and keeps its bytes, whether other bytes than those of the checksum are
 * refused, and whether the checksum is told; each for a whole put and for a multipart upload; and
 * whether the abort of an upload leaves the object under its key alone, and whether one alone of
 * puts that race for a key wins. About 45 requests.
 */
final class Probe {

  /** Capitals are in no content key. */
  static final String AREA = "INGEST-PROBE";

  private static final byte[] FIRST = "the first bytes".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER = "the other bytes".getBytes(StandardCharsets.UTF_8);

  private final Bucket bucket;
  private final Calls calls;
  private final WholePut whole;
  private final MultipartRequests multipart;
  private final boolean versioned;
  private final String taken;
  private final String free;
  private final List<String> raced;
  private final List<Finding> findings = new ArrayList<>();

  Probe(Calls calls, S3ContentOptions options, boolean versioned) {
    this.bucket = new Bucket(calls);
    this.calls = calls;
    this.whole = new WholePut(bucket, new Comparison(bucket, false), options.encryption(), false);
    this.multipart = MultipartRequests.of(calls, options, false);
    this.versioned = versioned;
    String prefix = calls.place().root() + AREA + '/' + UUID.randomUUID();
    this.taken = prefix + "-taken";
    this.free = prefix + "-free";
    this.raced = List.of(prefix + "-raced-1", prefix + "-raced-2", prefix + "-raced-3");
  }

  List<Finding> findings() {
    try {
      tryWholePuts();
      tryUploads();
      tryRaces();
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

  private static Finding undeleted(ContentException failure) {
    return Finding.of(
        S3Risk.OBJECT_LOCK_RETAINS, "a probe cannot be deleted: " + failure.getMessage());
  }

  private void tryWholePuts() {
    Digest digest = Digest.of(FIRST);
    Optional<PutObjectResponse> first = put(taken, FIRST, digest, "put a probe");
    if (first.isEmpty()) {
      throw new ContentException(calls.name() + ": the new key " + taken + " is taken");
    }
    Optional<String> told = Optional.ofNullable(first.get().checksumSHA256());
    if (told.isEmpty()) {
      told = bucket.find(taken).flatMap(Stored::digest).map(Stored::base64);
    }
    if (!told.equals(Optional.of(Stored.base64(digest)))) {
      unverified("of a put with a SHA-256 it told " + told.orElse("none"));
    }
    if (put(taken, OTHER, Digest.of(OTHER), "put a probe again").isPresent()) {
      findings.add(
          Finding.never(
              "a put with If-None-Match replaces what is there, so nothing stays as put"));
    } else if (!Arrays.equals(FIRST, read(taken))) {
      findings.add(Finding.never("a put that was refused replaced the stored bytes"));
    }
    Reply wrong = tried("put a probe with a wrong checksum", this::wrongPut);
    requireRefused(wrong, "bytes with the SHA-256 of others");
  }

  private void wrongPut(S3Client client) {
    Part part = new Part(1, OTHER, OTHER.length);
    String wrong = Stored.base64(Digest.of(FIRST));
    client.putObject(whole.request(free, part, wrong).build(), part.request());
  }

  private Optional<PutObjectResponse> put(
      String objectKey, byte[] bytes, Digest digest, String what) {
    Part part = new Part(1, bytes, bytes.length);
    return calls.run(
        what,
        client -> {
          try {
            return Optional.of(
                client.putObject(
                    whole.request(objectKey, part, Stored.base64(digest)).build(), part.request()));
          } catch (S3Exception e) {
            if (Reply.of(e) == Reply.TAKEN) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private byte[] read(String objectKey) {
    try (InputStream in = ObjectInput.open(bucket, objectKey, ByteRange.ALL, ReadPurpose.USE)) {
      return in.readNBytes(FIRST.length + OTHER.length);
    } catch (IOException e) {
      throw new ContentException(calls.name() + ": could not read a probe: " + e.getMessage(), e);
    }
  }

  /** More than once, since the first requests wait for their connections. */
  private void tryRaces() {
    Race race = new Race(calls, whole, this::read);
    raced.stream().map(race::on).flatMap(Optional::stream).findFirst().ifPresent(findings::add);
  }

  private void tryUploads() {
    Part part = new Part(1, OTHER, OTHER.length);
    CRC32C running = new CRC32C();
    part.addTo(running);
    int checksum = (int) running.getValue();
    Reply second = uploaded(taken, part, checksum);
    if (second != Reply.TAKEN) {
      String found =
          second == Reply.DONE ? "replaces what is there" : "is refused for another reason";
      findings.add(
          Finding.of(
              S3Risk.MULTIPART_OVERWRITES, "the end of an upload with If-None-Match " + found));
    }
    requireUntouched(second == Reply.DONE ? OTHER : FIRST);
    requireRefused(
        uploaded(free, part, checksum + 1),
        "the end of an upload with a wrong CRC32C of the whole");
  }

  /** Some servers take an object for a part of the upload that is aborted under its key. */
  private void requireUntouched(byte[] expected) {
    byte[] found;
    try {
      found = read(taken);
    } catch (ContentMissingException e) {
      findings.add(
          Finding.never(
              "the abort of an upload deletes what is stored under its key: " + e.getMessage()));
      return;
    }
    if (!Arrays.equals(expected, found)) {
      findings.add(Finding.never("an upload that was refused or aborted replaced stored bytes"));
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
    keys.addAll(List.of(taken, free));
    Deletions deletions = new Deletions(calls);
    String scope = calls.place().root() + AREA;
    return versioned
        ? deletions.ofVersions("delete probes", scope, keys)
        : deletions.ofKeys("delete probes", scope, keys);
  }
}
