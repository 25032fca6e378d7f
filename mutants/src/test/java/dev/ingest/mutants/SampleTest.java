package dev.ingest.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pitest.classinfo.ClassName;
import org.pitest.mutationtest.build.MutationInterceptor;
import org.pitest.mutationtest.build.MutationInterceptorFactory;
import org.pitest.mutationtest.engine.Location;
import org.pitest.mutationtest.engine.Mutant;
import org.pitest.mutationtest.engine.Mutater;
import org.pitest.mutationtest.engine.MutationDetails;
import org.pitest.mutationtest.engine.MutationIdentifier;
import org.pitest.plugin.Feature;

final class SampleTest {
  private static final int PARTS = 16;

  @Test
  void eachMutantIsInOneOfTheParts_andInTheSameOneAgain() {
    List<MutationDetails> all = mutants(8_000);

    Set<MutationDetails> seen = new HashSet<>();
    int count = 0;
    for (int part = 0; part < PARTS; part++) {
      Collection<MutationDetails> some = part(PARTS, part, all);
      assertEquals(some, part(PARTS, part, all));
      seen.addAll(some);
      count += some.size();
    }

    assertEquals(all.size(), count);
    assertEquals(new HashSet<>(all), seen);
  }

  @Test
  void thePartsAreOfOneSize_asFarAsChanceMakesThem() {
    List<MutationDetails> all = mutants(8_000);
    double expected = all.size() / (double) PARTS;

    double squares = 0;
    for (int part = 0; part < PARTS; part++) {
      squares += Math.pow(part(PARTS, part, all).size() - expected, 2);
    }

    // Chi-square with 15 degrees of freedom: 1 in 1,000 is above 37.7, and 1 in 1,000 below 3.48.
    double chiSquare = squares / expected;
    assertTrue(chiSquare < 37.7 && chiSquare > 3.48, () -> "chi-square " + chiSquare);
  }

  @Test
  void aPartIsTheSame_whateverOtherMutantsThereAre() {
    List<MutationDetails> all = mutants(1_000);

    List<MutationDetails> oneByOne = new ArrayList<>();
    for (MutationDetails mutant : all) {
      oneByOne.addAll(part(PARTS, 5, List.of(mutant)));
    }

    assertEquals(oneByOne, List.copyOf(part(PARTS, 5, all)));
  }

  @Test
  void theOnlyPartIsAllOfThem() {
    List<MutationDetails> all = mutants(100);

    assertEquals(all, part(1, 0, all));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-1, 0", "16, -1", "16, 16"})
  void whatIsNoPartIsRefused(int parts, int part) {
    assertThrows(IllegalArgumentException.class, () -> new Sample(parts, part));
  }

  @Test
  void pitFindsIt_andTakesNoSampleUnlessItIsAskedTo() {
    MutationInterceptorFactory factory =
        ServiceLoader.load(MutationInterceptorFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found instanceof SampleFactory)
            .findFirst()
            .orElseThrow();

    assertEquals(Feature.named("SAMPLE"), factory.provides());
    assertFalse(factory.provides().isOnByDefault());
  }

  private static Collection<MutationDetails> part(
      int parts, int part, Collection<MutationDetails> of) {
    MutationInterceptor sample = new Sample(parts, part);
    return sample.intercept(of, new NoMutater());
  }

  /** Of classes with one to a hundred mutants each, which differ in their index alone. */
  private static List<MutationDetails> mutants(int number) {
    List<MutationDetails> mutants = new ArrayList<>();
    for (int type = 0; mutants.size() < number; type++) {
      Location method = Location.location(ClassName.fromString("a.Type" + type), "m", "()V");
      for (int index = 0; index <= type % 100 && mutants.size() < number; index++) {
        MutationIdentifier id = new MutationIdentifier(method, index, "MATH");
        mutants.add(new MutationDetails(id, "Type.java", "a change", index, index));
      }
    }
    return mutants;
  }

  private static final class NoMutater implements Mutater {
    @Override
    public Mutant getMutation(MutationIdentifier id) {
      throw new UnsupportedOperationException("a sample mutates nothing");
    }

    @Override
    public List<MutationDetails> findMutations(ClassName type) {
      throw new UnsupportedOperationException("a sample looks for nothing");
    }
  }
}
