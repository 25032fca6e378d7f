package dev.ingest.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.junit.jupiter.api.Test;

class ManifestTest {

  private static final int MANY = 1_000_000;
  // The decoder buffers 64 KiB, the shortest line of the numbered items has 85 bytes.
  private static final long MOST_BUFFERED = (1 << 16) / 85 + 2;

  /** One change to some bytes; the numbers are taken modulo what is there. */
  record Change(int kind, int at, int length, byte value) {

    byte[] apply(byte[] bytes) {
      int from = at % (bytes.length + 1);
      int to = Math.min(bytes.length, from + length);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(bytes, 0, from);
      switch (kind) {
        case 0 -> out.write(value);
        case 1 -> out.write(bytes, to, bytes.length - to);
        case 2 -> out.write(bytes, from, to - from);
        default -> {
          int next = nextLine(bytes, from);
          out.write(bytes, next, nextLine(bytes, next) - next);
        }
      }
      if (kind != 1) {
        int resume = kind == 0 ? Math.min(bytes.length, from + length % 2) : from;
        out.write(bytes, resume, bytes.length - resume);
      }
      return out.toByteArray();
    }

    private static int nextLine(byte[] bytes, int from) {
      int at = from;
      while (at < bytes.length && bytes[at] != '\n') {
        at++;
      }
      return Math.min(bytes.length, at + 1);
    }
  }

  @Test
  void canonicalForm_isThis() {
    String expected =
        """
        ingest-manifest 1 sha256 2 3
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 with space.txt
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 caf\u00E9
        """;
    Manifest manifest =
        Manifest.of(
            List.of(
                new ManifestItem(ItemName.of("with space.txt"), 3, Digest.ofUtf8("abc")),
                new ManifestItem(ItemName.of("caf\u00E9"), 0, Digest.ofUtf8(""))));
    assertEquals(expected, new String(manifest.toBytes(), UTF_8));
    assertEquals(Digest.ofUtf8(expected), manifest.summary().root());
  }

  @Test
  void listOfItems_isCopied() {
    List<ManifestItem> items = new ArrayList<>(Samples.holiday().items());
    Manifest manifest = Manifest.of(items);
    items.clear();
    assertEquals(3, manifest.items().size());
  }

  @Property(tries = 500)
  void manifest_roundTripsToTheSameBytes(@ForAll("manifests") Manifest manifest) {
    byte[] canonical = manifest.toBytes();
    Manifest parsed = Manifest.parse(canonical);
    assertEquals(manifest, parsed);
    assertArrayEquals(canonical, parsed.toBytes());
    assertEquals(Digest.of(canonical), manifest.summary().root());
  }

  @Property(tries = 500)
  void encoder_givesTheSameBytesHoweverRead(
      @ForAll("manifests") Manifest manifest, @ForAll("chunks") List<Integer> chunks)
      throws IOException {
    ManifestEncoder encoder =
        Manifest.encode(
            manifest.items().size(), manifest.summary().bytes(), manifest.items().iterator());
    assertArrayEquals(manifest.toBytes(), readInChunks(encoder, chunks));
    assertEquals(manifest.summary(), encoder.summary());
    assertEquals(-1, encoder.read());
    assertEquals(0, encoder.read(new byte[1], 0, 0));
  }

  @Property(tries = 500)
  void decoder_givesTheSameItemsHoweverFed(
      @ForAll("manifests") Manifest manifest, @ForAll("chunks") List<Integer> chunks)
      throws IOException {
    List<ManifestItem> items = new ArrayList<>();
    try (ManifestDecoder decoder = Manifest.decode(dripping(manifest.toBytes(), chunks))) {
      decoder.forEachRemaining(items::add);
      assertEquals(manifest.summary(), decoder.summary());
    }
    assertEquals(manifest.items(), items);
  }

  @Property(tries = 20_000)
  @StatisticsReport(onFailureOnly = true)
  void changedBytes_areRefusedOrAreCanonicalThemselves(
      @ForAll("manifests") Manifest manifest, @ForAll("changes") List<Change> changes) {
    byte[] original = manifest.toBytes();
    byte[] changed = original;
    for (Change change : changes) {
      changed = change.apply(changed);
    }
    try {
      Manifest parsed = Manifest.parse(changed);
      Statistics.collect("accepted");
      assertArrayEquals(changed, parsed.toBytes());
      assertEquals(Digest.of(changed), parsed.summary().root());
      assertEquals(
          Arrays.equals(original, changed),
          parsed.summary().root().equals(manifest.summary().root()));
    } catch (ManifestException refusal) {
      Statistics.collect("refused");
      assertFalse(Arrays.equals(original, changed), refusal.getMessage());
      Refusals.assertPrintable(refusal);
    }
    Statistics.coverage(
        coverage -> {
          coverage.check("accepted").percentage(percent -> percent > 2);
          coverage.check("refused").percentage(percent -> percent > 2);
        });
  }

  @Test
  void millionItems_passWithoutBeingHeld() throws IOException {
    long bytes = (long) MANY * (MANY - 1) / 2;
    long[] made = new long[1];
    Iterator<ManifestItem> source =
        LongStream.range(0, MANY)
            .mapToObj(
                number -> {
                  made[0] = number + 1;
                  return Samples.numbered(number);
                })
            .iterator();
    ManifestEncoder encoder = Manifest.encode(MANY, bytes, source);
    try (ManifestDecoder decoder = Manifest.decode(encoder)) {
      long read = 0;
      long furthestAhead = 0;
      while (decoder.hasNext()) {
        ManifestItem item = decoder.next();
        if (!item.equals(Samples.numbered(read))) {
          assertEquals(Samples.numbered(read), item);
        }
        read++;
        furthestAhead = Math.max(furthestAhead, made[0] - read);
      }
      assertEquals(MANY, read);
      assertTrue(furthestAhead <= MOST_BUFFERED, furthestAhead + " items were held");
      assertEquals(encoder.summary(), decoder.summary());
      assertEquals(bytes, decoder.summary().bytes());
    }
  }

  @Provide
  Arbitrary<Manifest> manifests() {
    return Samples.manifests();
  }

  @Provide
  Arbitrary<List<Integer>> chunks() {
    return Arbitraries.integers().between(0, 300).list().ofMinSize(1).ofMaxSize(8);
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 2_000),
            Arbitraries.integers().between(0, 120),
            Arbitraries.oneOf(
                Arbitraries.bytes(),
                Arbitraries.of("0123456789abcdef \n/".chars().mapToObj(c -> (byte) c).toList())))
        .as(Change::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  /** Reads with the sizes in turn; 0 stands for the method that reads one byte. */
  private static byte[] readInChunks(InputStream in, List<Integer> sizes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int turn = 0; ; turn++) {
      int size = sizes.get(turn % sizes.size());
      if (size == 0) {
        int single = in.read();
        if (single < 0) {
          return out.toByteArray();
        }
        out.write(single);
      } else {
        byte[] buffer = new byte[size + 5];
        int count = in.read(buffer, 3, size);
        if (count < 0) {
          return out.toByteArray();
        }
        out.write(buffer, 3, count);
      }
    }
  }

  /** Gives at most so many bytes with each read, in turn. */
  private static InputStream dripping(byte[] bytes, List<Integer> sizes) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      private int turn;

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int size = Math.max(1, sizes.get(turn++ % sizes.size()));
        return super.read(buffer, offset, Math.min(size, length));
      }
    };
  }
}
