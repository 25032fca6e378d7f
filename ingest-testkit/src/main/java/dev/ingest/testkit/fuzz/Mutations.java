package dev.ingest.testkit.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Changes of inputs, as a seed has them: each of one to eight steps. For one thread. */
final class Mutations {

  /** The longest input. */
  static final int MAX_BYTES = 1 << 16;

  private static final String FIELD_MARKS = "+-._";
  private static final int[] BINARY = {
    0,
    1,
    2,
    7,
    8,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    -1
  };
  private static final int MAX_STEPS = 8;
  private static final int MAX_PIECE = 64;
  private static final List<byte[]> NUMBERS =
      utf8(
          "0",
          "1",
          "-1",
          "00",
          "+1",
          "7",
          "1e9",
          "0x1",
          "",
          "999999999",
          "1000000",
          "1000001",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "99999999999999999999999",
          "\u0661");

  /** Among them the twin of a composed character, and stand-ins for both kinds of surrogates. */
  private static final List<byte[]> PIECES =
      utf8(
          "\0",
          "\n",
          "\r",
          "\r\n",
          "\t",
          " ",
          "  ",
          "\u00a0",
          "\u0085",
          "\u2028",
          "\ufeff",
          "\u202e",
          "\u00e9",
          "e\u0301",
          "\u0130",
          "\ud83d\ude00",
          "\ue000",
          "\ue400",
          "..",
          "../",
          "/",
          "//",
          "\\",
          "%",
          "%00",
          "%2f",
          "%2e%2e",
          "%0A",
          "%zz",
          "?",
          "&",
          "=",
          "#",
          "@",
          ":",
          ",",
          ";",
          "\"",
          "'",
          "{",
          "}",
          "[",
          "]",
          "<",
          "-",
          "_",
          "~",
          "CON",
          "$1",
          "(",
          "*");

  private final SplittableRandom random;
  private final List<byte[]> words;
  private final UnaryOperator<byte[]> mend;

  Mutations(long seed, FuzzSubject subject) {
    this.random = new SplittableRandom(seed);
    this.words = utf8(subject.words().toArray(String[]::new));
    this.mend = subject.mend();
  }

