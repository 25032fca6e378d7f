package dev.ingest.spi;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ingest.spi.InvalidValueException.Kind;
import java.security.MessageDigest;
import java.util.Locale;
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
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {

  private static final String EMPTY_HEX =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  static Stream<Arguments> unusable() {
    return Stream.of(
        arguments("absent", ""),
        arguments("algorithm alone", "sha256:"),
        arguments("no algorithm", EMPTY_HEX),
        arguments("weaker algorithm md5", "md5:d41d8cd98f00b204e9800998ecf8427e"),
        arguments("weaker algorithm sha1", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        arguments("checksum for transport", "crc32c:00000000"),
        arguments("other algorithm of the same length", "sha3-256:" + EMPTY_HEX),
        arguments("weaker algorithm with digits that fit", "md5:" + EMPTY_HEX),
        arguments("stronger algorithm", "sha512:" + EMPTY_HEX + EMPTY_HEX),
        arguments("algorithm in upper case", "SHA256:" + EMPTY_HEX),
        arguments("upper-case hex", "sha256:" + EMPTY_HEX.toUpperCase(Locale.ROOT)),
        arguments("one upper-case digit", "sha256:E" + EMPTY_HEX.substring(1)),
        arguments("63 digits", "sha256:" + EMPTY_HEX.substring(1)),
        arguments("65 digits", "sha256:0" + EMPTY_HEX),
        arguments("not a digit", "sha256:g" + EMPTY_HEX.substring(1)),
        arguments("digit of another script", "sha256:\u0663" + EMPTY_HEX.substring(1)),
        arguments("leading space", " sha256:" + EMPTY_HEX),
        arguments("trailing line feed", "sha256:" + EMPTY_HEX + "\n"),
        arguments("lookup", "${jndi:ldap://x}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusable")
  void unusableText_isRefused(String what, String text) {
    assertRefused(Kind.DIGEST, () -> Digest.parse(text));
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 16, 20, 31, 33, 64, 1_000_000})
  void otherLength_isRefusedWithoutShowingTheBytes(int length) {
    byte[] bytes = new byte[length];
    InvalidValueException refusal = assertRefused(Kind.DIGEST, () -> Digest.ofBytes(bytes));
    assertFalse(String.valueOf(refusal.getMessage()).contains("0000000000000000"));
  }

  @Test
  void knownAnswer_isComputed() {
    assertEquals(EMPTY_HEX, Digest.of(new byte[0]).hex());
    assertEquals(
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        Digest.ofUtf8("abc").toString());
  }

  @Test
  void wrongContent_givesAnotherDigest() {
    assertNotEquals(Digest.ofUtf8("abc"), Digest.ofUtf8("abd"));
  }

  @Property
  void everyForm_roundTrips(@ForAll("digests") Digest digest) {
    assertEquals(digest, Digest.parse(digest.toString()));
    assertEquals(digest, Digest.ofHex(digest.hex()));
    assertEquals(digest, Digest.ofBytes(digest.toBytes()));
    assertEquals(digest.hashCode(), Digest.parse(digest.toString()).hashCode());
  }

  @Property
  void order_isThatOfTheHex(@ForAll("digests") Digest one, @ForAll("digests") Digest other) {
    assertEquals(
        Integer.signum(one.hex().compareTo(other.hex())), Integer.signum(one.compareTo(other)));
  }

  @Property
  void streamed_equalsWhole(@ForAll byte[] content, @ForAll("cuts") int cut) {
    int at = Math.min(cut, content.length);
    MessageDigest running = Digest.newMessageDigest();
    running.update(content, 0, at);
    running.update(content, at, content.length - at);
    assertEquals(Digest.of(content), Digest.finish(running));
  }

  @Test
  void callersArrays_areCopied() {
    byte[] bytes = new byte[Digest.BYTES];
    Digest digest = Digest.ofBytes(bytes);
    bytes[0] = 1;
    digest.toBytes()[1] = 1;
    assertArrayEquals(new byte[Digest.BYTES], digest.toBytes());
  }

  @Provide
  Arbitrary<Digest> digests() {
    return Samples.digests();
  }

  @Provide
  Arbitrary<Integer> cuts() {
    return Arbitraries.integers().between(0, 64);
  }
}
