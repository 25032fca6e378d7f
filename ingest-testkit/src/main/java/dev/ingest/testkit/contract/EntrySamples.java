package dev.ingest.testkit.contract;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Beside;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Draws entries with every optional part present or absent, texts that are awkward to store, and
 * numbers and times at their edges. The same seed draws the same entries.
 */
final class EntrySamples {

  static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "it's \"quoted\" \\ back`tick` %s %d ? :name $1 @x",
          "'; DROP TABLE entry; --",
          "${jndi:ldap://127.0.0.1/a}",
          "{} {0} {{}}",
          "line\nfeed\r\ntab\tbell\u0007 escape\u001b[31m",
          "größer, 日本語, עברית, \u202egnirts",
          "e\u0301 is not \u00e9",
          "\ud83d\ude80 rocket \ud83c\udff3\ufe0f\u200d\ud83c\udf08",
          "=1+1",
          "null",
          "<a href=\"x\">&amp;</a>");

  private static final List<State> STATES =
      List.of(
          State.ACCEPTED,
          State.PROCESSED,
          State.VERIFIED,
          State.EXPIRING,
          State.EXPIRED,
          State.FAILED,
          State.DISCARDING,
          State.DISCARDED,
          State.LOST);

  private static final Set<State> PUBLISHED = Set.of(State.VERIFIED, State.EXPIRING, State.EXPIRED);

  private static final List<RunKind> KINDS = List.of(RunKind.values());

  private final SplittableRandom random;

  EntrySamples(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Changes everything of an entry but its key, session and chain. */
  Entry vary(Entry entry) {
    State state = STATES.get(random.nextInt(STATES.size()));
    Optional<Publication> published =
        PUBLISHED.contains(state) ? Optional.of(publication()) : maybe(this::publication);
    boolean beside = state == State.VERIFIED && random.nextBoolean();
    Run run = beside ? atRest(published) : run(state);
    boolean failed = state == State.FAILED || state == State.LOST;
    Standing standing =
        new Standing(
            random.nextBoolean(),
            random.nextInt(Standing.MAX_ESCALATIONS + 1),
            random.nextBoolean(),
            maybe(() -> new Hold(text(128), text(500), instant())),
            failed ? Optional.of(failure()) : maybe(this::failure));
    return new Entry(
        receipt(entry),
        raw(entry),
        new Position(state, entry.version(), instant(), 0, Optional.empty()),
        run,
        published,
        standing,
        entry.chain(),
        beside(beside ? Optional.of(side(run.epoch())) : Optional.empty()));
  }

  /** A primary run that stands behind what is published, beside which another one may be. */
  private Run atRest(Optional<Publication> published) {
    return new Run(
        1 + random.nextInt(1 << 30),
        RunKind.PRIMARY,
        new PipelineRef(name(), digest()),
        Optional.empty(),
        0,
        published.map(Publication::result),
        maybe(this::name));
  }

  private Run side(int epoch) {
    return new Run(
        epoch + 1 + random.nextInt(1 << 30),
        random.nextBoolean() ? RunKind.REPLACEMENT : RunKind.SHADOW,
        new PipelineRef(name(), digest()),
        maybe(this::stage),
        random.nextInt(Integer.MAX_VALUE),
        maybe(this::output),
        maybe(this::name));
  }

  private Beside beside(Optional<Run> side) {
    Optional<Superseded> superseded = maybe(() -> new Superseded(publication(), instant()));
    int epoch = side.map(Run::epoch).orElseGet(() -> random.nextInt(Integer.MAX_VALUE));
    return new Beside(side, superseded, epoch);
  }

  /** Changes what a completed stage may change: position, run and leftovers mark. */
  Entry varyStage(Entry entry) {
    if (entry.beside().run().isPresent()) {
      Run side = entry.beside().run().get();
      Run moved = side.movedTo(maybe(this::stage), output());
      return entry.with(
          new Position(State.VERIFIED, entry.version(), instant(), 0, Optional.empty()), moved);
    }
    State state = random.nextBoolean() ? State.ACCEPTED : State.PROCESSED;
    return new Entry(
        entry.receipt(),
        entry.raw(),
        new Position(state, entry.version(), instant(), 0, Optional.empty()),
        run(state).inNameOf(entry.run().backfill()),
        entry.published(),
        entry.standing().withLeftovers(random.nextBoolean()),
        entry.chain(),
        entry.beside());
  }

  /** Changes every part, to VERIFIED with nothing under way beside it. */
  Entry varyVerified(Entry entry) {
    Entry varied = vary(entry);
    while (varied.state() != State.VERIFIED || varied.beside().run().isPresent()) {
      varied = vary(entry);
    }
    return varied;
  }

  /** Changes what the first step of an expiry changes: position and time of the proof. */
  Entry expiring(Entry verified) {
    Publication before = verified.published().orElseThrow();
    return moved(
        verified, State.EXPIRING, new Publication(before.result(), before.epoch(), instant()));
  }

  /** Changes what the second step of an expiry changes: the position. */
  Entry expired(Entry expiring) {
    return moved(expiring, State.EXPIRED, expiring.published().orElseThrow());
  }

  private Entry moved(Entry entry, State state, Publication published) {
    return new Entry(
        entry.receipt(),
        entry.raw(),
        new Position(state, entry.version(), instant(), 0, Optional.empty()),
        entry.run(),
        Optional.of(published),
        entry.standing(),
        entry.chain(),
        entry.beside());
  }

  HistoryRow.Note note() {
    return new HistoryRow.Note(text(128), text(HistoryRow.MAX_DETAIL));
  }

  /** A text of at most a length, often of exactly that length in characters of any width. */
  String text(int most) {
    if (random.nextInt(4) == 0) {
      String unit = List.of("x", "é", "界", "\ud83d\ude80").get(random.nextInt(4));
      return unit.repeat(most / unit.length());
    }
    String text = TEXTS.get(random.nextInt(TEXTS.size()));
    return text.length() > most ? text.substring(0, most) : text;
  }

  Instant instant() {
    return switch (random.nextInt(8)) {
      case 0 -> Instant.EPOCH;
      case 1 -> Instant.parse("1969-12-31T23:59:59.999Z");
      case 2 -> Instant.parse("9999-12-31T23:59:59.999Z");
      case 3 -> Instant.parse("2024-02-29T23:59:59.001Z");
      default -> Instant.ofEpochMilli(random.nextLong(0, 4_102_444_800_000L));
    };
  }

  private Run run(State state) {
    Optional<StageRef> stage =
        state == State.PROCESSED
            ? Optional.empty()
            : state == State.ACCEPTED ? Optional.of(stage()) : maybe(this::stage);
    Optional<SealedOutput> output =
        state == State.PROCESSED ? Optional.of(output()) : maybe(this::output);
    return new Run(
        1 + random.nextInt(Integer.MAX_VALUE),
        KINDS.get(random.nextInt(KINDS.size())),
        new PipelineRef(name(), digest()),
        stage,
        random.nextInt(Integer.MAX_VALUE),
        output,
        maybe(this::name));
  }

  private Receipt receipt(Entry entry) {
    List<Instant> times = List.of(instant(), instant(), instant()).stream().sorted().toList();
    ManifestSummary manifest =
        new ManifestSummary(
            digest(),
            1 + random.nextInt(1_000_000),
            List.of(0L, 1L, 4_096L, 1L << 32, (1L << 53) + 1).get(random.nextInt(5)));
    return new Receipt(entry.key(), manifest, times.get(0), times.get(1), times.get(2));
  }

  private RawLocation raw(Entry entry) {
    List<Integer> starts = random.nextBoolean() ? List.of(0) : List.of(0, 0, 17, 999_999);
    return new RawLocation(entry.raw().session(), starts);
  }

  private SealedOutput output() {
    ManifestSummary manifest =
        new ManifestSummary(digest(), random.nextInt(1_000_001), random.nextLong(Long.MAX_VALUE));
    String prefix = random.nextBoolean() ? "run/a-b_c/0" : "x".repeat(128) + "/y/z";
    return new SealedOutput(new ContentPrefix(prefix), manifest);
  }

  private Publication publication() {
    return new Publication(output(), 1 + random.nextInt(Integer.MAX_VALUE), instant());
  }

  private Failure failure() {
    String code = random.nextBoolean() ? "DIGEST_MISMATCH" : "X".repeat(64);
    return new Failure(code, maybe(this::stage), text(Failure.MAX_MESSAGE));
  }

  private StageRef stage() {
    return new StageRef(name(), 1 + random.nextInt(Integer.MAX_VALUE));
  }

  private String name() {
    return List.of("a", "0", "resize.v2_x-y", "n".repeat(64)).get(random.nextInt(4));
  }

  private Digest digest() {
    byte[] bytes = new byte[Digest.BYTES];
    random.nextBytes(bytes);
    return Digest.ofBytes(bytes);
  }

  private <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
  }
}
