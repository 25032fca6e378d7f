package dev.ingest.store.jdbc;

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
import dev.ingest.spi.ledger.Hold;
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
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How an entry becomes a row and back. {@link #VALUES}, {@link #bind} and {@link #read} name the
 * same columns in the same order.
 */
final class EntryColumns {

  /** All columns but the key. */
  static final List<String> VALUES =
      List.of(
          ("root item_count bytes accepted_at deadline expires_at session part_starts state version"
                  + " visible_at fence lease_incarnation lease_node lease_node_version epoch"
                  + " run_kind pipeline plan stage contract attempts output_prefix output_root"
                  + " output_count output_bytes published_prefix published_root published_count"
                  + " published_bytes published_epoch proven_at overdue at_risk leftovers"
                  + " hold_actor hold_reason hold_at failure_code failure_stage failure_contract"
                  + " failure_message chain_length chain_head")
              .split(" ", -1));

  /** The key and all other columns. */
  static final String ALL = "owner, id, " + String.join(", ", VALUES);

  private EntryColumns() {}

  static void bind(Bound row, Entry entry) throws SQLException {
    Receipt receipt = entry.receipt();
    row.digest(receipt.manifest().root())
        .number(receipt.manifest().count())
        .number(receipt.manifest().bytes())
        .time(receipt.acceptedAt())
        .time(receipt.deadline())
        .time(receipt.expiresAt())
        .text(entry.raw().session().value())
        .text(partStarts(entry.raw()));
    bindPosition(row, entry.position());
    bindRun(row, entry.run());
    Optional<Publication> published = entry.published();
    bindOutput(row, published.map(Publication::result));
    row.number(published.map(Publication::epoch).map(Integer::longValue))
        .time(published.map(Publication::provenAt));
    bindStanding(row, entry.standing());
    row.number(entry.chain().length()).digest(entry.chain().head());
  }

  private static void bindPosition(Bound row, Position position) throws SQLException {
    Optional<Lease> lease = position.lease();
    row.text(position.state().name())
        .number(position.version())
        .time(position.visibleAt())
        .number(position.fence())
        .text(lease.map(held -> held.token().incarnation().value()))
        .text(lease.map(held -> held.node().value()))
        .text(lease.map(Lease::nodeVersion));
  }

  private static void bindRun(Bound row, Run run) throws SQLException {
    row.number(run.epoch())
        .text(run.kind().name())
        .text(run.pipeline().name())
        .digest(run.pipeline().plan());
    bindStage(row, run.stage());
    row.number(run.attempts());
    bindOutput(row, run.output());
  }

  private static void bindStage(Bound row, Optional<StageRef> stage) throws SQLException {
    row.text(stage.map(StageRef::name))
        .number(stage.map(StageRef::contractVersion).map(Integer::longValue));
  }

  private static void bindOutput(Bound row, Optional<SealedOutput> output) throws SQLException {
    Optional<ManifestSummary> manifest = output.map(SealedOutput::manifest);
    row.text(output.map(made -> made.prefix().value()))
        .digest(manifest.map(ManifestSummary::root))
        .number(manifest.map(ManifestSummary::count).map(Integer::longValue))
        .number(manifest.map(ManifestSummary::bytes));
  }

  private static void bindStanding(Bound row, Standing standing) throws SQLException {
    Optional<Hold> hold = standing.hold();
    Optional<Failure> failure = standing.failure();
    row.flag(standing.overdue())
        .flag(standing.atRisk())
        .flag(standing.leftovers())
        .text(hold.map(Hold::actor))
        .text(hold.map(Hold::reason))
        .time(hold.map(Hold::at))
        .text(failure.map(Failure::code));
    bindStage(row, failure.flatMap(Failure::stage));
    row.text(failure.map(Failure::message));
  }

  static Entry read(Row row) throws SQLException {
    SequenceKey key = row.key();
    ManifestSummary manifest = new ManifestSummary(row.digest(), row.integer(), row.number());
    Receipt receipt = new Receipt(key, manifest, row.time(), row.time(), row.time());
    RawLocation raw = new RawLocation(new SessionId(row.text()), partStarts(row.text()));
    Position position = readPosition(row);
    Run run = readRun(row);
    Optional<Publication> published = readPublication(row);
    Standing standing = readStanding(row);
    ChainHead chain = new ChainHead(row.number(), row.digest());
    return new Entry(receipt, raw, position, run, published, standing, chain);
  }

  private static Position readPosition(Row row) throws SQLException {
    State state = row.constant(State.class);
    long version = row.number();
    Instant visibleAt = row.time();
    long fence = row.number();
    Optional<String> incarnation = row.optionalText();
    Optional<String> node = row.optionalText();
    Optional<String> nodeVersion = row.optionalText();
    Optional<Lease> lease = Optional.empty();
    if (incarnation.isPresent()) {
      LeaseToken token = new LeaseToken(new IncarnationId(incarnation.get()), fence);
      lease =
          Optional.of(
              new Lease(
                  token, new NodeId(node.orElseThrow()), nodeVersion.orElseThrow(), visibleAt));
    }
    return new Position(state, version, visibleAt, fence, lease);
  }

  private static Run readRun(Row row) throws SQLException {
    int epoch = row.integer();
    RunKind kind = row.constant(RunKind.class);
    PipelineRef pipeline = new PipelineRef(row.text(), row.digest());
    Optional<StageRef> stage = readStage(row);
    return new Run(epoch, kind, pipeline, stage, row.integer(), readOutput(row));
  }

  private static Optional<StageRef> readStage(Row row) throws SQLException {
    Optional<String> name = row.optionalText();
    Optional<Long> contract = row.optionalNumber();
    return name.map(present -> new StageRef(present, Math.toIntExact(contract.orElseThrow())));
  }

  private static Optional<SealedOutput> readOutput(Row row) throws SQLException {
    Optional<String> prefix = row.optionalText();
    Optional<Digest> root = row.optionalDigest();
    Optional<Long> count = row.optionalNumber();
    Optional<Long> bytes = row.optionalNumber();
    return prefix.map(
        present ->
            new SealedOutput(
                new ContentPrefix(present),
                new ManifestSummary(
                    root.orElseThrow(),
                    Math.toIntExact(count.orElseThrow()),
                    bytes.orElseThrow())));
  }

  private static Optional<Publication> readPublication(Row row) throws SQLException {
    Optional<SealedOutput> result = readOutput(row);
    Optional<Long> epoch = row.optionalNumber();
    Optional<Instant> provenAt = row.optionalTime();
    return result.map(
        present ->
            new Publication(present, Math.toIntExact(epoch.orElseThrow()), provenAt.orElseThrow()));
  }

  private static Standing readStanding(Row row) throws SQLException {
    boolean overdue = row.flag();
    boolean atRisk = row.flag();
    boolean leftovers = row.flag();
    Optional<String> actor = row.optionalText();
    Optional<String> reason = row.optionalText();
    Optional<Instant> at = row.optionalTime();
    Optional<Hold> hold =
        actor.map(present -> new Hold(present, reason.orElseThrow(), at.orElseThrow()));
    Optional<String> code = row.optionalText();
    Optional<StageRef> stage = readStage(row);
    Optional<String> message = row.optionalText();
    Optional<Failure> failure =
        code.map(present -> new Failure(present, stage, message.orElseThrow()));
    return new Standing(overdue, atRisk, leftovers, hold, failure);
  }

  /** Writes the first ordinals of a session's parts, separated by commas. */
  static String partStarts(RawLocation raw) {
    return raw.partStarts().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Reads the first ordinals of a session's parts. */
  static List<Integer> partStarts(String text) {
    return Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
  }
}
