package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Beside;
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
import dev.ingest.spi.ledger.Superseded;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How an entry becomes rows and back.
 *
 * <p>What changes at every step of a sequence in flight ({@link #PROGRESS}) stands in its narrow
 * row of {@code work} then, and in its row of {@code entries} otherwise; the rest ({@link #RECORD})
 * always stands in {@code entries}, and so does what is beside the primary run ({@link #BESIDE}),
 * which is mostly null. The lists, the methods that bind and {@link #read} name the same columns in
 * the same order.
 *
 * <p>While a run is beside a published result, the row of {@code work} is that run's, and {@code
 * entries} keeps the state alone of {@link #PROGRESS}: the primary run is at rest with its result.
 */
final class EntryColumns {

  /** What a receipt, a publication, marks and a failure need. */
  static final List<String> RECORD =
      split(
          "root item_count bytes accepted_at deadline expires_at session part_starts epoch run_kind"
              + " pipeline plan published_prefix published_root published_count published_bytes"
              + " published_epoch proven_at overdue at_risk hold_actor hold_reason hold_at"
              + " failure_code failure_stage failure_contract failure_message");

  /** Position, stage, output and the end of the history. */
  static final List<String> PROGRESS =
      split(
          "state version visible_at fence stage contract attempts output_prefix output_root"
              + " output_count output_bytes leftovers chain_length chain_head");

  /** Who holds the lease. */
  static final List<String> LEASE =
      split("lease_until lease_incarnation lease_node lease_node_version");

  /** The run beside a published result, in whose name runs are, and what was replaced. */
  static final List<String> BESIDE =
      split(
          "side_kind side_epoch side_pipeline side_plan side_backfill last_epoch backfill"
              + " superseded_prefix superseded_root superseded_count superseded_bytes"
              + " superseded_epoch superseded_proven_at superseded_until");

  /** The columns of an entry, wherever they are: {@code e} is its row, {@code w} that of work. */
  static final String MERGED =
      "e.owner, e.id, "
          + prefixed("e.", RECORD)
          + ", "
          + PROGRESS.stream()
              .map(column -> "COALESCE(w." + column + ", e." + column + ")")
              .collect(Collectors.joining(", "))
          + ", "
          + prefixed("w.", LEASE)
          + ", "
          + prefixed("e.", BESIDE);

  private static final List<Integer> ONE_PART = List.of(0);

  private EntryColumns() {}

  private static List<String> split(String names) {
    return List.of(names.split(" ", -1));
  }

  static String prefixed(String prefix, List<String> columns) {
    return columns.stream().map(column -> prefix + column).collect(Collectors.joining(", "));
  }

  static void bindRecord(Parameters row, Entry entry) throws SQLException {
    Receipt receipt = entry.receipt();
    Run run = entry.run();
    row.digest(receipt.manifest().root())
        .number(receipt.manifest().count())
        .number(receipt.manifest().bytes())
        .time(receipt.acceptedAt())
        .time(receipt.deadline())
        .time(receipt.expiresAt())
        .text(entry.raw().session().value())
        .text(partStarts(entry.raw()))
        .number(run.epoch())
        .text(run.kind().name())
        .text(run.pipeline().name())
        .digest(run.pipeline().plan());
    Optional<Publication> published = entry.published();
    bindOutput(row, published.map(Publication::result));
    row.number(published.map(Publication::epoch).map(Integer::longValue))
        .time(published.map(Publication::provenAt));
    bindStanding(row, entry.standing());
  }

  /** While a lease runs, only its end says when the entry is due again: it was due before. */
  static void bindProgress(Parameters row, Entry entry) throws SQLException {
    Position position = entry.position();
    row.text(position.state().name())
        .number(position.version())
        .time(position.lease().isPresent() ? Instant.EPOCH : position.visibleAt())
        .number(position.fence());
    Run run = entry.active();
    bindStage(row, run.stage());
    row.number(run.attempts());
    bindOutput(row, run.output());
    row.flag(entry.standing().leftovers())
        .number(entry.chain().length())
        .digest(entry.chain().head());
  }

  static void bindLease(Parameters row, Optional<Lease> lease) throws SQLException {
    row.time(lease.map(Lease::until))
        .text(lease.map(held -> held.token().incarnation().value()))
        .text(lease.map(held -> held.node().value()))
        .text(lease.map(Lease::nodeVersion));
  }

  static void bindBeside(Parameters row, Entry entry) throws SQLException {
    Beside beside = entry.beside();
    Optional<Run> side = beside.run();
    row.text(side.map(run -> run.kind().name()))
        .number(side.map(run -> (long) run.epoch()))
        .text(side.map(run -> run.pipeline().name()))
        .digest(side.map(run -> run.pipeline().plan()))
        .text(side.flatMap(Run::backfill))
        .number(beside.lastEpoch() == 0 ? Optional.empty() : Optional.of((long) beside.lastEpoch()))
        .text(entry.run().backfill());
    Optional<Publication> before = beside.superseded().map(Superseded::publication);
    bindOutput(row, before.map(Publication::result));
    row.number(before.map(Publication::epoch).map(Integer::longValue))
        .time(before.map(Publication::provenAt))
        .time(beside.superseded().map(Superseded::until));
  }

  private static void bindStage(Parameters row, Optional<StageRef> stage) throws SQLException {
    row.text(stage.map(StageRef::name))
        .number(stage.map(StageRef::contractVersion).map(Integer::longValue));
  }

  private static void bindOutput(Parameters row, Optional<SealedOutput> output)
      throws SQLException {
    Optional<ManifestSummary> manifest = output.map(SealedOutput::manifest);
    row.text(output.map(made -> made.prefix().value()))
        .digest(manifest.map(ManifestSummary::root))
        .number(manifest.map(ManifestSummary::count).map(Integer::longValue))
        .number(manifest.map(ManifestSummary::bytes));
  }

  private static void bindStanding(Parameters row, Standing standing) throws SQLException {
    Optional<Hold> hold = standing.hold();
    Optional<Failure> failure = standing.failure();
    row.flag(standing.overdue())
        .number(standing.escalations())
        .text(hold.map(Hold::actor))
        .text(hold.map(Hold::reason))
        .time(hold.map(Hold::at))
        .text(failure.map(Failure::code));
    bindStage(row, failure.flatMap(Failure::stage));
    row.text(failure.map(Failure::message));
  }

  static Entry read(Row row) throws SQLException {
    SequenceKey key = row.key();
    try {
      return read(key, row);
    } catch (RuntimeException e) {
      throw new UnreadableRowException("the row of " + key, e);
    }
  }

  private static Entry read(SequenceKey key, Row row) throws SQLException {
    ManifestSummary manifest = new ManifestSummary(row.digest(), row.integer(), row.number());
    Receipt receipt = new Receipt(key, manifest, row.time(), row.time(), row.time());
    RawLocation raw = new RawLocation(new SessionId(row.text()), partStarts(row.text()));
    int epoch = row.integer();
    RunKind kind = row.constant(RunKind.class);
    PipelineRef pipeline = new PipelineRef(row.text(), row.digest());
    Optional<Publication> published = readPublication(row);
    Standing marks = readStanding(row);
    State state = row.constant(State.class);
    long version = row.number();
    Instant visibleAt = row.time();
    long fence = row.number();
    Optional<StageRef> stage = readStage(row);
    Run worked = new Run(epoch, kind, pipeline, stage, row.integer(), readOutput(row));
    Standing standing = marks.withLeftovers(row.flag());
    ChainHead chain = new ChainHead(row.number(), row.digest());
    Optional<Lease> lease = readLease(row, fence);
    Instant visible = lease.map(Lease::until).orElse(visibleAt);
    Position position = new Position(state, version, visible, fence, lease);
    Optional<Run> side = readSide(row, worked);
    Optional<Long> lastEpoch = row.optionalNumber();
    Run run = primary(worked, side, published).inNameOf(row.optionalText());
    Beside beside = new Beside(side, readSuperseded(row), Math.toIntExact(lastEpoch.orElse(0L)));
    return new Entry(receipt, raw, position, run, published, standing, chain, beside);
  }

  /** Reads the run beside a result, which has made the progress that was read. */
  private static Optional<Run> readSide(Row row, Run worked) throws SQLException {
    Optional<String> kind = row.optionalText();
    Optional<Long> epoch = row.optionalNumber();
    Optional<String> pipeline = row.optionalText();
    Optional<Digest> plan = row.optionalDigest();
    Optional<String> backfill = row.optionalText();
    return kind.map(
        present ->
            new Run(
                Math.toIntExact(epoch.orElseThrow()),
                RunKind.valueOf(present),
                new PipelineRef(pipeline.orElseThrow(), plan.orElseThrow()),
                worked.stage(),
                worked.attempts(),
                worked.output(),
                backfill));
  }

  /** The primary run has made its own progress, or it is at rest with what it published. */
  private static Run primary(Run worked, Optional<Run> side, Optional<Publication> published) {
    return side.isEmpty()
        ? worked
        : new Run(
            worked.epoch(),
            worked.kind(),
            worked.pipeline(),
            Optional.empty(),
            0,
            published.map(Publication::result));
  }

  private static Optional<Superseded> readSuperseded(Row row) throws SQLException {
    Optional<Publication> before = readPublication(row);
    Optional<Instant> until = row.optionalTime();
    return before.map(present -> new Superseded(present, until.orElseThrow()));
  }

  /** Reads the lease that runs, or ran out, at a fence. */
  static Optional<Lease> readLease(Row row, long fence) throws SQLException {
    Optional<Instant> until = row.optionalTime();
    Optional<String> incarnation = row.optionalText();
    Optional<String> node = row.optionalText();
    Optional<String> nodeVersion = row.optionalText();
    return incarnation.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Lease(
                new LeaseToken(new IncarnationId(incarnation.get()), fence),
                new NodeId(node.orElseThrow()),
                nodeVersion.orElseThrow(),
                until.orElseThrow()));
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

  /** Reads an output of which each part may be missing; then there is none. */
  static Optional<SealedOutput> readWholeOutput(Row row) throws SQLException {
    Optional<String> prefix = row.optionalText();
    Optional<Digest> root = row.optionalDigest();
    Optional<Long> count = row.optionalNumber();
    Optional<Long> bytes = row.optionalNumber();
    return prefix.isEmpty() || root.isEmpty() || count.isEmpty() || bytes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SealedOutput(
                new ContentPrefix(prefix.get()),
                new ManifestSummary(root.get(), Math.toIntExact(count.get()), bytes.get())));
  }

  private static Optional<Publication> readPublication(Row row) throws SQLException {
    Optional<SealedOutput> result = readOutput(row);
    Optional<Long> epoch = row.optionalNumber();
    Optional<Instant> provenAt = row.optionalTime();
    return result.map(
        present ->
            new Publication(present, Math.toIntExact(epoch.orElseThrow()), provenAt.orElseThrow()));
  }

  /** Reads the marks but for the leftovers, which belong to the progress. */
  private static Standing readStanding(Row row) throws SQLException {
    boolean overdue = row.flag();
    int escalations = row.integer();
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
    return new Standing(overdue, escalations, false, hold, failure);
  }

  /** Writes the first ordinals of a session's parts, separated by commas. */
  static String partStarts(RawLocation raw) {
    return raw.partStarts().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Reads the first ordinals of a session's parts. Nearly every session has one, from 0. */
  static List<Integer> partStarts(String text) {
    if (text.equals("0")) {
      return ONE_PART;
    }
    return Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
  }
}
