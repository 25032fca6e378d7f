package dev.ingest.testkit.fuzz;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A parser, and what it may do with any input: return a value that is written as it was read, or
 * refuse the input with an exception of exactly one of the classes that it documents.
 *
 * @param name its name, which is that of its folder in the corpus: lower-case letters, digits and
 *     {@code -}
 * @param trial has the parser read one input, and compares what it returned
 * @param refusals the classes of its refusals; a subclass is another class
 * @param words what its inputs are made of, for changes that random bytes would hardly ever hit
 * @param mend makes what an input says of itself, as a sum or a length, true again after a change;
 *     done to every other changed input, so that both what comes before and what comes behind such
 *     a check is reached
 */
public record FuzzSubject(
    String name,
    Trial trial,
    Set<Class<? extends Exception>> refusals,
    List<String> words,
    UnaryOperator<byte[]> mend) {

  private static final char STAND_IN = '\ue000';
  private static final char AFTER_STAND_INS = '\ue800';

  /**
   * Copies the collections.
   *
   * @param name its name
   * @param trial has the parser read one input
   * @param refusals the classes of its refusals
   * @param words what its inputs are made of
   * @param mend makes what an input says of itself true again
   */
  public FuzzSubject {
    refusals = Set.copyOf(refusals);
    words = List.copyOf(words);
  }

  /** Has a parser read one input. */
  @FunctionalInterface
  public interface Trial {

    /**
     * Reads an input and compares what came of it.
     *
     * @param input the input, which may be kept
     * @throws Exception the parser's refusal
     * @throws AssertionError if what was read is not what was there
     */
    void run(byte[] input) throws Exception;
  }

  /**
   * A parser, or what writes its values.
   *
   * @param <A> what is taken
   * @param <B> what is made of it
   */
  @FunctionalInterface
  public interface Step<A, B> {

    /**
     * Takes one step.
     *
     * @param input what is taken
     * @return what is made of it
     * @throws Exception the refusal
     */
    B apply(A input) throws Exception;
  }

  /**
   * A parser of bytes that have one form only: what is read is written as the same bytes.
   *
   * @param <T> what it reads
   * @param name its name
   * @param parse the parser
   * @param write writes what was read
   * @return the subject, without refusals and words
   */
  public static <T> FuzzSubject ofBytes(String name, Step<byte[], T> parse, Step<T, byte[]> write) {
    return new FuzzSubject(
        name,
        input -> {
          byte[] written = write.apply(parse.apply(input.clone()));
          if (!Arrays.equals(written, input)) {
            throw new AssertionError("was written as other bytes: " + Shown.bytes(written));
          }
        },
        Set.of(),
        List.of(),
        UnaryOperator.identity());
  }

  /**
   * A parser of text that has one form only: what is read is written as the same text.
   *
   * @param <T> what it reads
   * @param name its name
   * @param parse the parser
   * @param write writes what was read
   * @return the subject, without refusals and words
   */
  public static <T> FuzzSubject ofText(String name, Step<String, T> parse, Step<T, String> write) {
    return new FuzzSubject(
        name,
        input -> {
          String text = text(input);
          String written = write.apply(parse.apply(text));
          if (!written.equals(text)) {
            throw new AssertionError("was written as other text: " + Shown.text(written));
          }
        },
        Set.of(),
        List.of(),
        UnaryOperator.identity());
  }

  /**
   * A parser of text that has several forms of one value: what is read is written in a form that is
   * read, and written as the same text then.
   *
   * @param <T> what it reads
   * @param name its name
   * @param parse the parser
   * @param write writes what was read
   * @return the subject, without refusals and words
   */
  public static <T> FuzzSubject ofLooseText(
      String name, Step<String, T> parse, Step<T, String> write) {
    return new FuzzSubject(
        name,
        input -> {
          String written = write.apply(parse.apply(text(input)));
          String again = write.apply(reread(parse, written));
          if (!again.equals(written)) {
            throw new AssertionError(
                "was written as " + Shown.text(written) + ", and then as " + Shown.text(again));
          }
        },
        Set.of(),
        List.of(),
        UnaryOperator.identity());
  }

  /**
   * A parser of which nothing is compared: it returns or refuses.
   *
   * @param name its name
   * @param read has the parser read the input
   * @return the subject, without refusals and words
   */
  public static FuzzSubject ofReader(String name, Trial read) {
    return new FuzzSubject(name, read, Set.of(), List.of(), UnaryOperator.identity());
  }

  /**
   * The same, with one more class of refusals.
   *
   * @param one the class of an exception that it documents
   * @return the subject
   */
  public FuzzSubject refusing(Class<? extends Exception> one) {
    Set<Class<? extends Exception>> more = new HashSet<>(refusals);
    more.add(one);
    return new FuzzSubject(name, trial, more, words, mend);
  }

  /**
   * The same, with words of its inputs.
   *
   * @param some the words
   * @return the subject
   */
  public FuzzSubject madeOf(String... some) {
    return new FuzzSubject(name, trial, refusals, List.of(some), mend);
  }

  /**
   * The same, of which every other changed input is mended.
   *
   * @param repair makes what an input says of itself true again; it may return any bytes that are
   *     not of the form as they are
   * @return the subject
   */
  public FuzzSubject mendedBy(UnaryOperator<byte[]> repair) {
    return new FuzzSubject(name, trial, refusals, words, repair);
  }

  /**
   * Reads an input as a URI.
   *
   * @param input the input
   * @return the URI
   * @throws URISyntaxException as {@link #uri(String)}
   */
  public static URI uri(byte[] input) throws URISyntaxException {
    return uri(text(input));
  }

  /**
   * Reads text as a URI.
   *
   * @param text the text
   * @return the URI
   * @throws URISyntaxException if it is none, also where the JDK throws another exception than it
   *     documents: for a number in an IPv6 address that is too large
   */
  public static URI uri(String text) throws URISyntaxException {
    try {
      return new URI(text);
    } catch (NumberFormatException e) {
      throw new URISyntaxException(text, "a number that is too large");
    }
  }

  /**
   * Returns the text of an input: UTF-8, in which the private characters U+E000 to U+E7FF stand for
   * lone surrogates, which UTF-8 cannot write and Java's texts may have.
   *
   * @param input the input
   * @return its text
   */
  public static String text(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    if (text.chars().noneMatch(c -> c >= STAND_IN && c < AFTER_STAND_INS)) {
      return text;
    }
    StringBuilder changed = new StringBuilder(text);
    for (int i = 0; i < changed.length(); i++) {
      char c = changed.charAt(i);
      if (c >= STAND_IN && c < AFTER_STAND_INS) {
        changed.setCharAt(i, (char) (c - STAND_IN + Character.MIN_SURROGATE));
      }
    }
    return changed.toString();
  }

  /** What was written is no input of anybody else, so no exception is a refusal here. */
  private static <T> T reread(Step<String, T> parse, String written) {
    try {
      return parse.apply(written);
    } catch (Exception e) {
      throw new AssertionError("was written as " + Shown.text(written) + ", which is refused", e);
    }
  }
}
