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
import org.jspecify.annotations.Nullable;

/**
 * A named, ordered list of stages with the expectation that their result must meet. Immutable and
 * thread-safe.
 */
public final class Pipeline {

  private final PipelineRef ref;
  private final List<Stage> stages;
  private final Expectation expectation;
  private final List<Probe> probes;
  private final ShadowComparator shadowComparator;
  private final Duration keepSuperseded;

  private Pipeline(Builder builder, Expectation expectation) {
    this.stages = List.copyOf(builder.stages);
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
   * Finds the stage that a run is due for.
   *
   * @param wanted its name and contract version
   * @return the stage, or empty if this pipeline has none such
   */
  public Optional<Stage> stage(StageRef wanted) {
    return stages.stream().filter(stage -> stage.ref().equals(wanted)).findFirst();
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
   * Names the stages' work.
   *
   * @return one reference per stage
   */
  public Set<WorkRef> stageWork() {
    return stages.stream()
        .map(stage -> new WorkRef(ref.name(), Optional.of(stage.ref())))
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
     * @throws IllegalStateException without a stage or an expectation, or with two stages of one
     *     name
     */
    public Pipeline build() {
      if (stages.isEmpty() || expectation == null) {
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
      return new Pipeline(this, expectation);
    }
  }
}
