package dev.ingest.mutants;

import org.pitest.mutationtest.build.InterceptorParameters;
import org.pitest.mutationtest.build.MutationInterceptor;
import org.pitest.mutationtest.build.MutationInterceptorFactory;
import org.pitest.plugin.Feature;
import org.pitest.plugin.FeatureParameter;

/** PIT's feature {@code +SAMPLE(parts[64] part[0])}; PIT finds it by the list of services. */
public final class SampleFactory implements MutationInterceptorFactory {
  private static final FeatureParameter PARTS =
      FeatureParameter.named("parts").withDescription("Into how many parts mutants are divided");
  private static final FeatureParameter PART =
      FeatureParameter.named("part").withDescription("Which of them is taken, from 0 on");

  @Override
  public MutationInterceptor createInterceptor(InterceptorParameters parameters) {
    return new Sample(
        parameters.getInteger(PARTS).orElse(1), parameters.getInteger(PART).orElse(0));
  }

  @Override
  public Feature provides() {
    return Feature.named("SAMPLE")
        .withOnByDefault(false)
        .withDescription("A random part of all mutants")
        .withParameter(PARTS)
        .withParameter(PART);
  }

  @Override
  public String description() {
    return "Random samples of mutants";
  }
}
