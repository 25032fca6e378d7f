package dev.ingest.core;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A named, ordered list of stages with the expectation that their result must meet. Immutable and
 * thread-safe.
 *
 * <p>The stages may live in different services. Each service then builds the same list, with {@link
 * Builder#remote(StageRef)} for the stages of which the code is elsewhere, and so gets the same
 * plan; its nodes claim only what they have the code for. The services that hold the expectation
 * and the probes verify; the others say {@link Builder#verifiedElsewhere()}.
 */
public final class Pipeline {

  /** The longest time that a probe may have for its answer. */
  public static final Duration LONGEST_PROBE = Duration.ofMinutes(10);

  private final PipelineRef ref;
  private final List<Stage> stages;
  private final Expectation expectation;
  private final List<Probe> probes;
  private final ShadowComparator shadowComparator;
  private final Duration keepSuperseded;
  private final boolean verifies;

  private Pipeline(Builder builder, Expectation expectation) {
    this.verifies = !builder.elsewhere;
    this.stages = builder.stages.stream().map(builder::observed).toList();
    this.probes = List.copyOf(builder.probes);
    this.shadowComparator = builder.shadowComparator;
    this.keepSuperseded = builder.keepSuperseded;
    this.expectation = expectation;
    String plan =
        stages.stream().map(stage -> stage.ref().toString()).collect(Collectors.joining("\n"));
    this.ref = new PipelineRef(builder.name, Digest.ofUtf8(plan));
  }

  /**
   * Begins a pipeline.
   *
   * @param name 1 to 64 lower-case letters, digits or {@code . _ -}
   * @return a builder
   */
  public static Builder named(String name) {
    return new Builder(name);
  }

  /**
   * Returns the name and the digest of the plan.
   *
   * @return the reference that acceptance pins
   */
  public PipelineRef ref() {
    return ref;
  }

  /**
   * Returns the stages in order.
   *
   * @return at least one
   */
  public List<Stage> stages() {
    return stages;
  }

  /**
   * Returns the expectation.
   *
   * @return the rule on what a complete result is
   */
  public Expectation expectation() {
    return expectation;
  }

  /**
   * Returns the probes.
   *
   * @return the probes, possibly none
   */
  public List<Probe> probes() {
    return probes;
  }

  /**
   * Returns what compares a shadow run of this pipeline with the published result.
   *
   * @return the comparator
   */
  public ShadowComparator shadowComparator() {
    return shadowComparator;
  }

  /**
   * Returns how long a result stays that a replacement run of this pipeline replaced.
   *
   * @return 0 or more
   */
  public Duration keepSuperseded() {
    return keepSuperseded;
  }

  /**
   * Tells whether results are verified here.
   *
   * @return false if the expectation and the probes are in another service
   */
  public boolean verifies() {
    return verifies;
  }

  /**
   * Finds the code for what a run is due for.
   *
   * @param wanted a stage's name and contract version
   * @return the stage that can run it, of that contract version or of a newer one that also runs
   *     it; empty if this pipeline has none such, or its code is in another service
   */
  public Optional<Stage> stage(StageRef wanted) {
    return stages.stream()
        .filter(DeclaredStage::isHere)
        .filter(stage -> DeclaredStage.runnable(stage).contains(wanted))
        .findFirst();
  }

  /**
   * Tells whether a run that is due for a stage may come to be worked on here: now, or after other
   * services have done their stages of the same contract versions.
   *
   * @param due what it is due for; empty for verification
   * @return true if so
   */
  public boolean mayComeHere(Optional<StageRef> due) {
    if (due.isEmpty()) {
      return verifies;
    }
    if (stage(due.get()).isPresent()) {
      return true;
    }
    boolean isPast = false;
    for (Stage stage : stages) {
      if (isPast && DeclaredStage.isHere(stage)) {
        return true;
      }
      isPast |= stage.ref().equals(due.get()) && !DeclaredStage.isHere(stage);
    }
    return isPast && verifies;
  }

  /**
   * Finds the stage after another, by name, so that a run that was under way when the pipeline
   * changed goes on where it was.
   *
   * @param done the stage that is done
   * @return the next one, or empty after the last
   */
  public Optional<StageRef> after(StageRef done) {
    for (int i = 0; i < stages.size() - 1; i++) {
      if (stages.get(i).ref().name().equals(done.name())) {
        return Optional.of(stages.get(i + 1).ref());
      }
    }
    return Optional.empty();
  }

  /**
   * Names the work of the stages whose code is here.
   *
   * @return one reference per stage, and one per older contract version that one also runs
   */
  public Set<WorkRef> stageWork() {
    return stages.stream()
        .filter(DeclaredStage::isHere)
        .flatMap(stage -> DeclaredStage.runnable(stage).stream())
        .map(stage -> new WorkRef(ref.name(), Optional.of(stage)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Names the verification of this pipeline's results.
   *
   * @return the reference
   */
  public WorkRef verificationWork() {
    return new WorkRef(ref.name(), Optional.empty());
  }

  /** Collects the parts of a pipeline. Not thread-safe. */
  public static final class Builder {

    /** How long a superseded result stays if nothing else is said. */
    public static final Duration KEEP_SUPERSEDED = Duration.ofDays(7);

    private final String name;
    private final List<Stage> stages = new ArrayList<>();
    private final List<Probe> probes = new ArrayList<>();
    private @Nullable Expectation expectation;
    private ShadowComparator shadowComparator = ShadowComparator.BY_ITEMS;
    private Duration keepSuperseded = KEEP_SUPERSEDED;
    private boolean elsewhere;
    private @Nullable StageObserver observer;

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Appends a stage.
     *
     * @param stage the stage; its name must be new in this pipeline
     * @return this
     */
    public Builder stage(Stage stage) {
      stages.add(stage);
      return this;
    }

    /**
     * Appends a stage whose code is in another service, as {@link Stage#elsewhere}.
     *
     * @param stage its name and contract version; the name must be new in this pipeline
     * @return this
     */
    public Builder remote(StageRef stage) {
      return stage(Stage.elsewhere(stage));
    }

    /**
     * Says that the expectation and the probes are in another service, which verifies: nodes with
     * this pipeline claim no verification, and an audit by them judges no result.
     *
     * @return this
     */
    public Builder verifiedElsewhere() {
      this.elsewhere = true;
      return this;
    }

    /**
     * Sets the mandatory expectation.
     *
     * @param rule the rule
     * @return this
     */
    public Builder expect(Expectation rule) {
      this.expectation = rule;
      return this;
    }

    /**
     * Appends a probe.
     *
     * @param probe the probe
     * @return this
     */
    public Builder probe(Probe probe) {
      probes.add(probe);
      return this;
    }

    /**
     * Sets what observes the attempts at the stages whose code is here.
     *
     * @param around the observer
     * @return this
     */
    public Builder observe(StageObserver around) {
      this.observer = around;
      return this;
    }

    /**
     * Sets what compares a shadow run of this pipeline with the published result; {@link
     * ShadowComparator#BY_ITEMS} if not called.
     *
     * @param comparator the comparator
     * @return this
     */
    public Builder compareShadows(ShadowComparator comparator) {
      this.shadowComparator = comparator;
      return this;
    }

    /**
     * Sets how long a result stays that a replacement run of this pipeline replaced; {@link
     * #KEEP_SUPERSEDED} if not called.
     *
     * @param time 0 for not at all, up to 3,650 days
     * @return this
     * @throws InvalidValueException if the time is out of bounds
     */
    public Builder keepSuperseded(Duration time) {
      if (time.isNegative() || time.compareTo(Duration.ofDays(3_650)) > 0) {
        throw new InvalidValueException(
            InvalidValueException.Kind.TIME,
            time.toString(),
            "a superseded result stays for 0 to 3,650 days");
      }
      this.keepSuperseded = time;
      return this;
    }

    /**
     * Builds the pipeline.
     *
     * @return the pipeline
     * @throws dev.ingest.spi.InvalidValueException if its name is not of the form of {@link #named}
     * @throws IllegalStateException without a stage; without an expectation, unless it is verified
     *     elsewhere, and with one or a probe, if it is; with two stages of one name; with a stage
     *     that does not accept the one before it, naming both; or with a probe whose time is out of
     *     bounds
     */
    public Pipeline build() {
      if (elsewhere && (expectation != null || !probes.isEmpty())) {
        throw new IllegalStateException(
            "pipeline " + name + " is verified elsewhere, so it has no expectation and no probes");
      }
      if (stages.isEmpty() || (expectation == null && !elsewhere)) {
        throw new IllegalStateException(
            "pipeline " + name + " needs at least one stage and an expectation");
      }
      Set<String> names = new HashSet<>();
      for (Stage stage : stages) {
        if (!names.add(stage.ref().name())) {
          throw new IllegalStateException(
              "pipeline " + name + " has two stages named " + stage.ref().name());
        }
      }
      requireFit();
      requireTimes();
      return new Pipeline(this, expectation == null ? unknownHere() : expectation);
    }

    private Stage observed(Stage stage) {
      return observer == null ? stage : ObservedStage.of(name, stage, observer);
    }

    private void requireTimes() {
      for (Probe probe : probes) {
        Duration limit = probe.timeLimit();
        if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(LONGEST_PROBE) > 0) {
          throw new IllegalStateException(
              "probe %s of pipeline %s has 1 ms to %s for an answer, not %s"
                  .formatted(probe.name(), name, LONGEST_PROBE, limit));
        }
      }
    }

    private void requireFit() {
      String misfits =
          IntStream.range(0, stages.size())
              .mapToObj(this::misfit)
              .flatMap(Optional::stream)
              .collect(Collectors.joining("; "));
      if (!misfits.isEmpty()) {
        throw new IllegalStateException(
            "pipeline " + name + " has stages whose contracts do not fit: " + misfits);
      }
    }

    private Optional<String> misfit(int index) {
      Stage stage = stages.get(index);
      Set<StageRef> accepted = stage.accepts();
      Optional<StageRef> before =
          index == 0 ? Optional.empty() : Optional.of(stages.get(index - 1).ref());
      if (accepted.isEmpty() || before.filter(accepted::contains).isPresent()) {
        return Optional.empty();
      }
      String expected =
          accepted.stream().map(StageRef::toString).sorted().collect(Collectors.joining(" or "));
      return Optional.of(
          "stage %s accepts the output of %s, and before it stands %s"
              .formatted(
                  stage.ref(),
                  expected,
                  before.map(StageRef::toString).orElse("none: it is the first")));
    }

    private Expectation unknownHere() {
      return evidence ->
          Verdict.unknown("the expectation of pipeline " + name + " is in another service");
    }
  }
}
