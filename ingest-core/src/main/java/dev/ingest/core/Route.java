package dev.ingest.core;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The split of new sequences between pipelines, as one of its numbered changes left it. The ledger
 * keeps the last one for all nodes, and each one before it as its history. Immutable.
 *
 * @param name which route, {@link #NAME} for engines that name none
 * @param number 1 for the first change, raised by one with each
 * @param split which pipelines, and how much each gets
 * @param rollback when a pipeline loses its share by itself
 * @param ramp the plan by which the split changes by itself, as far as it has come
 * @param change what this change was, by whom, why and when
 */
public record Route(
    String name,
    long number,
    Split split,
    RollbackPolicy rollback,
    Optional<Ramp> ramp,
    Change change) {

  /** The route of engines that are built without the name of one. */
  public static final String NAME = "main";

  /** The most pipelines of a route. */
  public static final int MAX_PIPELINES = 8;

  /** The largest weight. */
  public static final int MAX_WEIGHT = 1_000_000;

  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,39}");

  /** What of a sequence decides which pipeline it goes to. */
  public enum Sticky {
    /** Its owner: all that an owner uploads goes one way. */
    OWNER,
    /** Its owner and id together. */
    SEQUENCE
  }

  /** What a change of a route was. */
  public enum Act {
    /** Someone set the weights. */
    SET,
    /** Someone began a ramp plan. */
    RAMP_BEGUN,
    /** A ramp plan reached its next step. */
    RAMP_STEP,
    /** A ramp plan reached its last step, and is over. */
    RAMP_DONE,
    /** Someone paused the ramp plan. */
    RAMP_PAUSED,
    /** Someone let the ramp plan go on. */
    RAMP_RESUMED,
    /** Someone ended the ramp plan; the weights stay. */
    RAMP_CANCELLED,
    /** A pipeline lost its share, by the rollback policy or by someone. */
    ROLLED_BACK,
    /** Someone changed the rollback policy. */
    POLICY_SET
  }

  /**
   * What a change was.
   *
   * @param act which
   * @param actor who, or the node that did it by itself
   * @param reason why; the evidence where a node did it
   * @param at when, by the ledger's clock
   */
  public record Change(Act act, String actor, String reason, Instant at) {}

  /**
   * A pipeline of a route. Plan and first stage are those that the engine knew that made the change
   * which brought it in, so that any engine can put a sequence into it.
   *
   * @param pipeline its name and the digest of its plan
   * @param first its first stage
   * @param weight its share is this over the sum of all; 0 for none
   * @param stranded since when what failed in it is sent another way, with all that is in flight in
   *     it, because it was rolled back; empty unless it was
   */
  public record Branch(
      PipelineRef pipeline, StageRef first, int weight, Optional<Instant> stranded) {

    /**
     * Validates the weight.
     *
     * @param pipeline its name and the digest of its plan
     * @param first its first stage
     * @param weight its share is this over the sum of all
     * @param stranded since when what failed in it is sent another way
     */
    public Branch {
      if (weight < 0 || weight > MAX_WEIGHT) {
        throw new InvalidValueException(
            Kind.NUMBER,
            Integer.toString(weight),
            "the weight of pipeline %s is 0 to %d".formatted(pipeline.name(), MAX_WEIGHT));
      }
    }

    /**
     * Returns the pipeline's name.
     *
     * @return the name
     */
    public String name() {
      return pipeline.name();
    }

    /**
     * Copies with another weight, and no longer rolled back.
     *
     * @param changed the weight
     * @return the copy
     */
    public Branch withWeight(int changed) {
      return new Branch(pipeline, first, changed, Optional.empty());
    }
  }

  /**
   * How new sequences are split.
   *
   * @param sticky what decides
   * @param salt sets the choices of this route apart from those of others; never changes
   * @param branches 1 to {@link #MAX_PIPELINES} pipelines of different names, one of them at least
   *     with a weight
   * @param since when this split began
   */
  public record Split(Sticky sticky, String salt, List<Branch> branches, Instant since) {

    /**
     * Copies the list and validates it.
     *
     * @param sticky what decides
     * @param salt sets the choices of this route apart
     * @param branches the pipelines
     * @param since when this split began
     */
    public Split {
      branches = List.copyOf(branches);
      Set<String> names = new HashSet<>();
      branches.forEach(branch -> names.add(branch.name()));
      if (branches.isEmpty() || branches.size() > MAX_PIPELINES) {
        throw new InvalidValueException(
            Kind.NUMBER,
            Integer.toString(branches.size()),
            "a route has 1 to " + MAX_PIPELINES + " pipelines");
      }
      if (names.size() != branches.size()) {
        throw new InvalidValueException(
            Kind.TEXT, names.toString(), "a route names each pipeline once");
      }
      if (branches.stream().allMatch(branch -> branch.weight() == 0)) {
        throw new InvalidValueException(
            Kind.NUMBER, "0", "one pipeline of a route at least has a weight; all of " + names);
      }
    }

    /**
     * Returns the weights.
     *
     * @return the weight of each pipeline, 0 or more, in the order of their names
     */
    public Map<String, Integer> weights() {
      Map<String, Integer> weights = new TreeMap<>();
      branches.forEach(branch -> weights.put(branch.name(), branch.weight()));
      return weights;
    }

    /**
     * Finds a pipeline.
     *
     * @param pipeline its name
     * @return its branch, with a weight or not; empty if the route does not name it
     */
    public Optional<Branch> branch(String pipeline) {
      return branches.stream().filter(branch -> branch.name().equals(pipeline)).findFirst();
    }

    /**
     * Tells what of a sequence decides.
     *
     * @param key the sequence
     * @return the text by which a pipeline is chosen
     */
    public String text(SequenceKey key) {
      return switch (sticky) {
        case OWNER -> key.owner().value();
        case SEQUENCE -> key.toString();
      };
    }
  }

  /**
   * How far a ramp plan has come.
   *
   * @param plan the plan
   * @param step the step that counts, from 0
   * @param paused whether it stays there until someone lets it go on
   * @param begun when the plan began
   */
  public record Ramp(RampPlan plan, int step, boolean paused, Instant begun) {

    /**
     * Validates the step.
     *
     * @param plan the plan
     * @param step the step that counts, from 0
     * @param paused whether it stays there
     * @param begun when the plan began
     */
    public Ramp {
      if (step < 0 || step >= plan.percents().size()) {
        throw new InvalidValueException(
            Kind.NUMBER, Integer.toString(step), "a step of " + plan + " counts from 0");
      }
    }

    /**
     * Tells whether no step follows.
     *
     * @return whether this is the last step
     */
    public boolean isLast() {
      return step == plan.percents().size() - 1;
    }
  }

  /**
   * Validates the name.
   *
   * @param name which route
   * @param number the number of the change
   * @param split which pipelines, and how much each gets
   * @param rollback when a pipeline loses its share by itself
   * @param ramp the plan by which the split changes by itself
   * @param change what this change was
   */
  public Route {
    checkName(name);
  }

  /**
   * Refuses what is no name of a route.
   *
   * @param name the name
   * @return the name
   * @throws InvalidValueException unless it is 1 to 40 lower-case letters, digits or {@code . _ -},
   *     beginning with a letter or digit
   */
  public static String checkName(String name) {
    if (!FORM.matcher(name).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          name,
          "a route's name is 1 to 40 lower-case letters, digits or . _ -, beginning with a letter or"
              + " digit");
    }
    return name;
  }
}
