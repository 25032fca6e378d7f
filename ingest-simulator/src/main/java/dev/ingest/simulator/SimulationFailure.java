package dev.ingest.simulator;

/** A run in which a promise was broken; its message says how to see the run as a story. */
final class SimulationFailure extends Error {

  private static final long serialVersionUID = 1L;

  SimulationFailure(Scenario scenario, Throwable cause) {
    super(
        "seed %d with %d sequences: %s%nTo read the story: mvn test -pl ingest-simulator"
                .formatted(scenario.seed(), scenario.sequences(), cause.getMessage())
            + " -am -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dingest.seed="
            + scenario.seed()
            + " -Dingest.seed.sequences="
            + scenario.sequences(),
        cause);
  }
}
