package dev.ingest.store.s3;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.store;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.s3.S3Fault;
import dev.ingest.testkit.s3.S3Fault.Kind;
import dev.ingest.testkit.s3.S3Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A call of the adapter that sends one operation, and what it answers where that fails. A success
 * that is not true is an {@link AssertionError}.
 */
enum Act {
  OPEN_LIFECYCLE(S3Operation.GET_BUCKET_LIFECYCLE_CONFIGURATION),
  OPEN_VERSIONING(S3Operation.GET_BUCKET_VERSIONING),
  OPEN_LOCK(S3Operation.GET_OBJECT_LOCK_CONFIGURATION),
  PUT(S3Operation.PUT_OBJECT),
  PUT_AGAIN(S3Operation.HEAD_OBJECT),
  PUT_BEHIND_A_LOOK(S3Operation.LIST_OBJECTS_V2),
  BEGIN_UPLOAD(S3Operation.CREATE_MULTIPART_UPLOAD),
  SEND_PART(S3Operation.UPLOAD_PART),
  END_UPLOAD(S3Operation.COMPLETE_MULTIPART_UPLOAD),
  ABORT_UPLOAD(S3Operation.ABORT_MULTIPART_UPLOAD),
  UPLOAD_AGAIN(S3Operation.GET_OBJECT),
  STAT(S3Operation.HEAD_OBJECT),
  STAT_ABSENT(S3Operation.HEAD_BUCKET),
  READ(S3Operation.GET_OBJECT),
  READ_UPLOADED(S3Operation.GET_OBJECT),
  LIST(S3Operation.LIST_OBJECTS_V2),
  DELETE(S3Operation.DELETE_OBJECTS),
  LIST_VERSIONS(S3Operation.LIST_OBJECT_VERSIONS),
  SWEEP(S3Operation.LIST_MULTIPART_UPLOADS);

  private static final ContentKey SMALL = key("k1");
  private static final ContentKey LARGE = key("k2");
  private static final byte[] FEW = bytes(1_000, 1);
  private static final byte[] MANY = bytes(2 * FaultyPlace.PART + 500, 2);

  private final S3Operation operation;

  Act(S3Operation operation) {
    this.operation = operation;
  }

  S3Operation operation() {
    return operation;
  }

  boolean isVersioned() {
    return this == LIST_VERSIONS;
  }

  /** Whether a fault fits, and finds something to strike. */
  boolean isStruckBy(S3Fault fault) {
    return fault.fits(operation);
  }

  private Set<Kind> told() {
    return switch (this) {
      case PUT, UPLOAD_AGAIN, READ, READ_UPLOADED ->
          EnumSet.of(Kind.CORRUPT_BODY, Kind.WRONG_CHECKSUM);
      case PUT_AGAIN, END_UPLOAD -> EnumSet.of(Kind.WRONG_CHECKSUM);
      case SEND_PART ->
          EnumSet.of(Kind.CORRUPT_BODY, Kind.WRONG_CHECKSUM, Kind.NO_CHECKSUM, Kind.LOST_PART);
      case DELETE -> EnumSet.of(Kind.KEYS_REFUSED);
      default -> EnumSet.noneOf(Kind.class);
    };
  }

  /** Whether a fault that strikes once comes through as an error. */
  boolean tells(S3Fault fault) {
    boolean settled = this == PUT || this == END_UPLOAD;
    return told().contains(fault.kind())
        || isErrorInSuccess(fault)
        || (isConflict(fault) && this != PUT)
        || (fault.kind() == Kind.SHORT_BODY && !settled && operation != S3Operation.GET_OBJECT);
  }

  /** The SDK takes it for a success, which only what the reply lacks gives away. */
  private boolean isErrorInSuccess(S3Fault fault) {
    return fault instanceof S3Fault.ErrorIn200 error
        && (this == SEND_PART || (this == PUT && !error.effect()));
  }

  /** 409 is no error that the SDK sends again after. */
  private static boolean isConflict(S3Fault fault) {
    return fault instanceof S3Fault.ErrorBefore error && error.status() == 409;
  }

  /**
   * Whether a fault that strikes every time comes through as an error. What hides the end of an
   * upload does not, since that is settled by looking.
   */
  boolean tellsIfItLasts(S3Fault fault) {
    return switch (fault.kind()) {
      case NO_CHECKSUM, STALE_LISTING, WRONG_CHECKSUM -> told().contains(fault.kind());
      case EFFECT_THEN_DROP, EFFECT_THEN_ERROR, SHORT_BODY -> this != END_UPLOAD;
      default -> true;
    };
  }

