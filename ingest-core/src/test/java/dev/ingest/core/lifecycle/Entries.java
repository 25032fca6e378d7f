package dev.ingest.core.lifecycle;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Entries in every state, for tests of the lifecycle. */
final class Entries {

  static final Instant ACCEPTED_AT = Instant.parse("2026-03-01T10:00:00Z");
  static final Instant DEADLINE = ACCEPTED_AT.plus(Duration.ofHours(1));
  static final Instant EXPIRES_AT = ACCEPTED_AT.plus(Duration.ofDays(30));
  static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  static final ManifestSummary RAW = new ManifestSummary(Digest.ofUtf8("raw"), 2, 20);
  static final SealedOutput OUTPUT =
      new SealedOutput(
          new ContentPrefix("run/a/b/c"), new ManifestSummary(Digest.ofUtf8("out"), 2, 10));
  static final StageRef FIRST = new StageRef("first", 1);
  static final StageRef SECOND = new StageRef("second", 1);
  static final PipelineRef PIPELINE = new PipelineRef("test", Digest.ofUtf8("plan"));
  static final RawLocation LOCATION = new RawLocation(SessionId.ofBits(1, 2), List.of(0));
  static final Lease LEASE =
      new Lease(
          new LeaseToken(IncarnationId.ofBits(3, 4), 5),
          new NodeId("node-1"),
          "v1",
          ACCEPTED_AT.plusSeconds(30));
  static final Failure FAILURE = new Failure("STAGE_ERROR", Optional.of(FIRST), "no luck");

  private Entries() {}

  static Entry in(State state) {
    return in(state, Standing.CLEAR);
  }

  static Entry in(State state, Standing standing) {
    boolean broken = state == State.FAILED || state == State.LOST;
    return new Entry(
        new Receipt(KEY, RAW, ACCEPTED_AT, DEADLINE, EXPIRES_AT),
        LOCATION,
        new Position(
            state,
            7,
            ACCEPTED_AT,
            5,
            state == State.PROCESSING ? Optional.of(LEASE) : Optional.empty()),
        run(state),
        published(state),
        broken ? standing.withFailure(Optional.of(FAILURE)) : standing,
        new ChainHead(3, Digest.ofUtf8("head")));
  }

  /** A VERIFIED entry with a publication of one's own. */
  static Entry published(Publication shown) {
    Entry verified = in(State.VERIFIED);
    return new Entry(
        verified.receipt(),
        verified.raw(),
        verified.position(),
        verified.run(),
        Optional.of(shown),
        verified.standing(),
        verified.chain());
  }

  private static Run run(State state) {
    boolean atStage = state == State.ACCEPTED || state == State.PROCESSING || state == State.FAILED;
    return new Run(
        1,
        RunKind.PRIMARY,
        PIPELINE,
        atStage ? Optional.of(FIRST) : Optional.empty(),
        1,
        atStage ? Optional.empty() : Optional.of(OUTPUT));
  }

  private static Optional<Publication> published(State state) {
    return switch (state) {
      case VERIFIED, EXPIRING, EXPIRED, LOST ->
          Optional.of(new Publication(OUTPUT, 1, ACCEPTED_AT));
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED -> Optional.empty();
    };
  }
}
