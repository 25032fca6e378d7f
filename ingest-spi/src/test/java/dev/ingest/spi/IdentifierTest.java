package dev.ingest.spi;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that is an identifier, against everything that must never become one. */
class IdentifierTest {

  private record Type(String name, Kind kind, Function<String, Object> creation) {}

  private static Stream<Type> types() {
    return Stream.of(
        new Type("owner", Kind.OWNER_ID, OwnerId::of),
        new Type("sequence", Kind.SEQUENCE_ID, SequenceId::of),
        new Type("session", Kind.IDENTIFIER, SessionId::new),
        new Type("transition", Kind.IDENTIFIER, TransitionId::new),
        new Type("incarnation", Kind.IDENTIFIER, IncarnationId::new),
        new Type("node", Kind.IDENTIFIER, NodeId::new),
        new Type("content key", Kind.CONTENT_KEY, ContentKey::new),
        new Type("content prefix", Kind.CONTENT_KEY, ContentPrefix::new),
        new Type("pipeline", Kind.IDENTIFIER, text -> new PipelineRef(text, Digest.ofUtf8("plan"))),
        new Type("stage", Kind.IDENTIFIER, text -> new StageRef(text, 1)),
        new Type("work", Kind.IDENTIFIER, text -> new WorkRef(text, Optional.empty())),
        new Type("record kind", Kind.IDENTIFIER, text -> new ControlRecord.Key(text, "name")),
        new Type("record name", Kind.IDENTIFIER, text -> new ControlRecord.Key("kind", text)),
        new Type("alert code", Kind.IDENTIFIER, text -> new AlertRow.Group(text, "", "", "")),
        new Type(
            "failure code", Kind.IDENTIFIER, text -> new Failure(text, Optional.empty(), "why")));
  }

  static Stream<Arguments> hostile() {
    Stream<Arguments> texts =
        Stream.of(
            arguments("empty", ""),
            arguments("statement", "'; DROP TABLE entries; --"),
            arguments("quote", "a'b"),
            arguments("lookup", "${jndi:ldap://x/a}"),
            arguments("placeholder", "{}"),
            arguments("formula", "=1+1"),
            arguments("carriage return and line feed", "a\r\nb"),
            arguments("trailing line feed", "a\n"),
            arguments("NUL", "a\0"),
            arguments("right-to-left override", "a\u202Eb"),
            arguments("terminal escape", "\u001b[2J"),
            arguments("climbing", "../a"),
            arguments("backslash", "a\\b"),
            arguments("space", "a b"),
            arguments("letter of another script", "\u0430dmin"),
            arguments("digit of another script", "\u0661\u0662"),
            arguments("lone surrogate", "\uD800"),
            arguments("100,000 characters", "a".repeat(100_000)));
    return texts.flatMap(
        text -> types().map(type -> arguments(type.name(), text.get()[0], type, text.get()[1])));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("hostile")
  void hostileText_isRefused(String name, String what, Object type, String text) {
    Type refusing = (Type) type;
    assertRefused(refusing.kind(), () -> refusing.creation().apply(text));
  }

  static Stream<Arguments> longest() {
    return Stream.of(
        arguments("owner", Kind.OWNER_ID, 128, (Function<String, Object>) OwnerId::of),
        arguments("sequence", Kind.SEQUENCE_ID, 128, (Function<String, Object>) SequenceId::of),
        arguments("node", Kind.IDENTIFIER, 128, (Function<String, Object>) NodeId::new),
        arguments(
            "part of a key", Kind.CONTENT_KEY, 128, (Function<String, Object>) ContentKey::new),
        arguments(
            "stage",
            Kind.IDENTIFIER,
            64,
            (Function<String, Object>) text -> new StageRef(text, 1)));
  }

  @ParameterizedTest(name = "{0}: {2} characters")
  @MethodSource("longest")
  void lengthLimit_isExact(String name, Kind kind, int limit, Function<String, Object> creation) {
    assertTrue(creation.apply("a".repeat(limit)).toString().contains("a".repeat(limit)));
    assertRefused(kind, () -> creation.apply("a".repeat(limit + 1)));
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        arguments("owner", "[A-Za-z0-9]", "[A-Za-z0-9._@:+-]", (Function<String, ?>) OwnerId::of),
        arguments(
            "sequence", "[A-Za-z0-9]", "[A-Za-z0-9._-]", (Function<String, ?>) SequenceId::of),
        arguments(
            "node", "[A-Za-z0-9._:@-]", "[A-Za-z0-9._:@-]", (Function<String, ?>) NodeId::new));
  }

