package dev.ingest.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That bugs in parsers are found, each from an example that shows nothing of it. */
class ParserFuzzTest {

  private static final Path EXAMPLES = Path.of("src/test/resources/fuzz");
  private static final FuzzPlan PLAN = new FuzzPlan(1, Duration.ZERO, Optional.empty());

  @TempDir private Path folder;

  @Test
  void parserThatKeepsItsWord_isTriedOnTheExamplesAndAsManyChanges() throws Exception {
    FuzzReport report = planted(FuzzSubject.ofText("count", Count::strict, Count::text));
    assertEquals(FuzzPlan.LEAST_INPUTS + 1, report.inputs());
    assertTrue(report.accepted() > 1 && report.kinds() > 2, report::toString);
  }

  @Test
  void sameSeed_triesTheSame() throws Exception {
    FuzzSubject subject = FuzzSubject.ofText("count", Count::strict, Count::text);
    FuzzReport one = planted(subject);
    FuzzReport other = planted(subject);
    assertEquals(one.accepted(), other.accepted());
    assertEquals(one.kinds(), other.kinds());
  }

  @Test
  void exceptionThatIsNotDocumented_isFound() {
    AssertionError found =
        fails(FuzzSubject.ofText("count", text -> new Count(Long.parseLong(text)), Count::text));
    assertInstanceOf(NumberFormatException.class, found.getCause());
  }

  @Test
  void subclassOfARefusal_isNoRefusal() {
    AssertionError found =
        fails(FuzzSubject.ofReader("count", Count::subclassed).refusing(RuntimeException.class));
    assertSays("IllegalStateException", found);
  }

  @Test
  void secondSpellingOfAValue_isFound() {
    AssertionError found = fails(FuzzSubject.ofText("count", Count::loose, Count::text));
    assertSays("written as other text", found);
  }

  @Test
  void valueThatDoesNotReadBack_isFound() {
    AssertionError found =
        fails(FuzzSubject.ofLooseText("count", Count::loose, count -> count.number() + " "));
    assertSays("which is refused", found);
  }

  @Test
  void memoryForWhatIsOnlyAnnounced_isFound() {
    AssertionError found = fails(FuzzSubject.ofText("count", Count::allocating, Count::text));
    assertSays("bytes, at most", found);
  }

  @Test
  void stackThatOverflows_isFound() {
    AssertionError found = fails(FuzzSubject.ofText("count", Count::recursive, Count::text));
    assertInstanceOf(StackOverflowError.class, found.getCause());
  }

  @Test
  void timeThatGrowsBeyondItsBound_isFound() {
    AssertionError found = fails(FuzzSubject.ofText("count", Count::slow, Count::text));
    assertSays("ns, at most", found);
  }

  @Test
  void runInWhichARefusalDoesNotOccur_provesNothing() {
    AssertionError found =
        fails(FuzzSubject.ofReader("count", input -> {}).refusing(InvalidValueException.class));
    assertSays("proves little", found);
  }

  @Test
  void manifestDecoderWithoutItsCheckOfNumbers_isFound() {
    ParserFuzz fuzz = new ParserFuzz(EXAMPLES, PLAN);
    FuzzSubject lenient =
        FuzzSubject.ofBytes(
                "manifest", bytes -> Manifest.parse(withoutLeadingZeros(bytes)), Manifest::toBytes)
            .refusing(ManifestException.class)
            .madeOf("ingest-manifest 1 sha256 ", "0", "01");
    AssertionError found = assertThrows(AssertionError.class, () -> fuzz.run(lenient));
    assertSays("written as other bytes", found);
  }