  private static List<byte[]> utf8(String... texts) {
    return Arrays.stream(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /**
   * Makes an input of some that are known, none of which is changed. Three in four begin with one
   * that was accepted: most changes of what is refused are refused in the same place.
   */
  byte[] next(Corpus corpus) {
    boolean isRefused = corpus.accepted().isEmpty() || random.nextInt(4) == 0;
    byte[] input = pick(isRefused ? corpus.known() : corpus.accepted());
    int steps = random.nextBoolean() ? 1 : 1 + random.nextInt(MAX_STEPS);
    for (int i = 0; i < steps; i++) {
      input = step(input, corpus.known());
    }
    input = random.nextBoolean() ? mend.apply(input) : input;
    return input.length > MAX_BYTES ? Arrays.copyOf(input, MAX_BYTES) : input;
  }

  private byte[] step(byte[] input, List<byte[]> known) {
    int from = at(input);
    int to = Math.min(input.length, from + 1 + random.nextInt(MAX_PIECE));
    return switch (random.nextInt(20)) {
      case 0 -> changed(input, from, (byte) (1 << random.nextInt(8)));
      case 1 -> replace(input, from, Math.min(input.length, from + 1), bytes(1));
      case 2 -> replace(input, from, to, new byte[0]);
      case 3 -> replace(input, from, from, Arrays.copyOfRange(input, from, to));
      case 4 -> replace(input, from, from, bytes(1 + random.nextInt(8)));
      case 5, 6 -> replace(input, from, from, pick(words.isEmpty() ? PIECES : words));
      case 7 -> replace(input, from, from, pick(PIECES));
      case 8 -> number(input, from);
      case 9 -> splice(input, from, pick(known));
      case 10 -> lines(input);
      case 11 -> repeated(input, from, to);
      case 12 -> overwritten(input, from);
      case 13, 14, 15, 16, 17, 18 -> field(input, from, known);
      default -> Arrays.copyOf(input, from);
    };
  }

  private int at(byte[] input) {
    return random.nextInt(input.length + 1);
  }

  private byte[] pick(List<byte[]> some) {
    return some.get(random.nextInt(some.size()));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] changed(byte[] input, int at, byte bits) {
    byte[] changed = input.clone();
    if (at < changed.length) {
      changed[at] ^= bits;
    }
    return changed;
  }

  private static byte[] replace(byte[] input, int from, int to, byte[] by) {
    byte[] replaced = new byte[from + by.length + input.length - to];
    System.arraycopy(input, 0, replaced, 0, from);
    System.arraycopy(by, 0, replaced, from, by.length);
    System.arraycopy(input, to, replaced, from + by.length, input.length - to);
    return replaced;
  }

  /** Another number in the place of the first one from here on. */
  private byte[] number(byte[] input, int from) {
    int start = from;
    while (start < input.length && !isDigit(input[start])) {
      start++;
    }
    int end = start;
    while (end < input.length && isDigit(input[end])) {
      end++;
    }
    return replace(input, start, end, pick(NUMBERS));
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /**
   * Another value in the place of a field, so that the form around it stays. A field is what lies
   * between two bytes that are punctuation, blanks or control characters.
   */
  private byte[] field(byte[] input, int from, List<byte[]> known) {
    int start = start(input, from);
    byte[] other = pick(known);
    int otherFrom = at(other);
    byte[] value =
        switch (random.nextInt(8)) {
          case 0, 1 -> pick(NUMBERS);
          case 2 -> pick(words.isEmpty() ? PIECES : words);
          case 3 -> pick(PIECES);
          case 4 -> new byte[0];
          default -> Arrays.copyOfRange(other, start(other, otherFrom), end(other, otherFrom));
        };
    return replace(input, start, end(input, from), value);
  }

  private static int start(byte[] input, int from) {
    int start = from;
    while (start > 0 && isOfField(input[start - 1])) {
      start--;
    }
    return start;
  }

  private static int end(byte[] input, int from) {
    int end = from;
    while (end < input.length && isOfField(input[end])) {
      end++;
    }
    return end;
  }

  private static boolean isOfField(byte b) {
    return b < 0 || Character.isLetterOrDigit(b) || FIELD_MARKS.indexOf(b) >= 0;
  }

  /** One, two or four bytes as a number near a bound, in either order, where others were. */
  private byte[] overwritten(byte[] input, int from) {
    int width = 1 << random.nextInt(3);
    if (from + width > input.length) {
      return input;
    }
    int number = BINARY[random.nextInt(BINARY.length)];
    boolean isBig = random.nextBoolean();
    byte[] changed = input.clone();
    for (int i = 0; i < width; i++) {
      changed[isBig ? from + width - 1 - i : from + i] = (byte) (number >> (8 * i));
    }
    return changed;
  }

  private byte[] splice(byte[] input, int from, byte[] other) {
    int cut = at(other);
    return replace(input, from, input.length, Arrays.copyOfRange(other, cut, other.length));
  }

  /** Two lines, one in the place of the other, or each in the other's. */
  private byte[] lines(byte[] input) {
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
    int one = random.nextInt(lines.length);
    int other = random.nextInt(lines.length);
    String kept = lines[one];
    lines[one] = lines[other];
    if (random.nextBoolean()) {
      lines[other] = kept;
    }
    return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Often enough to come near a bound, now and then. */
  private byte[] repeated(byte[] input, int from, int to) {
    int times = random.nextInt(8) == 0 ? 1 << random.nextInt(14) : 1 + random.nextInt(4);
    byte[] piece = Arrays.copyOfRange(input, from, to);
    int most = Math.max(0, MAX_BYTES - input.length) / Math.max(1, piece.length);
    byte[] all = new byte[piece.length * Math.min(times, most)];
    for (int i = 0; i < all.length; i++) {
      all[i] = piece[i % piece.length];
    }
    return replace(input, from, from, all);
  }
}
