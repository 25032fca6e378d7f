package dev.ingest.store.s3;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * A range of an object. How many bytes it has is known from the first answer, and an answer that
 * ends before that is broken: the read goes on behind the last byte that came, of the same state of
 * the object, {@value #CONTINUATIONS} times at most within {@value #PROGRESS} bytes, and then
 * fails. So does one whose bytes come slower than {@link S3ReadRate} allows. If all of an object is
 * read, and the server told its checksum, that is compared at the end, across continuations.
 *
 * <p>Who reads to prove what is stored compares its SHA-256 himself, and shall find a difference
 * and not an error, or what is damaged would count as unreadable for ever. So a CRC32C that differs
 * is no error to him if a second reading brings the same bytes: then they are the ones that are
 * stored. If it brings others, they were damaged on the way. Not for several threads.
 */
final class ObjectInput extends InputStream {

  static final int CONTINUATIONS = 4;

  /** What was read since counts as progress, so that a long object may break off more often. */
  static final long PROGRESS = 8L << 20;

  /** What a second reading takes at a time. */
  private static final int PIECE = 64 << 10;

  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  private final Bucket bucket;
  private final String objectKey;
  private final long end;
  private final String eTag;
  private final Stored stored;
  private final @Nullable Arrival arrival;
  private final boolean proving;
  private final ReadPace pace;
  private final byte[] single = new byte[1];
  private ResponseInputStream<GetObjectResponse> answer;
  private long position;
  private int continuations;
  private long brokenOffAt;
  private boolean certain;
  private boolean closed;

  private ObjectInput(
      Bucket bucket,
      String objectKey,
      ResponseInputStream<GetObjectResponse> answer,
      Span span,
      Compared compared) {
    this.stored = Stored.of(answer.response(), span.total());
    this.bucket = bucket;
    this.objectKey = objectKey;
    this.answer = answer;
    this.position = span.from();
    this.end = span.to();
    this.eTag = stored.eTag();
    this.pace = new ReadPace(bucket.calls().readRate());
    boolean whole = span.from() == 0 && span.to() == span.total();
    this.proving = compared == Compared.TO_PROVE;
    boolean here = compared == Compared.TO_USE || (proving && stored.digest().isEmpty());
    this.arrival = whole && here ? new Arrival(stored) : null;
  }

  /** What a checksum that differs is. */
  private enum Compared {
    /** An error. */
    TO_USE,
    /** A CRC32C one if it is of what came on the way, and a SHA-256 nothing. */
    TO_PROVE,
    /** Nothing. */
    BY_THE_READER
  }

  /** What an answer covers, the last byte exclusive, of how many bytes. */
  record Span(long from, long to, long total) {}

  /** Opens a range of an object that exists; one past its end has no bytes. */
  static InputStream open(Bucket bucket, String objectKey, ByteRange range, ReadPurpose purpose) {
    if (range.length() == 0) {
      if (bucket.find(objectKey).isEmpty()) {
        throw bucket.missing(objectKey, null);
      }
      return InputStream.nullInputStream();
    }
    long last = range.offset() + range.length() - 1;
    boolean toEnd = last < 0 || range.length() == Long.MAX_VALUE;
    String header =
        toEnd && range.offset() == 0 ? null : "bytes=" + range.offset() + "-" + (toEnd ? "" : last);
    Optional<ResponseInputStream<GetObjectResponse>> answer = bucket.read(objectKey, header, null);
    if (answer.isEmpty()) {
      return nothingPast(bucket, objectKey, range);
    }
    try {
      Span span = span(answer.get().response(), header == null ? 0 : range.offset());
      if (!toEnd && span.to() != Math.min(last + 1, span.total())) {
        throw new IOException("it covers other bytes than " + header + ": " + span);
      }
      if (toEnd && span.to() != span.total()) {
        throw new IOException("it does not reach the end: " + span);
      }
      Compared compared = purpose == ReadPurpose.USE ? Compared.TO_USE : Compared.TO_PROVE;
      return new ObjectInput(bucket, objectKey, answer.get(), span, compared);
    } catch (IOException e) {
      answer.get().abort();
      throw new ContentException(
          bucket.calls().name()
              + ": could not read "
              + objectKey
              + ": the answer is not what was asked for: "
              + e.getMessage()
              + "; the server breaks the protocol",
          e);
    }
  }

  /** That a server refuses a range is no proof that there is nothing in it. */
  private static InputStream nothingPast(Bucket bucket, String objectKey, ByteRange range) {
    Stored stored = bucket.find(objectKey).orElseThrow(() -> bucket.missing(objectKey, null));
    if (range.offset() < stored.length()) {
      throw new ContentException(
          bucket.calls().name()
              + ": could not read "
              + objectKey
              + " from byte "
              + range.offset()
              + ": the server refused the range, but has "
              + stored.length()
              + " bytes");
    }
    return InputStream.nullInputStream();
  }

  static Span span(GetObjectResponse response, long from) throws IOException {
    Long length = response.contentLength();
    if (length == null) {
      throw new IOException("it has no length");
    }
    String header = response.contentRange();
    if (header == null) {
      if (from != 0) {
        throw new IOException("it begins at byte 0 and not at " + from);
      }
      return new Span(0, length, length);
    }
    Matcher range = CONTENT_RANGE.matcher(header);
    if (!range.matches()) {
      throw new IOException("it has the range " + header);
    }
    try {
      Span span =
          new Span(
              Long.parseLong(range.group(1)),
              Long.parseLong(range.group(2)) + 1,
              Long.parseLong(range.group(3)));
      if (span.from() != from || span.to() - from != length || span.to() > span.total()) {
        throw new IOException(header + " has " + length + " bytes and was asked from " + from);
      }
      return span;
    } catch (NumberFormatException e) {
      throw new IOException("it has the range " + header, e);
    }
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(single[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    requireOpen();
    if (length == 0) {
      return 0;
    }
    while (position < end) {
      int count = readSome(into, offset, (int) Math.min(length, end - position));
      if (count > 0) {
        position += count;
        if (arrival != null) {
          arrival.add(into, offset, count);
        }
        return count;
      }
    }
    requireExpected();
    return -1;
  }

  /** Returns 0 after a continuation was begun. */
  private int readSome(byte[] into, int offset, int most) throws IOException {
    try {
      if (pace.isSlow()) {
        throw pace.told();
      }
      long begun = System.nanoTime();
      int count = answer.read(into, offset, most);
      pace.add(System.nanoTime() - begun, Math.max(0, count));
      if (count > 0) {
        return count;
      }
      goOn(new IOException("the answer ended at byte " + position + " of " + end));
    } catch (IOException | SdkException e) {
      goOn(e);
    }
    return 0;
  }

  private void goOn(Exception cause) throws IOException {
    answer.abort();
    pace.restart();
    requireOpen();
    if (position - brokenOffAt >= PROGRESS) {
      continuations = 0;
    }
    brokenOffAt = position;
    if (continuations == CONTINUATIONS) {
      throw broken(cause, "it broke off " + (CONTINUATIONS + 1) + " times; read it again");
    }
    try {
      bucket.calls().pause(continuations);
      continuations++;
      String header = "bytes=" + position + "-" + (end - 1);
      answer =
          bucket
              .read(objectKey, header, eTag.isEmpty() ? null : eTag)
              .orElseThrow(() -> new IOException("the server refused " + header));
      Span span = span(answer.response(), position);
      if (span.to() != end) {
        answer.abort();
        throw new IOException("the answer to " + header + " covers " + span);
      }
    } catch (ContentException | IOException e) {
      e.addSuppressed(cause);
      throw broken(e, "it cannot be read on; it changed, was deleted, or the server fails");
    }
  }

  private IOException broken(Exception cause, String what) {
    String message =
        bucket.calls().name()
            + ": cannot read "
            + objectKey
            + " from byte "
            + position
            + " to "
            + end
            + ": "
            + what
            + ": "
            + cause.getMessage();
    return cause instanceof S3SlowReadException
        ? new S3SlowReadException(message, cause)
        : new IOException(message, cause);
  }

  private void requireExpected() throws IOException {
    Optional<String> difference =
        arrival == null || certain ? Optional.empty() : arrival.difference();
    if (difference.isEmpty()) {
      return;
    }
    if (!proving) {
      throw damaged(difference.get(), "on the way or where they are stored", null);
    }
    Optional<String> again;
    try {
      again = differenceAgain();
    } catch (S3SlowReadException e) {
      throw e;
    } catch (IOException | ContentException e) {
      requireOpen();
      throw damaged(
          difference.get(),
          "on the way or where they are stored, and could not be read a second time",
          e);
    }
    if (!again.equals(difference)) {
      throw damaged(difference.get(), "on the way, as another reading brings others", null);
    }
    certain = true;
  }

  private IOException damaged(String difference, String where, @Nullable Exception cause) {
    return new IOException(
        bucket.calls().name()
            + ": the bytes read of "
            + objectKey
            + " have "
            + difference
            + "; they were damaged "
            + where
            + ", read them again",
        cause);
  }

  /** Reads all of the same state once more, and compares that with what was told at first. */
  private Optional<String> differenceAgain() throws IOException {
    ResponseInputStream<GetObjectResponse> second =
        bucket
            .read(objectKey, null, eTag.isEmpty() ? null : eTag)
            .orElseThrow(() -> new IOException("the server refused to give it again"));
    Arrival found = new Arrival(stored);
    try (ObjectInput in = again(second)) {
      byte[] piece = new byte[PIECE];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        requireOpen();
        found.add(piece, 0, count);
      }
    }
    return found.difference();
  }

  private ObjectInput again(ResponseInputStream<GetObjectResponse> second) throws IOException {
    try {
      Span span = span(second.response(), 0);
      if (span.to() != end || span.total() != end) {
        throw new IOException("the second answer covers " + span + " of " + end);
      }
      return new ObjectInput(bucket, objectKey, second, span, Compared.BY_THE_READER);
    } catch (IOException e) {
      second.abort();
      throw e;
    }
  }

  private void requireOpen() throws IOException {
    if (closed || bucket.calls().isClosed()) {
      throw new IOException(
          bucket.calls().name()
              + ": the stream of "
              + objectKey
              + " or its store is closed; open it again");
    }
  }

  /** Breaks an answer off that was not read to its end, instead of waiting for the rest. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      if (position < end) {
        answer.abort();
      } else {
        answer.close();
      }
    }
  }
}
