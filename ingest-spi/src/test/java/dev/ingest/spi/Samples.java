package dev.ingest.spi;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Generators of valid values, and one manifest that every table of damage starts from. */
final class Samples {

  private static final String LETTERS =
      "abcxyzABCXYZ0189 .-_%:+~=${}'\u00E9\u00C9\u00DF\u1E9E\u03C3\u03C2\u65E5";

  private Samples() {}

  static Arbitrary<ItemName> names() {
    return Arbitraries.strings()
        .withChars(LETTERS)
        .ofMinLength(1)
        .ofMaxLength(8)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("/", parts))
        .filter(Samples::isName)
        .map(ItemName::of);
  }

  static Arbitrary<Digest> digests() {
    return Arbitraries.bytes().array(byte[].class).ofSize(Digest.BYTES).map(Digest::ofBytes);
  }

  static Arbitrary<ManifestItem> items() {
    Arbitrary<Long> lengths =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 100), Arbitraries.longs().between(0, 1L << 50));
    return Combinators.combine(names(), lengths, digests()).as(ManifestItem::new);
  }

  static Arbitrary<Manifest> manifests() {
    return items()
        .list()
        .uniqueElements(item -> item.name().twinKey())
        .ofMaxSize(12)
        .map(Manifest::of);
  }

  static Manifest holiday() {
    return Manifest.of(
        List.of(
            item("IMG 0001.jpg", 120),
            item("caf\u00E9/\uD83D\uDE00.png", 0),
            item("notes.txt", 7)));
  }

  static ManifestItem item(String name, long length) {
    return new ManifestItem(ItemName.of(name), length, Digest.ofUtf8(name));
  }

  /** An item whose fields all follow from a number. */
  static ManifestItem numbered(long number) {
    byte[] digest = new byte[Digest.BYTES];
    byte[] low = BigInteger.valueOf(number).toByteArray();
    System.arraycopy(low, 0, digest, 0, low.length);
    return new ManifestItem(
        ItemName.of("folder/item-" + number + ".jpg"), number, Digest.ofBytes(digest));
  }

  static boolean isName(String text) {
    try {
      return ItemName.of(text).value().equals(text);
    } catch (InvalidValueException refused) {
      return false;
    }
  }
}
