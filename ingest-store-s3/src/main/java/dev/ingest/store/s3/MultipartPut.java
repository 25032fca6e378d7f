package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;

/**
 * Puts a body that is larger than a part.
 *
 * <p>Parts travel in the background while the next one is read, each with its CRC32C. The end of
 * the upload names all parts, the length and the CRC32C of the whole, which the server computes
 * from theirs; an object appears only then, and only if its key is free. The SHA-256 is known only
 * after the last byte, when metadata can be given no more, so the server has none of such an
 * object, and a CRC32C is no digest.
 *
 * <p>An upload that fails is aborted after its last part has come to rest, since a part that
 * arrives later would stay. One whose process dies is aborted by a sweep, and its bytes are sent
 * again from the first one: to go on with it would mean to trust parts of which nobody remembers
 * the digest.
 */
final class MultipartPut {

  private final Bucket bucket;
  private final Comparison comparison;
  private final MultipartRequests requests;
  private final Transfers transfers;
  private final Buffers buffers;
  private final boolean trusted;
  private final Set<String> uploads = ConcurrentHashMap.newKeySet();

  MultipartPut(
      Bucket bucket,
      Comparison comparison,
      MultipartRequests requests,
      Transfers transfers,
      Buffers buffers) {
    this.bucket = bucket;
    this.comparison = comparison;
    this.requests = requests;
    this.transfers = transfers;
    this.buffers = buffers;
    this.trusted = requests.trusted();
  }

  /** Tells whether an upload is under way here, however old it is. */
  boolean isUnderWay(String uploadId) {
    return uploads.contains(uploadId);
  }

  ContentStat put(ContentKey key, Parts parts, Part first) {
    String objectKey = bucket.objectKey(key);
    String uploadId =
        bucket
            .calls()
            .run(
                "begin the upload of " + key,
                client -> client.createMultipartUpload(requests.create(objectKey)).uploadId());
    uploads.add(uploadId);
    try {
      Upload upload = new Upload(key, objectKey, uploadId);
      Digest digest;
      try {
        digest = upload.send(parts, first);
      } catch (RuntimeException | Error e) {
        upload.giveUp(e);
        throw e;
      }
      upload.complete(parts.length(), digest, Stored.base64(parts.checksum()));
      return new ContentStat(
          key, parts.length(), Optional.of(new Checksum(digest, Provenance.ECHOED)));
    } finally {
      uploads.remove(uploadId);
    }
  }

  /** One upload. */
  private final class Upload {

    private final ContentKey key;
    private final String objectKey;
    private final String uploadId;
    private final Ongoing ongoing = new Ongoing(transfers);
    private final PartList sent = new PartList();

    Upload(ContentKey key, String objectKey, String uploadId) {
      this.key = key;
      this.objectKey = objectKey;
      this.uploadId = uploadId;
    }

    Digest send(Parts parts, Part first) {
      Part part = first;
      begin(part);
      while (!parts.ended()) {
        part = parts.next();
        begin(part);
      }
      Digest digest = parts.digest();
      RuntimeException failure = ongoing.await();
      if (failure != null) {
        throw failure;
      }
      return digest;
    }

    private void begin(Part part) {
      ongoing.begin(part.array().length, () -> transfer(part));
      RuntimeException failure = ongoing.failure();
      if (failure != null) {
        throw failure;
      }
    }

    private void transfer(Part part) {
      sent.add(
          bucket
              .calls()
              .run(
                  "send part " + part.number() + " of " + key,
                  client -> requests.sendPart(client, objectKey, uploadId, part)));
      buffers.giveBack(part.array());
    }