  void prepare(FaultyPlace place) {
    place.requireOpen();
    switch (this) {
      case PUT_AGAIN, STAT, READ, LIST, DELETE, LIST_VERSIONS -> store(place.store(), SMALL, FEW);
      case PUT_BEHIND_A_LOOK -> {
        store(place.store(), SMALL, FEW);
        store(place.store(), LARGE, MANY);
      }
      case UPLOAD_AGAIN, READ_UPLOADED -> store(place.store(), LARGE, MANY);
      case ABORT_UPLOAD, SWEEP -> {
        beginUpload(place);
        place.abandon();
      }
      default -> {}
    }
  }

  private static void beginUpload(FaultyPlace place) {
    String objectKey = place.options().place().root() + LARGE;
    place
        .client()
        .createMultipartUpload(request -> request.bucket(FaultyPlace.BUCKET).key(objectKey));
  }

  /** Does it; returns what it told instead of a success. */
  Optional<ContentException> attempt(FaultyPlace place) {
    try {
      act(place);
      return Optional.empty();
    } catch (ContentConflictException | ContentMissingException e) {
      throw new AssertionError("told to be certain, and is not so", e);
    } catch (ContentException e) {
      BelowProtocol.of(place).requireAbsentOrComplete(bodies());
      return Optional.of(e);
    }
  }

  private void act(FaultyPlace place) {
    switch (this) {
      case OPEN_LIFECYCLE, OPEN_VERSIONING, OPEN_LOCK -> place.open();
      case PUT, PUT_AGAIN -> put(place, SMALL, FEW);
      case PUT_BEHIND_A_LOOK -> putAll(place);
      case BEGIN_UPLOAD, SEND_PART, END_UPLOAD, UPLOAD_AGAIN -> put(place, LARGE, MANY);
      case ABORT_UPLOAD, SWEEP -> {
        place.sweep();
        BelowProtocol.of(place).requireNoUploads();
      }
      case STAT -> stat(place);
      case STAT_ABSENT -> {
        if (place.store().stat(SMALL).isPresent()) {
          throw new AssertionError("nothing was put, and it is told present");
        }
      }
      case READ -> read(place, SMALL, FEW);
      case READ_UPLOADED -> read(place, LARGE, MANY);
      case LIST -> list(place);
      case DELETE, LIST_VERSIONS -> delete(place);
    }
  }

  private static void put(FaultyPlace place, ContentKey key, byte[] bytes) {
    store(place.store(), key, bytes);
    BelowProtocol.of(place).requireStored(key, bytes);
  }

  private static Map<ContentKey, byte[]> bodies() {
    Map<ContentKey, byte[]> bodies = new TreeMap<>();
    for (int i = 0; i < 6; i++) {
      bodies.put(key("a" + i), bytes(100, i));
    }
    bodies.put(SMALL, FEW);
    bodies.put(LARGE, MANY);
    return bodies;
  }

  private static void putAll(FaultyPlace place) {
    try (ContentWriter writer = place.store().writer(PREFIX)) {
      bodies().forEach((key, bytes) -> writer.put(key, body(bytes)));
      writer.commit();
    }
    BelowProtocol.of(place).requireStored(bodies());
  }

  private static void stat(FaultyPlace place) {
    ContentStat stat =
        place
            .store()
            .stat(SMALL)
            .orElseThrow(() -> new AssertionError("it is stored, and told absent"));
    if (stat.length() != FEW.length) {
      throw new AssertionError("another length was told: " + stat);
    }
  }

  private static void read(FaultyPlace place, ContentKey key, byte[] bytes) {
    try (InputStream in = place.store().open(key, ByteRange.ALL, ReadPurpose.USE)) {
      byte[] found = in.readAllBytes();
      if (!Arrays.equals(bytes, found)) {
        throw new AssertionError("read " + found.length + " bytes that are not those stored");
      }
    } catch (IOException e) {
      throw new ContentException("broken off: " + e.getMessage(), e);
    }
  }

  /** A listing that is behind cannot be told from one that is not; no answer here hangs on it. */
  private static void list(FaultyPlace place) {
    List<ContentStat> found = place.store().list(PREFIX, Optional.empty(), 10).entries();
    boolean behind = place.struck().containsKey(Kind.STALE_LISTING) && found.isEmpty();
    if (!behind && !found.equals(List.of(new ContentStat(SMALL, FEW.length, Optional.empty())))) {
      throw new AssertionError("listed " + found);
    }
  }

  private static void delete(FaultyPlace place) {
    Outcome outcome = place.purger().delete(permit(SMALL)).get(0);
    if (outcome instanceof Outcome.Unknown unknown) {
      throw new ContentException("not known to be deleted", unknown.cause());
    }
    BelowProtocol.of(place).requireAbsent(SMALL);
  }

  /** What is stored at the end, after a call without a fault. */
  void judge(FaultyPlace place) {
    BelowProtocol below = BelowProtocol.of(place);
    below.requireAbsentOrComplete(bodies());
    place.abandon();
    place.sweep();
    below.requireNoUploads();
    if (this == DELETE || this == LIST_VERSIONS) {
      below.requireNothing();
    }
  }
}
