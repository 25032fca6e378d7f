package dev.ingest.testkit.s3;

import java.time.Duration;

/** What goes wrong with one request. */
public sealed interface S3Fault {

  /** The kinds of faults, by which a server counts those that struck. */
  enum Kind {
    /** {@link ErrorBefore}. */
    ERROR_BEFORE,
    /** {@link Throttle}. */
    THROTTLE,
    /** {@link DropBefore}. */
    DROP_BEFORE,
    /** {@link EffectThenDrop}. */
    EFFECT_THEN_DROP,
    /** {@link EffectThenError}. */
    EFFECT_THEN_ERROR,
    /** {@link ErrorIn200}. */
    ERROR_IN_200,
    /** {@link ShortBody}. */
    SHORT_BODY,
    /** {@link CorruptBody}. */
    CORRUPT_BODY,
    /** {@link WrongChecksum}. */
    WRONG_CHECKSUM,
    /** {@link NoChecksum}. */
    NO_CHECKSUM,
    /** {@link LostPart}. */
    LOST_PART,
    /** {@link StaleListing}. */
    STALE_LISTING,
    /** {@link KeysRefused}. */
    KEYS_REFUSED,
    /** {@link Hang}. */
    HANG,
    /** {@link EffectThenHang}. */
    EFFECT_THEN_HANG,
    /** {@link Drip}. */
    DRIP
  }

  /**
   * Returns the kind, by which it is counted.
   *
   * @return the kind
   */
  Kind kind();

  /**
   * Tells whether this fault can happen to an operation. Where it can, it may still find nothing to
   * strike in a request, such as a checksum in the reply that an object is missing; then the
   * request goes its way and the fault is not counted.
   *
   * @param operation the operation
   * @return whether it can happen
   */
  default boolean fits(S3Operation operation) {
    return Fitting.fits(kind(), operation);
  }

  /**
   * An error, and no effect: 500 {@code InternalError}, 503 {@code ServiceUnavailable}, 409 {@code
   * ConditionalRequestConflict}.
   *
   * @param status the status, 300 to 599
   * @param code S3's code
   */
  record ErrorBefore(int status, String code) implements S3Fault {

    /**
     * Validates the status.
     *
     * @param status the status
     * @param code S3's code
     */
    public ErrorBefore {
      requireError(status);
    }

    @Override
    public Kind kind() {
      return Kind.ERROR_BEFORE;
    }
  }