    /**
     * Aborts after a failure that is told in any case. An interrupt waits until that is done, since
     * no request can be sent with it.
     */
    void giveUp(Throwable cause) {
      ongoing.drop();
      boolean interrupted = Thread.interrupted();
      try {
        abort();
      } catch (ContentException e) {
        cause.addSuppressed(e);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private void abort() {
      bucket
          .calls()
          .run("abort the upload of " + key, client -> requests.abort(client, objectKey, uploadId));
    }

    /** An error here says nothing: the object may be there by this request or by another one. */
    void complete(long length, Digest digest, String checksum) {
      if (requests.overwrites() && isThere(length, digest)) {
        return;
      }
      CompleteMultipartUploadResponse answer;
      try {
        answer =
            bucket
                .calls()
                .run(
                    "end the upload of " + key,
                    client ->
                        client.completeMultipartUpload(
                            requests.complete(objectKey, uploadId, sent.all(), length, checksum)));
      } catch (ContentException e) {
        settle(e, length, digest);
        return;
      }
      if (trusted) {
        requireKept(answer, checksum);
      } else if (answer.eTag() == null) {
        settle(untold(length), length, digest);
      }
    }

    /** A status of 200 whose body did not come is an answer without a tag, and says nothing. */
    private ContentException untold(long length) {
      return new ContentException(
          bucket.calls().name()
              + ": ended the upload of "
              + key
              + " and was told no entity tag; expected "
              + length
              + " bytes there, found nothing; put it again");
    }

    /** What a server that replaces objects at the end of an upload would not tell afterwards. */
    private boolean isThere(long length, Digest digest) {
      Comparison.Found found;
      try {
        found = comparison.compare(key, length, digest);
      } catch (RuntimeException e) {
        giveUp(e);
        throw e;
      }
      return isStored(found, length);
    }

    private void settle(ContentException failure, long length, Digest digest) {
      Comparison.Found found;
      try {
        found = found(failure, length, digest);
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
        giveUp(failure);
        throw failure;
      }
      if (!isStored(found, length)) {
        giveUp(failure);
        throw failure;
      }
    }

    /** The same bytes make this upload superfluous, and others are a conflict. */
    private boolean isStored(Comparison.Found found, long length) {
      if (found instanceof Comparison.Found.Same) {
        abort();
        requireLeft(length);
        return true;
      }
      if (found instanceof Comparison.Found.Other other) {
        ContentException conflict = comparison.conflict(key, other);
        giveUp(conflict);
        throw conflict;
      }
      return false;
    }

    /** The last word before the bytes are acknowledged comes after the last request of ours. */
    private void requireLeft(long length) {
      Optional<Stored> left = bucket.find(key);
      if (left.isEmpty() || left.get().length() != length) {
        throw new ContentException(
            bucket.calls().name()
                + ": "
                + key
                + " held the same bytes until an upload of them was aborted; expected "
                + length
                + " bytes after that, found "
                + left.map(stored -> stored.length() + " bytes").orElse("nothing")
                + "; the server is not to be trusted with uploads, put the same bytes again");
      }
    }

    /**
     * A server that puts the parts of a large object together may take longer than a client waits
     * for an answer, and still do it: so unless each attempt was answered, the object is looked
     * for, for as long as a request may take.
     */
    private Comparison.Found found(ContentException failure, long length, Digest digest) {
      Comparison.Found found = comparison.compare(key, length, digest);
      int looks = Calls.mayBeUnderWay(failure) ? bucket.calls().looks() : 0;
      for (int round = 0; round < looks && found instanceof Comparison.Found.Gone; round++) {
        bucket.calls().pause(round);
        found = comparison.compare(key, length, digest);
      }
      return found;
    }

    private void requireKept(CompleteMultipartUploadResponse answer, String checksum) {
      Optional<String> told = Stored.whole(answer.checksumCRC32C(), answer.checksumType());
      String kept =
          told.or(() -> bucket.find(key).flatMap(Stored::checksum)).orElse("none of all bytes");
      if (!kept.equals(checksum)) {
        throw new ContentException(
            bucket.calls().name()
                + ": uploaded "
                + key
                + " with the CRC32C "
                + checksum
                + ", and the server keeps "
                + kept
                + "; the stored bytes are not known to be the ones that were put");
      }
    }
  }
}
