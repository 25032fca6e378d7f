package dev.ingest.spring.boot;

import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.Stage;
import dev.ingest.core.StageObserver;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * The pipelines of the application: its Pipeline beans in their order, or one that is made of its
 * Stage, Expectation and Probe beans. Beans of these kinds beside a Pipeline bean are the
 * application's own parts of it.
 */
final class PipelineBeans {

  private final ListableBeanFactory beans;
  private final Supplier<Optional<StageObserver>> observer;

  /** The observer is asked for only where a pipeline is made for which it can be. */
  PipelineBeans(ListableBeanFactory beans, Supplier<Optional<StageObserver>> observer) {
    this.beans = beans;
    this.observer = observer;
  }

  List<Pipeline> all(String name) {
    List<Pipeline> pipelines = beans.getBeanProvider(Pipeline.class).orderedStream().toList();
    return pipelines.isEmpty() ? List.of(ofStages(name)) : pipelines;
  }

  /** An engine without work takes no uploads, and would tell so only to those who send them. */
  void refuseAll() {
    int pipelines = beans.getBeanNamesForType(Pipeline.class).length;
    int stages = beans.getBeanNamesForType(Stage.class).length;
    if (pipelines + stages > 0) {
      throw new SetupException(
          "ingest.work.enabled=false leaves %d Pipeline and %d Stage beans unused, and an engine"
                  .formatted(pipelines, stages)
              + " without work takes no uploads",
          "Remove ingest.work.enabled=false; or, for a process that only watches, define these"
              + " beans under the condition of that property.");
    }
  }

  private Pipeline ofStages(String name) {
    List<Stage> stages = beans.getBeanProvider(Stage.class).orderedStream().toList();
    Expectation expectation = beans.getBeanProvider(Expectation.class).getIfUnique();
    if (stages.isEmpty() || expectation == null) {
      throw new SetupException(
          "there is no Pipeline bean, and to make one of Stage beans it takes at least one and"
              + " exactly one Expectation bean; found %d and %d"
                  .formatted(stages.size(), beans.getBeanNamesForType(Expectation.class).length),
          "Define a Pipeline bean, or Stage beans and an Expectation; for a process that only"
              + " watches, set ingest.work.enabled=false.");
    }
    Pipeline.Builder builder = Pipeline.named(name).expect(expectation);
    stages.forEach(builder::stage);
    beans.getBeanProvider(Probe.class).orderedStream().forEach(builder::probe);
    observer.get().ifPresent(builder::observe);
    return builder.build();
  }
}
