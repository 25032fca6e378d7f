package dev.ingest.mutants;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import org.pitest.bytecode.analysis.ClassTree;
import org.pitest.mutationtest.build.InterceptorType;
import org.pitest.mutationtest.build.MutationInterceptor;
import org.pitest.mutationtest.engine.Mutater;
import org.pitest.mutationtest.engine.MutationDetails;
import org.pitest.mutationtest.engine.MutationIdentifier;

/**
 * One of the parts into which all mutants are divided at random, whatever their class: a digest of
 * what identifies a mutant says its part. So each mutant comes into a part with the same
 * probability, two parts share none, and a part is the same whenever it is taken of the same code.
 */
final class Sample implements MutationInterceptor {
  private final int parts;
  private final int part;

  Sample(int parts, int part) {
    if (parts < 1 || part < 0 || part >= parts) {
      throw new IllegalArgumentException(
          "part " + part + " of " + parts + ": parts count from 0 to one less than their number");
    }
    this.parts = parts;
    this.part = part;
  }

  /** After PIT's own filters, which merge mutants and leave some out. */
  @Override
  public InterceptorType type() {
    return InterceptorType.REPORT;
  }

  @Override
  public void begin(ClassTree mutated) {}

  @Override
  public Collection<MutationDetails> intercept(
      Collection<MutationDetails> mutants, Mutater mutater) {
    return mutants.stream().filter(mutant -> partOf(mutant.getId()) == part).toList();
  }

  @Override
  public void end() {}

  private int partOf(MutationIdentifier mutant) {
    byte[] digest = sha256().digest(mutant.toString().getBytes(StandardCharsets.UTF_8));
    return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), parts);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