  /** 503 {@code SlowDown}, and no effect. */
  record Throttle() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.THROTTLE;
    }
  }

  /** The connection is closed without a reply, and there is no effect. */
  record DropBefore() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.DROP_BEFORE;
    }
  }

  /** The request takes effect, and the connection is closed without a reply. */
  record EffectThenDrop() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.EFFECT_THEN_DROP;
    }
  }

  /**
   * The request takes effect, and an error is the reply.
   *
   * @param status the status, 300 to 599
   * @param code S3's code
   */
  record EffectThenError(int status, String code) implements S3Fault {

    /**
     * Validates the status.
     *
     * @param status the status
     * @param code S3's code
     */
    public EffectThenError {
      requireError(status);
    }

    @Override
    public Kind kind() {
      return Kind.EFFECT_THEN_ERROR;
    }
  }

  /**
   * Status 200 with an error as its body.
   *
   * @param code S3's code
   * @param effect whether the request takes effect nevertheless
   */
  record ErrorIn200(String code, boolean effect) implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.ERROR_IN_200;
    }
  }

  /**
   * The body of the reply ends before its {@code Content-Length}, and the connection is closed. An
   * empty body cannot be short.
   *
   * @param kept how many bytes come at most, 0 or more; the last one never comes
   */
  record ShortBody(int kept) implements S3Fault {

    /**
     * Validates the number.
     *
     * @param kept how many bytes come at most
     */
    public ShortBody {
      requireCount(kept);
    }

    @Override
    public Kind kind() {
      return Kind.SHORT_BODY;
    }
  }

  /**
   * One byte of an object is flipped on its way: to the client in a reading, and to the server in a
   * put or a part, where a server that checks what came with it refuses it as {@code BadDigest}. An
   * empty body stays as it is.
   *
   * @param position which byte, from 0; counted on from the start where the body is shorter
   */
  record CorruptBody(int position) implements S3Fault {

    /**
     * Validates the position.
     *
     * @param position which byte
     */
    public CorruptBody {
      requireCount(position);
    }

    @Override
    public Kind kind() {
      return Kind.CORRUPT_BODY;
    }
  }

  /** The checksum in the reply is another one; the bytes are right. */
  record WrongChecksum() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.WRONG_CHECKSUM;
    }
  }

  /** The reply has no checksum. */
  record NoChecksum() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.NO_CHECKSUM;
    }
  }

  /** A part is acknowledged and not stored. */
  record LostPart() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.LOST_PART;
    }
  }

  /**
   * A listing is behind: it omits what was stored last and has what was deleted last.
   *
   * @param omitted how many of the objects stored last it omits, 0 or more
   * @param deleted how many of the objects deleted last it has, 0 to 1,000
   */
  record StaleListing(int omitted, int deleted) implements S3Fault {

    /**
     * Validates the numbers.
     *
     * @param omitted how many it omits
     * @param deleted how many deleted ones it has
     */
    public StaleListing {
      requireCount(omitted);
      requireCount(deleted);
      if (deleted > ObjectTable.MAX_DELETED) {
        throw new IllegalArgumentException(
            "at most " + ObjectTable.MAX_DELETED + " deletions are remembered, not " + deleted);
      }
    }

    @Override
    public Kind kind() {
      return Kind.STALE_LISTING;
    }
  }

  /**
   * Of a batch of deletions the first ones are not done, and the reply with status 200 names each
   * as {@code InternalError}.
   *
   * @param count how many, 1 or more
   */
  record KeysRefused(int count) implements S3Fault {

    /**
     * Validates the number.
     *
     * @param count how many
     */
    public KeysRefused {
      if (count < 1) {
        throw new IllegalArgumentException("1 key or more is refused, not " + count);
      }
    }

    @Override
    public Kind kind() {
      return Kind.KEYS_REFUSED;
    }
  }

  /**
   * Nothing happens until {@link S3FaultServer#release()}, and then all of it: a request that lands
   * late. After the longest hang, and when the server is closed, the connection is closed and there
   * is no effect.
   */
  record Hang() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.HANG;
    }
  }

  /**
   * The request takes effect at once, and its reply waits for {@link S3FaultServer#release()}.
   * After the longest hang, and when the server is closed, the connection is closed instead.
   */
  record EffectThenHang() implements S3Fault {
    @Override
    public Kind kind() {
      return Kind.EFFECT_THEN_HANG;
    }
  }

  /**
   * The bytes of an object come one by one, with a pause before each, until {@link
   * S3FaultServer#release()}, after which the rest comes at once. Longer than the longest hang it
   * does not go on: the connection is closed then, and when the server is closed. An empty body
   * cannot drip.
   *
   * @param pause how long each byte is waited for, 1 ms to 1 minute
   */
  record Drip(Duration pause) implements S3Fault {

    /**
     * Validates the pause.
     *
     * @param pause how long each byte is waited for
     */
    public Drip {
      if (pause.compareTo(Duration.ofMillis(1)) < 0 || pause.compareTo(Duration.ofMinutes(1)) > 0) {
        throw new IllegalArgumentException("a byte is waited for 1 ms to 1 minute, not " + pause);
      }
    }

    @Override
    public Kind kind() {
      return Kind.DRIP;
    }
  }

  private static void requireError(int status) {
    if (status < 300 || status > 599) {
      throw new IllegalArgumentException("an error has a status of 300 to 599, not " + status);
    }
  }

  private static void requireCount(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("a count is 0 or more, not " + count);
    }
  }
}
