package dev.ingest.spi.ledger;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.content.ContentPrefix;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Valid rows of one sequence, which the tests then break in one place each. */
final class Rows {

  static final SequenceKey KEY = SequenceKey.of("anna", "holiday");
  static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
  static final ManifestSummary MANIFEST = new ManifestSummary(Digest.ofUtf8("root"), 3, 127);
  static final SessionId SESSION = SessionId.ofBits(1, 2);
  static final StageRef STAGE = new StageRef("thumbnails", 1);
  static final SealedOutput OUTPUT = new SealedOutput(new ContentPrefix("result/a"), MANIFEST);
  static final Publication PUBLISHED = new Publication(OUTPUT, 1, NOON);
  static final Failure FAILURE = new Failure("ATTEMPTS_EXHAUSTED", Optional.of(STAGE), "why");
  static final LeaseToken TOKEN = new LeaseToken(IncarnationId.ofBits(3, 4), 1);
  static final Lease LEASE = new Lease(TOKEN, new NodeId("node-1"), "1.0", NOON.plusSeconds(30));
  static final Digest HEAD = Digest.ofUtf8("head");

  private Rows() {}

  /** What an entry may or may not have beside its state. */
  record Parts(boolean published, boolean failed, boolean stage, boolean output, boolean leased) {

    /** The parts that an entry in this state is usually found with. */
    static Parts usual(State state) {
      return switch (state) {
        case ACCEPTED -> new Parts(false, false, true, false, false);
        case PROCESSING -> new Parts(false, false, true, false, true);
        case PROCESSED -> new Parts(false, false, false, true, false);
        case VERIFIED, EXPIRING, EXPIRED -> new Parts(true, false, false, true, false);
        case FAILED, LOST -> new Parts(false, true, true, false, false);
        case DISCARDING, DISCARDED -> new Parts(false, false, true, false, false);
      };
    }
  }

  static Receipt receipt() {
    return new Receipt(
        KEY, MANIFEST, NOON, NOON.plus(Duration.ofDays(1)), NOON.plus(Duration.ofDays(30)));
  }

  static Entry entry(State state, Parts parts) {
    return new Entry(
        receipt(),
        new RawLocation(SESSION, List.of(0)),
        new Position(state, 5, NOON, 1, parts.leased() ? Optional.of(LEASE) : Optional.empty()),
        new Run(
            1,
            RunKind.PRIMARY,
            new PipelineRef("photos", Digest.ofUtf8("plan")),
            parts.stage() ? Optional.of(STAGE) : Optional.empty(),
            0,
            parts.output() ? Optional.of(OUTPUT) : Optional.empty()),
        parts.published() ? Optional.of(PUBLISHED) : Optional.empty(),
        Standing.CLEAR.withFailure(parts.failed() ? Optional.of(FAILURE) : Optional.empty()),
        new ChainHead(4, HEAD));
  }

  static Entry entry(State state) {
    return entry(state, Parts.usual(state));
  }

  static HistoryRow row(SequenceKey key, Optional<State> from, State to, ChainHead chain) {
    Digest previous = chain.length() == 1 ? ChainHead.EMPTY.head() : Digest.ofUtf8("previous");
    return row(key, from, to, new HistoryRow.Link(chain.length(), previous, chain.head()));
  }

  static HistoryRow row(SequenceKey key, Optional<State> from, State to, HistoryRow.Link link) {
    return new HistoryRow(
        key,
        new HistoryRow.Step(TransitionId.ofBits(5, 6), TransitionKind.STAGE_RETRIED, NOON),
        from,
        to,
        new HistoryRow.Note("node-1", ""),
        link);
  }

  static AlertRow alert() {
    return new AlertRow(
        new AlertRow.Group("SEQUENCE_FAILED", "photos", "thumbnails@1", "1.0"),
        NOON,
        Optional.of(KEY),
        "redrive or discard it");
  }
}