  @ParameterizedTest(name = "{0}: {1}{2}*")
  @MethodSource("forms")
  void eachCharacter_isTakenOrRefusedAsDocumented(
      String name, String first, String other, Function<String, ?> creation) {
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      String text = String.valueOf((char) c);
      assertEquals(text.matches(first), isTaken(creation, text), "first " + c);
      assertEquals(text.matches(other), isTaken(creation, "a" + text), "second " + c);
      assertEquals(text.matches(other), isTaken(creation, "ab" + text + "c"), "third " + c);
    }
  }

  private static boolean isTaken(Function<String, ?> creation, String text) {
    try {
      return creation.apply(text).toString().equals(text);
    } catch (InvalidValueException e) {
      return false;
    }
  }

  @Test
  void generatedIds_haveOneForm() {
    assertEquals("0000000000000001ffffffffffffffff", SessionId.ofBits(1, -1).toString());
    assertEquals("0000000000000001ffffffffffffffff", TransitionId.ofBits(1, -1).toString());
    assertEquals("0000000000000001ffffffffffffffff", IncarnationId.ofBits(1, -1).toString());
    String hex = "0123456789abcdef0123456789abcdef";
    String upper = hex.toUpperCase(Locale.ROOT);
    assertRefused(Kind.IDENTIFIER, () -> new SessionId(upper));
    assertRefused(Kind.IDENTIFIER, () -> new SessionId(hex.substring(1)));
    assertRefused(Kind.IDENTIFIER, () -> new SessionId(hex + "0"));
  }

  @Test
  void generatedIds_doNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals("00000000000000120000000000000034", SessionId.ofBits(0x12, 0x34).toString());
      Refusals.assertRefused(
          ManifestException.Problem.TOTALS_DIFFER,
          () -> Manifest.encode(1, 0, Collections.emptyIterator()).readAllBytes());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Property
  void generatedIds_roundTripAndKeepTheirOrder(
      @ForAll long high, @ForAll long low, @ForAll long otherHigh, @ForAll long otherLow) {
    SessionId one = SessionId.ofBits(high, low);
    SessionId other = SessionId.ofBits(otherHigh, otherLow);
    assertEquals(one, new SessionId(one.toString()));
    int byBits = Long.compareUnsigned(high, otherHigh);
    byBits = byBits != 0 ? byBits : Long.compareUnsigned(low, otherLow);
    assertEquals(Integer.signum(byBits), Integer.signum(one.compareTo(other)));
    assertEquals(one.value(), TransitionId.ofBits(high, low).value());
    assertEquals(one.value(), IncarnationId.ofBits(high, low).value());
  }

  @Property
  void sequenceKey_roundTripsAndIsOrderedByOwnerFirst(
      @ForAll("ids") String owner,
      @ForAll("ids") String id,
      @ForAll("ids") String otherOwner,
      @ForAll("ids") String otherId) {
    SequenceKey key = SequenceKey.of(owner, id);
    SequenceKey other = SequenceKey.of(otherOwner, otherId);
    assertEquals(owner + "/" + id, key.toString());
    int expected = owner.compareTo(otherOwner);
    expected = expected != 0 ? expected : id.compareTo(otherId);
    assertEquals(Integer.signum(expected), Integer.signum(key.compareTo(other)));
    assertEquals(key.equals(other), key.compareTo(other) == 0);
  }

  @Provide
  Arbitrary<String> ids() {
    return Arbitraries.strings()
        .withCharRange('a', 'c')
        .withChars("A0.-_")
        .ofMinLength(1)
        .ofMaxLength(4)
        .filter(text -> Character.isLetterOrDigit(text.charAt(0)));
  }
}
