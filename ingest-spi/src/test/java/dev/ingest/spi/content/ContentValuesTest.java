package dev.ingest.spi.content;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.Checksum.Provenance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContentValuesTest {

  static Stream<Arguments> notKeys() {
    return Stream.of(
        arguments("empty", ""),
        arguments("climbing", "raw/../a"),
        arguments("the folder itself", "raw/./a"),
        arguments("dot", "raw/a.jpg"),
        arguments("absolute", "/raw/a"),
        arguments("empty part", "raw//a"),
        arguments("trailing slash", "raw/a/"),
        arguments("backslash", "raw\\a"),
        arguments("upper case", "raw/A"),
        arguments("escaped slash", "raw%2fa"),
        arguments("NUL", "raw/a\0"),
        arguments("trailing line feed", "raw/a\n"),
        arguments("letter of another script", "raw/\u00E9"),
        arguments("17 parts", "a" + "/a".repeat(16)),
        arguments("part of 129 characters", "raw/" + "a".repeat(129)),
        arguments("513 characters", ("a".repeat(102) + "/").repeat(4) + "a".repeat(101)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notKeys")
  void otherText_isNoKeyAndNoPrefix(String what, String text) {
    assertRefused(Kind.CONTENT_KEY, () -> new ContentKey(text));
    assertRefused(Kind.CONTENT_KEY, () -> new ContentPrefix(text));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notKeys")
  void otherText_isNoPartOfAKey(String what, String text) {
    ContentPrefix prefix = new ContentPrefix("raw");
    assertRefused(Kind.CONTENT_KEY, () -> prefix.key("a/" + text));
    assertRefused(Kind.CONTENT_KEY, () -> prefix.child("a/" + text));
  }

  @Test
  void longestKeys_areAccepted() {
    assertEquals(31, new ContentKey("a" + "/a".repeat(15)).value().length());
    String longest = ("a".repeat(102) + "/").repeat(4) + "a".repeat(100);
    assertEquals(512, new ContentKey(longest).value().length());
  }

  @Property
  void prefix_coversExactlyTheKeysBelowItsParts(
      @ForAll("paths") String prefix, @ForAll("paths") String key) {
    List<String> leading = Arrays.asList(prefix.split("/", -1));
    List<String> parts = Arrays.asList(key.split("/", -1));
    boolean below =
        parts.size() > leading.size() && parts.subList(0, leading.size()).equals(leading);
    assertEquals(below, new ContentPrefix(prefix).covers(new ContentKey(key)));
    if (!below) {
      assertRefused(
          Kind.CONTENT_KEY, () -> new ContentPrefix(prefix).relative(new ContentKey(key)));
    }
  }

  @Property
  void keyBelowAPrefix_isCoveredAndRelative(
      @ForAll("paths") String prefix, @ForAll("paths") String rest) {
    ContentPrefix above = new ContentPrefix(prefix);
    ContentKey key = above.key(rest);
    assertTrue(above.covers(key));
    assertEquals(rest, above.relative(key));
    assertEquals(key.value(), above.child(rest).value());
    assertEquals(key, new ContentKey(key.toString()));
  }

  @Property
  void permit_isRefusedWithAnyKeyOutsideItsScope(
      @ForAll("paths") String scope, @ForAll("listsOfPaths") List<String> paths) {
    ContentPrefix prefix = new ContentPrefix(scope);
    List<ContentKey> keys = paths.stream().map(ContentKey::new).toList();
    if (keys.stream().allMatch(prefix::covers)) {
      assertEquals(keys, permit(prefix, keys).keys());
    } else {
      assertRefused(Kind.CONTENT_KEY, () -> permit(prefix, keys));
    }
  }

  @Test
  void permit_refusesItsOwnScopeAndNeighboursOfIt() {
    ContentPrefix scope = new ContentPrefix("raw/a");
    assertEquals(1, permit(scope, List.of(new ContentKey("raw/a/1"))).keys().size());
    for (String outside : List.of("raw/a", "raw/ab", "raw/ab/1", "raw", "other/raw/a/1")) {
      assertRefused(Kind.CONTENT_KEY, () -> permit(scope, List.of(new ContentKey(outside))));
    }
  }

  @Test
  void permit_namesOneToAThousandKeysAndItsEvidence() {
    ContentPrefix scope = new ContentPrefix("raw");
    List<ContentKey> keys = new ArrayList<>();
    for (int number = 0; number < Permit.MAX_KEYS; number++) {
      keys.add(scope.key("k" + number));
    }
    assertEquals(Permit.MAX_KEYS, permit(scope, keys).keys().size());
    assertRefused(Kind.NUMBER, () -> permit(scope, List.of()));
    keys.add(scope.key("one-more"));
    assertRefused(Kind.NUMBER, () -> permit(scope, keys));
    List<ContentKey> one = List.of(scope.key("a"));
    for (String evidence : List.of("", " ", "x".repeat(Permit.MAX_EVIDENCE + 1))) {
      assertRefused(Kind.TEXT, () -> permit(scope, one, evidence));
    }
  }

  @Test
  void permit_copiesItsKeys() {
    ContentPrefix scope = new ContentPrefix("raw");
    List<ContentKey> keys = new ArrayList<>(List.of(scope.key("a")));
    Permit permit = permit(scope, keys);
    keys.set(0, new ContentKey("elsewhere/b"));
    assertEquals(List.of(scope.key("a")), permit.keys());
  }

  @Test
  void page_thatGoesOnHasALastEntry() {
    ContentStat stat = new ContentStat(new ContentKey("raw/a"), 0, Optional.empty());
    assertTrue(new ContentPage(List.of(stat), true).more());
    assertFalse(new ContentPage(List.of(), false).more());
    assertRefused(Kind.NUMBER, () -> new ContentPage(List.of(), true));
  }

  @Test
  void numbersOutOfRange_areRefused() {
    assertRefused(Kind.NUMBER, () -> new ByteRange(-1, 1));
    assertRefused(Kind.NUMBER, () -> new ByteRange(0, -1));
    assertRefused(
        Kind.NUMBER, () -> new ContentStat(new ContentKey("raw/a"), -1, Optional.empty()));
    assertRefused(Kind.NUMBER, () -> new ContentCapabilities(true, true, true, 0));
    assertRefused(Kind.TIME, () -> new DeletionRule("r", "", Duration.ofNanos(-1)));
    assertRefused(Kind.IDENTIFIER, () -> new DeletionRule(" ", "", Duration.ZERO));
    assertEquals(Long.MAX_VALUE, ByteRange.ALL.length());
  }

  @ParameterizedTest
  @EnumSource(Provenance.class)
  void checksum_isEvidenceUnlessEchoed(Provenance provenance) {
    Checksum checksum = new Checksum(Digest.ofUtf8("a"), provenance);
    assertEquals(
        switch (provenance) {
          case ECHOED -> false;
          case BACKEND_COMPUTED, READ_BACK -> true;
        },
        checksum.isEvidence());
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.strings()
        .withChars("ab-")
        .ofMinLength(1)
        .ofMaxLength(2)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("/", parts));
  }

  @Provide
  Arbitrary<List<String>> listsOfPaths() {
    return paths().list().ofMinSize(1).ofMaxSize(3);
  }

  private static Permit permit(ContentPrefix scope, List<ContentKey> keys) {
    return permit(scope, keys, "transition 0123");
  }

  private static Permit permit(ContentPrefix scope, List<ContentKey> keys, String evidence) {
    return new Permit(
        Permit.Reason.EXPIRY, SequenceKey.of("anna", "holiday"), evidence, scope, keys);
  }
}
