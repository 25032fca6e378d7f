package dev.ingest.spi.ledger;

import static dev.ingest.spi.Refusals.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LedgerValuesTest {

  private static final Instant FINE = Instant.parse("2026-05-01T12:00:00.123456789Z");
  private static final Instant CUT = Instant.parse("2026-05-01T12:00:00.123Z");
  private static final NodeId NODE = new NodeId("node-1");
  private static final ManifestItem ITEM =
      new ManifestItem(ItemName.of("a"), 1, Digest.ofUtf8("a"));

  private record TextType(String name, int limit, Function<String, String> kept) {}

  private static Stream<TextType> textTypes() {
    return Stream.of(
        new TextType("failure", 2_000, text -> new Failure("A", Optional.empty(), text).message()),
        new TextType("reason of a hold", 500, text -> new Hold("a", text, CUT).reason()),
        new TextType("actor of a hold", 128, text -> new Hold(text, "why", CUT).actor()),
        new TextType("actor", 128, text -> new HistoryRow.Note(text, "").actor()),
        new TextType("detail", 4_000, text -> new HistoryRow.Note("a", text).detail()),
        new TextType("alert", 2_000, LedgerValuesTest::keptByAlert),
        new TextType(
            "record body",
            65_536,
            text -> new ControlRecord(new ControlRecord.Key("a", "b"), 1, text).body()),
        new TextType(
            "node version of a lease",
            64,
            text -> new Lease(Rows.TOKEN, NODE, text, CUT).nodeVersion()),
        new TextType(
            "node version of an alert",
            64,
            text -> new AlertRow.Group("A", "", "", text).nodeVersion()));
  }

  private static String keptByAlert(String text) {
    return new AlertRow(Rows.alert().group(), CUT, Optional.empty(), text).message();
  }

  static Stream<Arguments> freeTexts() {
    Stream<Arguments> texts =
        Stream.of(
            arguments("empty", ""),
            arguments("statement", "'; DROP TABLE entries; --"),
            arguments("lookup", "${jndi:ldap://x/a}"),
            arguments("placeholder", "{} {0} %s %n"),
            arguments("formula", "=cmd|' /C calc'!A0"),
            arguments("line break", "first\r\nsecond\tcolumn"),
            arguments("right-to-left override", "a\u202Eb"),
            arguments("beyond the basic plane", "\uD83D\uDE00"),
            arguments("decomposed", "e\u0301"));
    return texts.flatMap(
        text ->
            textTypes().map(type -> arguments(type.name(), text.get()[0], type, text.get()[1])));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("freeTexts")
  void freeText_isKeptVerbatim(String name, String what, Object type, String text) {
    assertEquals(text, ((TextType) type).kept().apply(text));
  }

  static Stream<Arguments> typesOfText() {
    return textTypes().map(type -> arguments(type.name(), type));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("typesOfText")
  void freeText_hasItsExactLimit(String name, Object type) {
    TextType text = (TextType) type;
    String longest = "=".repeat(text.limit());
    assertEquals(longest, text.kept().apply(longest));
    assertRefused(Kind.TEXT, () -> text.kept().apply(longest + "="));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("typesOfText")
  void freeTextThatNoStoreKeeps_isRefused(String name, Object type) {
    TextType text = (TextType) type;
    for (String bad : List.of("\0", "a\0b", "\uD83D", "a\uDE00", "\uDE00\uD83D", "\uD83Dx\uDE00")) {
      assertRefused(Kind.TEXT, () -> text.kept().apply(bad));
    }
  }

  @Property(tries = 2_000)
  void freeText_isRefusedExactlyIfUtf8WouldAlterIt(@ForAll("anyTexts") String text) {
    String stored = new String(text.getBytes(UTF_8), UTF_8);
    if (stored.equals(text) && text.indexOf('\0') < 0) {
      assertEquals(text, keptByAlert(text));
    } else {
      assertRefused(Kind.TEXT, () -> keptByAlert(text));
    }
  }

  static Stream<Arguments> times() {
    return Stream.of(
        arguments("alert", new AlertRow(Rows.alert().group(), FINE, Optional.empty(), "").at()),
        arguments(
            "history",
            new HistoryRow.Step(TransitionId.ofBits(1, 1), TransitionKind.HELD, FINE).at()),
        arguments("hold", new Hold("a", "why", FINE).at()),
        arguments("lease", new Lease(Rows.TOKEN, NODE, "", FINE).until()),
        arguments(
            "position", new Position(State.ACCEPTED, 1, FINE, 0, Optional.empty()).visibleAt()),
        arguments("publication", new Publication(Rows.OUTPUT, 1, FINE).provenAt()),
        arguments("census", new Census(Map.of(), 0, FINE).asOf()),
        arguments("digest", new AlertDigest(1, FINE, List.of()).sealedAt()),
        arguments("first of a line", line(1, FINE, List.of()).first()),
        arguments("last of a line", line(1, FINE, List.of()).last()),
        arguments(
            "session",
            new UploadSession(
                    new RawLocation(Rows.SESSION, List.of(0)),
                    Rows.KEY,
                    SessionState.OPEN,
                    Reservation.NONE,
                    Reservation.NONE,
                    FINE)
                .touchedAt()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("times")
  void time_isCutToMilliseconds(String what, Instant kept) {
    assertEquals(CUT, kept);
  }

  static Stream<Arguments> outOfRange() {
    ControlRecord.Key key = new ControlRecord.Key("a", "b");
    Instant at = CUT;
    return Stream.of(
        refused("record version 0", () -> new ControlRecord(key, 0, "")),
        refused("digest ordinal 0", () -> new AlertDigest(0, at, List.of())),
        refused("line of no alerts", () -> line(0, at, List.of())),
        refused("line of 11 samples", () -> line(11, at, Collections.nCopies(11, Rows.KEY))),
        refused("chain length -1", () -> new ChainHead(-1, Rows.HEAD)),
        refused("history ordinal 0", () -> new HistoryRow.Link(0, Rows.HEAD, Rows.HEAD)),
        refused("fence 0", () -> new LeaseToken(IncarnationId.ofBits(1, 1), 0)),
        refused("batch size 0", () -> new LedgerCapabilities(true, true, 0)),
        refused("version 0", () -> new Position(State.ACCEPTED, 0, at, 0, Optional.empty())),
        refused("fence -1", () -> new Position(State.ACCEPTED, 1, at, -1, Optional.empty())),
        refused("epoch 0", () -> new Publication(Rows.OUTPUT, 0, at)),
        refused("attempts -1", () -> Rows.entry(State.ACCEPTED).run().withAttempts(-1)),
        refused("contract version 0", () -> new StageRef("a", 0)),
        refused("ordinal -1", () -> new SessionItem(-1, ITEM)),
        refused("ordinal 1,000,000", () -> new SessionItem(1_000_000, ITEM)),
        refused("reserved items -1", () -> new Reservation(-1, 0)),
        refused("reserved bytes -1", () -> new Reservation(0, -1)),
        refused("count of sequences -1", () -> new Census(Map.of(State.LOST, -1L), 0, at)),
        refused("count of sessions -1", () -> new Census(Map.of(), -1, at)),
        refused("scan of 0", () -> ScanQuery.all(0)),
        refused("scan of 1,001", () -> ScanQuery.all(1_001)),
        refused("due 0", () -> due(DueQuery.Kind.RISK, 0, 0)),
        refused("due 1,001", () -> due(DueQuery.Kind.RISK, 0, 1_001)),
        refused("due at level -1", () -> due(DueQuery.Kind.RISK, -1, 1)),
        refused("due at level 17", () -> due(DueQuery.Kind.RISK, 17, 1)),
        refused("a deadline with a level", () -> due(DueQuery.Kind.DEADLINE, 1, 1)),
        refused("escalations -1", () -> Standing.CLEAR.withEscalations(-1)),
        refused("escalations 17", () -> Standing.CLEAR.withEscalations(17)),
        refused("claim of 0", () -> claim(Set.of(), 0)),
        refused("claim of 1,001", () -> claim(Set.of(), 1_001)),
        refused("claim of 1,001 kinds", () -> claim(kindsOfWork(1_001), 1)),
        refused("endless paging", () -> new EntryPage(List.of(), true)));
  }

  private static DueQuery due(DueQuery.Kind kind, int escalations, int limit) {
    return new DueQuery(kind, Duration.ZERO, escalations, Optional.empty(), limit);
  }

  private static Arguments refused(String what, Executable creation) {
    return arguments(what, creation);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outOfRange")
  void numberOutOfRange_isRefused(String what, Executable creation) {
    assertRefused(Kind.NUMBER, creation);
  }

  @Test
  void numbersAtTheirLimits_areAccepted() {
    assertEquals(999_999, new SessionItem(999_999, ITEM).ordinal());
    assertEquals(1_000, claim(kindsOfWork(1_000), 1_000).limit());
    assertEquals(10, line(11, CUT, Collections.nCopies(10, Rows.KEY)).samples().size());
    assertEquals(new ChainHead(0, Digest.ofBytes(new byte[32])), ChainHead.EMPTY);
  }

  @Test
  void leaseWithoutDuration_isRefused() {
    for (Duration lease : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
      assertRefused(Kind.TIME, () -> new ClaimRequest(NODE, "1.0", Set.of(), 1, lease));
    }
  }

  @Test
  void reservation_addsUpWithoutOverflow() {
    Reservation all = new Reservation(Long.MAX_VALUE, Long.MAX_VALUE);
    assertEquals(all, all.plus(Reservation.NONE));
    assertThrows(ArithmeticException.class, () -> all.plus(new Reservation(1, 0)));
    assertThrows(ArithmeticException.class, () -> all.plus(new Reservation(0, 1)));
  }

  @Test
  void census_countsWhatIsMissingAsZero() {
    Census census = new Census(Map.of(State.VERIFIED, 3L, State.FAILED, 1L), 2, CUT);
    assertEquals(3, census.count(State.VERIFIED));
    assertEquals(0, census.count(State.LOST));
    assertEquals(4, census.total());
  }

  @Test
  void controlKeys_areOrderedByKindThenName() {
    List<ControlRecord.Key> keys =
        Stream.of("b/a", "a/b", "a/a")
            .map(text -> new ControlRecord.Key(text.substring(0, 1), text.substring(2)))
            .sorted()
            .toList();
    assertEquals(
        List.of("a/a", "a/b", "b/a"),
        keys.stream().map(key -> key.kind() + "/" + key.name()).toList());
  }

  @Property
  void recordNames_haveOneForm(@ForAll("nearNames") String text) {
    boolean hasForm = text.matches("[a-z0-9][a-z0-9._-]{0,63}");
    if (hasForm) {
      assertEquals(text, new ControlRecord.Key(text, "a").kind());
      assertEquals(text, new ControlRecord.Key("a", text).name());
    } else {
      assertRefused(Kind.IDENTIFIER, () -> new ControlRecord.Key(text, "a"));
      assertRefused(Kind.IDENTIFIER, () -> new ControlRecord.Key("a", text));
    }
  }

  @Provide
  Arbitrary<String> nearNames() {
    return Arbitraries.strings()
        .withChars("az09._-AZ/ \n\u00e9\u0661")
        .ofMaxLength(4)
        .flatMap(text -> Arbitraries.of(text, "a".repeat(61) + text));
  }

  @Test
  void nextPage_keepsTheQuery() {
    ScanQuery query = ScanQuery.all(7).after(Rows.KEY);
    assertEquals(Optional.of(Rows.KEY), query.after());
    assertEquals(7, query.limit());
  }

  @Test
  void rawLocation_findsThePartOfEveryOrdinal() {
    RawLocation raw = new RawLocation(Rows.SESSION, List.of(0, 3, 3, 7));
    assertEquals(3, raw.latestPart());
    assertEquals(
        List.of(0, 0, 0, 2, 2, 2, 2, 3, 3),
        Stream.iterate(0, ordinal -> ordinal + 1).limit(9).map(raw::partOf).toList());
    assertRefused(Kind.NUMBER, () -> raw.partOf(-1));
  }

  @Test
  void rawLocation_refusesPartsOutOfOrder() {
    for (List<Integer> starts :
        List.of(List.<Integer>of(), List.of(1), List.of(0, 5, 4), Collections.nCopies(1_001, 0))) {
      assertRefused(Kind.NUMBER, () -> new RawLocation(Rows.SESSION, starts));
    }
    assertEquals(999, new RawLocation(Rows.SESSION, Collections.nCopies(1_000, 0)).latestPart());
  }

  @Provide
  Arbitrary<String> anyTexts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(20),
        Arbitraries.strings().withChars("a\0\uD83D\uDE00\uD800").ofMaxLength(6));
  }

  private static AlertDigest.Line line(long count, Instant at, List<SequenceKey> samples) {
    return new AlertDigest.Line(Rows.alert().group(), count, at, at, samples, "");
  }

  private static ClaimRequest claim(Set<WorkRef> work, int limit) {
    return new ClaimRequest(NODE, "1.0", work, limit, Duration.ofSeconds(30));
  }

  private static Set<WorkRef> kindsOfWork(int count) {
    Set<WorkRef> work = new HashSet<>();
    for (int number = 0; number < count; number++) {
      work.add(new WorkRef("p" + number, Optional.empty()));
    }
    return work;
  }
}
