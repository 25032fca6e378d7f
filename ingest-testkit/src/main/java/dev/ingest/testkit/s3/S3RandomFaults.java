package dev.ingest.testkit.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A rule that strikes at random, each fault at a rate of its own, and so many times in all at most.
 *
 * <p>The same seed strikes the same requests as long as they come in the same order: one number is
 * drawn for each fault and request, whether it fits the operation or not. Not safe for use by
 * several threads; a server asks for one request at a time.
 */
public final class S3RandomFaults implements S3Rule {

  private final SplittableRandom random;
  private final List<Rated> rated = new ArrayList<>();
  private long left;

  private record Rated(S3Fault fault, double rate) {}

  /**
   * Makes a rule without faults.
   *
   * @param seed what the numbers are drawn from
   * @param most how many faults in all at most, 0 or more
   */
  public S3RandomFaults(long seed, long most) {
    if (most < 0) {
      throw new IllegalArgumentException("a rule strikes 0 times or more, not " + most);
    }
    this.random = new SplittableRandom(seed);
    this.left = most;
  }

  /**
   * Adds a fault. Of several that would strike one request, the one added first does.
   *
   * @param fault what goes wrong
   * @param rate with which chance at each request that it fits, 0 to 1
   * @return this rule
   */
  public S3RandomFaults with(S3Fault fault, double rate) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException("a rate is 0 to 1, not " + rate);
    }
    rated.add(new Rated(fault, rate));
    return this;
  }

  @Override
  public Optional<S3Fault> judge(S3Request request) {
    Optional<S3Fault> struck = Optional.empty();
    for (Rated one : rated) {
      boolean drawn = random.nextDouble() < one.rate();
      if (drawn && struck.isEmpty() && one.fault().fits(request.operation())) {
        struck = Optional.of(one.fault());
      }
    }
    if (struck.isEmpty() || left == 0) {
      return Optional.empty();
    }
    left--;
    return struck;
  }
}
