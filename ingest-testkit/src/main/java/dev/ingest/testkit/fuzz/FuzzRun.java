package dev.ingest.testkit.fuzz;

import dev.ingest.testkit.fuzz.Examiner.Examined;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run over one parser, on a thread of its own, which another one watches. */
final class FuzzRun implements Runnable {

  private static final int MAX_KINDS = 20_000;
  private static final int MAX_SHRINKS = 2_000;
  private static final long MAX_SHRINK_NANOS = 30_000_000_000L;
  private static final int MAX_PRINTED = 2_000;

  private final FuzzSubject subject;
  private final Corpus corpus;
  private final FuzzPlan plan;
  private final Examiner examiner;
  private final Set<String> kinds = new HashSet<>();
  private final Set<Class<?>> refused = new HashSet<>();
  private final int examples;
  private long inputs;
  private long accepted;
  private long used;
  private @Nullable Throwable failure;
  private volatile byte @Nullable [] current;
  private volatile long since;

  FuzzRun(FuzzSubject subject, Corpus corpus, FuzzPlan plan) {
    this.subject = subject;
    this.corpus = corpus;
    this.plan = plan;
    this.examiner = new Examiner(subject);
    this.examples = corpus.known().size();
  }

  @Override
  public void run() {
    try {
      for (byte[] example : List.copyOf(corpus.known())) {
        Examined examined = look(example);
        if (examined.isAccepted()) {
          corpus.accept(example);
        }
        kinds.add(examined.kind());
      }
      Mutations mutations = new Mutations(plan.seed(), subject.mendedBy(this::mended));
      long changed = 0;
      while (changed < FuzzPlan.LEAST_INPUTS || used < plan.time().toNanos()) {
        byte[] input = mutations.next(corpus);
        Examined examined = look(input);
        if (kinds.size() < MAX_KINDS && kinds.add(examined.kind())) {
          corpus.add(input, examined.isAccepted());
          plan.kept().ifPresent(folder -> Corpus.keep(folder.resolve(subject.name()), input));
        }
        changed++;
        used = examiner.processorNanos();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /** Tries an input. */
  private Examined look(byte[] input) {
    Examined examined = watched(input);
    inputs++;
    if (examined.finding().isPresent()) {
      throw failure(input, examined);
    }
    examined.refusal().ifPresent(refusal -> refused.add(refusal.getClass()));
    accepted += examined.isAccepted() ? 1 : 0;
    return examined;
  }

  private AssertionError failure(byte[] input, Examined examined) {
    byte[] shortest = examined.isSlow() ? input : shrink(input, examined);
    return new AssertionError(
        "%s %s on %s, in Base64 %s; input %d of seed %d, %d bytes before it was shortened"
            .formatted(
                subject.name(),
                watched(shortest).finding().or(examined::finding).orElseThrow(),
                Shown.bytes(shortest),
                base64(shortest),
                inputs,
                plan.seed(),
                input.length),
        examined.refusal().orElse(null));
  }

  private static String base64(byte[] input) {
    String base64 = Base64.getEncoder().encodeToString(input);
    return base64.substring(0, Math.min(base64.length(), MAX_PRINTED));
  }

  /** What mends an input gets any bytes, and can be as wrong about them as a parser. */
  private byte[] mended(byte[] input) {
    since = System.nanoTime();
    current = input;
    try {
      return subject.mend().apply(input);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "what mends inputs of %s threw %s on %s, in Base64 %s; after input %d of seed %d"
              .formatted(subject.name(), e, Shown.bytes(input), base64(input), inputs, plan.seed()),
          e);
    } finally {
      current = null;
    }
  }

  /** Whatever is tried can loop for ever, the shorter forms of an input as well. */
  private Examined watched(byte[] input) {
    since = System.nanoTime();
    current = input;
    Examined examined = examiner.examine(input);
    current = null;
    return examined;
  }

  /** Takes pieces out for as long as what is left is wrong in the same way. */
  private byte[] shrink(byte[] input, Examined examined) {
    byte[] best = input;
    int tries = 0;
    long begun = System.nanoTime();
    for (int piece = Math.max(1, best.length / 2); piece >= 1; piece /= 2) {
      int at = 0;
      while (at + piece <= best.length
          && tries < MAX_SHRINKS
          && System.nanoTime() - begun < MAX_SHRINK_NANOS) {
        byte[] shorter = Arrays.copyOf(best, best.length - piece);
        System.arraycopy(best, at + piece, shorter, at, shorter.length - at);
        tries++;
        if (watched(shorter).isLike(examined)) {
          best = shorter;
        } else {
          at += piece;
        }
      }
    }
    return best;
  }

  /** Returns the input that the parser has been at for longer than a time; for whoever watches. */
  byte @Nullable [] stuck(long nanos) {
    byte @Nullable [] input = current;
    return input != null && System.nanoTime() - since > nanos ? input : null;
  }

  /** Returns the classes of the refusals; after the end. */
  Set<Class<?>> refused() {
    return refused;
  }

  /** Tells what was looked at, after the end, or throws what ended it. */
  FuzzReport report() {
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return new FuzzReport(
        subject.name(),
        examples,
        inputs,
        accepted,
        kinds.size(),
        examiner.mostBytes(),
        used / 1_000_000);
  }
}
