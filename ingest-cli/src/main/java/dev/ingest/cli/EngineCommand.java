package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.photo.PhotoPipeline;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.content.ContentException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What all commands share: the common options, the stores and the engine. */
abstract class EngineCommand implements Callable<Integer> {

  private static final int MAX_PARALLELISM = 4;

  @Mixin private Options options = new Options();

  private final Surroundings surroundings;

  EngineCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Checks the options that every command has, also where this one does not use them. */
  @Override
  public final Integer call() throws Exception {
    options.check();
    return perform();
  }

  /**
   * Does the command's work.
   *
   * @return the exit status
   */
  abstract int perform() throws Exception;

  Options options() {
    return options;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Terminal terminal() {
    return surroundings.terminal();
  }

  /** Sets what this command's options say of the engine. */
  void configure(IngestBuilder builder) {}

  /** Tells whether progress may be drawn over itself: a person looks, and no JSON is wanted. */
  boolean interactive() {
    return terminal().interactive() && !options.json();
  }

  /**
   * Builds an engine that runs both pipelines, so that it can go on with whatever is in the ledger;
   * new sequences go to the chosen one.
   */
  Ingest engine(Stores stores, EngineListener listener) {
    return builder(stores, listener).sink(new TerminalSink(terminal(), () -> {})).build();
  }

  /**
   * Builds an engine for what needs the ledger alone. It only watches, so it begins also where the
   * content does not answer, or stops to after it was opened.
   */
  Ingest ledgerEngine(Stores stores) {
    return watcher(stores, EngineListener.NONE).build();
  }

  /**
   * Builds an engine that runs both pipelines, for what needs the ledger alone and knows them by
   * their names; where the content does not answer, one that has none.
   */
  Ingest engineWithoutContent(Stores stores) {
    if (stores.answers()) {
      try {
        return engine(stores, EngineListener.NONE);
      } catch (ContentException e) {
        terminal().warn(Terminal.line("the content does not answer: " + Problems.describe(e)));
      }
    }
    return ledgerEngine(stores);
  }

  /** Begins an engine that only watches and tells its alerts nowhere yet. */
  IngestBuilder watcher(Stores stores, EngineListener listener) {
    return any(stores, listener).withoutWork();
  }

  /** Begins an engine that runs both pipelines and tells its alerts nowhere yet. */
  IngestBuilder builder(Stores stores, EngineListener listener) {
    IngestBuilder builder =
        any(stores, listener)
            .work(
                WorkPolicy.DEFAULT
                    .withLease(options.lease())
                    .withParallelism(
                        Math.min(MAX_PARALLELISM, Runtime.getRuntime().availableProcessors())));
    pipelines().forEach(builder::pipeline);
    return builder;
  }

  private IngestBuilder any(Stores stores, EngineListener listener) {
    IngestBuilder builder =
        Ingest.builder()
            .ledger(stores.ledger())
            .content(stores.content())
            .node(nodeId(), codeVersion())
            .limits(limits(stores))
            .listener(listener);
    configure(builder);
    return builder;
  }

  /** An item may be as large as the content takes: less in a database than elsewhere. */
  static IntakeLimits limits(Stores stores) {
    IntakeLimits all = IntakeLimits.DEFAULT;
    long most = stores.content().store().capabilities().maxItemBytes();
    return new IntakeLimits(
        all.maxItems(),
        Math.min(all.maxItemBytes(), most),
        all.maxSequenceBytes(),
        all.quota(),
        all.idleTime());
  }

  private List<Pipeline> pipelines() {
    Pipeline copy =
        Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    List<Pipeline> all = new ArrayList<>(List.of(PhotoPipeline.create(), copy));
    Pipeline chosen =
        all.stream()
            .filter(pipeline -> pipeline.ref().name().equals(options.pipeline()))
            .findFirst()
            .orElseThrow();
    all.remove(chosen);
    all.add(0, chosen);
    return all;
  }

  private NodeId nodeId() {
    return new NodeId("cli-%d-%s".formatted(ProcessHandle.current().pid(), surroundings.hex(8)));
  }

  static String codeVersion() {
    String version = EngineCommand.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