  private static byte[] withoutLeadingZeros(byte[] manifest) {
    return new String(manifest, StandardCharsets.ISO_8859_1)
        .replaceAll(" 0+(?=[0-9])", " ")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void inputsOfANewKind_areKept() throws Exception {
    FuzzPlan keeping = new FuzzPlan(1, Duration.ZERO, Optional.of(folder.resolve("kept")));
    FuzzReport report = planted(FuzzSubject.ofText("count", Count::strict, Count::text), keeping);
    try (var kept = Files.list(folder.resolve("kept/count"))) {
      assertEquals(report.kinds() - 1, kept.count(), "all but that of the example");
    }
  }

  @Test
  void bugBehindACheck_isFoundOnceChangesAreMended() throws Exception {
    String example = "count 12 " + check("12");
    FuzzSubject subject =
        FuzzSubject.ofReader("count", ParserFuzzTest::checked)
            .refusing(InvalidValueException.class);
    planted(subject, PLAN, example);
    FuzzSubject mended = subject.mendedBy(ParserFuzzTest::withItsCheck);
    assertSays(
        "behind the check",
        assertThrows(AssertionError.class, () -> planted(mended, PLAN, example)));
  }

  @Test
  void mendThatThrows_namesTheInputAndTheSeed() {
    FuzzSubject subject =
        FuzzSubject.ofText("count", Count::strict, Count::text)
            .mendedBy(ParserFuzzTest::unlessItIsLong);
    FuzzPlan plan = new FuzzPlan(7, Duration.ZERO, Optional.empty());
    AssertionError found = assertThrows(AssertionError.class, () -> planted(subject, plan));
    assertInstanceOf(ArrayIndexOutOfBoundsException.class, found.getCause());
    assertSays("of seed 7", found);
    String message = String.valueOf(found.getMessage());
    String base64 = message.replaceAll(".*in Base64 ([^;]*);.*", "$1");
    byte[] input = Base64.getDecoder().decode(base64);
    assertThrows(ArrayIndexOutOfBoundsException.class, () -> unlessItIsLong(input));
  }

  private static byte[] unlessItIsLong(byte[] input) {
    byte[] room = new byte[10];
    System.arraycopy(input, 0, room, 0, input.length);
    return Arrays.copyOf(room, input.length);
  }

  /** A field and the beginning of its digest; a large number stumbles behind that. */
  private static void checked(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    String[] fields = text.split(" ", -1);
    if (fields.length != 3 || !fields[2].equals(check(fields[1]))) {
      throw Count.refused(text);
    } else if (fields[1].matches("[0-9]{6,}")) {
      throw new IllegalStateException("behind the check");
    }
  }

  private static byte[] withItsCheck(byte[] input) {
    String[] fields = new String(input, StandardCharsets.UTF_8).split(" ", -1);
    return fields.length < 2
        ? input
        : String.join(" ", fields[0], fields[1], check(fields[1])).getBytes(StandardCharsets.UTF_8);
  }

  private static String check(String field) {
    return Digest.of(field.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 8);
  }

  @Test
  void refusalsThatOnePlaceWraps_areToldApart() throws Exception {
    FuzzSubject plain = FuzzSubject.ofText("count", Count::strict, Count::text);
    FuzzSubject wrapped =
        FuzzSubject.ofText("count", Count::wrapped, Count::text)
            .refusing(IllegalStateException.class);
    assertEquals(planted(plain).kinds(), planted(wrapped).kinds());
  }

  private static void assertSays(String words, AssertionError found) {
    String message = String.valueOf(found.getMessage());
    assertTrue(message.contains(words), message);
  }

  private AssertionError fails(FuzzSubject subject) {
    return assertThrows(AssertionError.class, () -> planted(subject));
  }

  private FuzzReport planted(FuzzSubject subject) throws InterruptedException {
    return planted(subject, PLAN);
  }

  private FuzzReport planted(FuzzSubject subject, FuzzPlan plan) throws InterruptedException {
    return planted(subject, plan, "count 12");
  }

  private FuzzReport planted(FuzzSubject subject, FuzzPlan plan, String example)
      throws InterruptedException {
    try {
      Path one = Files.createDirectories(folder.resolve("examples/count")).resolve("one");
      Files.writeString(one, example);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    FuzzSubject refusing =
        subject.refusals().isEmpty() ? subject.refusing(InvalidValueException.class) : subject;
    return new ParserFuzz(folder.resolve("examples"), plan).run(refusing.madeOf("count ", "9"));
  }

  /** A format with one number, and ways to read it that somebody would plausibly write. */
  private record Count(long number) {

    private static final String HEAD = "count ";
    private static final long MAX_SPINS = 400_000;

    String text() {
      return HEAD + number;
    }

    static Count strict(String text) {
      Count read = loose(text);
      if (!read.text().equals(text)) {
        throw refused(text);
      }
      return read;
    }

    static Count loose(String text) {
      if (!text.startsWith(HEAD) || !text.substring(HEAD.length()).matches("[0-9]{1,9}")) {
        throw refused(text);
      }
      return new Count(Long.parseLong(text.substring(HEAD.length())));
    }

    static Count wrapped(String text) {
      try {
        return strict(text);
      } catch (InvalidValueException e) {
        throw new IllegalStateException("wrapped", e);
      }
    }

    static Count allocating(String text) {
      Count read = strict(text);
      List<Digest> room = new ArrayList<>((int) Math.min(read.number(), 10_000_000));
      return new Count(read.number() + room.size());
    }

    /** One frame for each character, whatever it is. */
    static Count recursive(String text) {
      return depth(text, 0) < 0 ? new Count(0) : strict(text);
    }

    private static long depth(String text, int at) {
      return at == text.length() ? 0 : 1 + depth(text, at + 1);
    }

    static Count slow(String text) {
      Count read = strict(text);
      long spun = 0;
      for (long i = 0; i < Math.min(read.number(), MAX_SPINS) * 4_000; i++) {
        spun += Long.rotateLeft(i, (int) spun);
      }
      return spun == Long.MIN_VALUE ? new Count(0) : read;
    }

    static void subclassed(byte[] input) {
      if (new String(input, StandardCharsets.UTF_8).startsWith(HEAD)) {
        throw new IllegalStateException("another class");
      }
    }

    private static InvalidValueException refused(String text) {
      return new InvalidValueException(InvalidValueException.Kind.TEXT, text, "count NUMBER");
    }
  }
}
