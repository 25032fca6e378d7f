package dev.ingest.testkit.fuzz;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/**
 * Tries a parser on the examples of its corpus and on changes of them, and fails with the first
 * input on which it does anything but what its {@link FuzzSubject} allows, made as short as it
 * goes.
 *
 * <p>What is wrong: an exception that is not documented, any error, a stack that overflows within
 * 512 KiB, more memory or time than 1 MiB and 500 ms and, for each byte of the input, 1 KiB and 20
 * µs; an input on which it does not come back within a minute; a value that is written in another
 * way than it was read. A run in which nothing was accepted, or one of the documented refusals did
 * not occur, proves nothing and fails as well.
 *
 * <p>It is no search by coverage. What a run keeps for further changes are inputs that were refused
 * in a place of the code in which none was refused before. Parsers whose every rule has a refusal
 * show by them how far an input came. Most changes are of inputs that were accepted, and many put
 * another value in the place of one field, so that they are not all refused by the first rule.
 */
public final class ParserFuzz {

  private static final int STACK_BYTES = 1 << 19;
  private static final int STUCK_SECONDS = 60;

  private static final long LOOK_MILLIS = 200;
  private static final Path OF_MODULE = Path.of("src/test/resources/fuzz");

  private final Path examples;
  private final FuzzPlan plan;

  /**
   * Creates it.
   *
   * @param examples the folder with one folder of examples for each parser, by its name
   * @param plan how long to look, and from where
   */
  public ParserFuzz(Path examples, FuzzPlan plan) {
    this.examples = examples;
    this.plan = plan;
  }

  /**
   * Makes a test of each parser, with the examples of this module's tests, in {@code
   * src/test/resources/fuzz}, and {@linkplain FuzzPlan#ofProperties the plan of this process}. Each
   * test prints what it looked at.
   *
   * @param subjects the parsers
   * @return their tests, named as they are
   */
  public static Stream<DynamicTest> tests(Stream<FuzzSubject> subjects) {
    ParserFuzz fuzz = new ParserFuzz(OF_MODULE, FuzzPlan.ofProperties());
    return subjects.map(
        subject ->
            DynamicTest.dynamicTest(subject.name(), () -> System.out.println(fuzz.run(subject))));
  }

  /**
   * Tries a parser.
   *
   * @param subject the parser
   * @return what was looked at
   * @throws AssertionError if it does what it may not
   * @throws InterruptedException if the caller is interrupted
   */
  public FuzzReport run(FuzzSubject subject) throws InterruptedException {
    FuzzRun run = new FuzzRun(subject, Corpus.read(examples.resolve(subject.name())), plan);
    Thread thread = new Thread(null, run, "ingest-fuzz-" + subject.name(), STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    while (thread.isAlive()) {
      thread.join(LOOK_MILLIS);
      byte @Nullable [] stuck = run.stuck(TimeUnit.SECONDS.toNanos(STUCK_SECONDS));
      if (stuck != null && thread.isAlive()) {
        AssertionError error =
            new AssertionError(
                "%s did not come back within %d s from %s"
                    .formatted(subject.name(), STUCK_SECONDS, Shown.bytes(stuck)));
        error.setStackTrace(thread.getStackTrace());
        throw error;
      }
    }
    FuzzReport report = run.report();
    if (report.accepted() == 0 || !run.refused().containsAll(subject.refusals())) {
      throw new AssertionError(
          "%s; of its refusals %s, seen were %s, so that it proves little"
              .formatted(report, Arrays.toString(subject.refusals().toArray()), run.refused()));
    }
    return report;
  }
}
