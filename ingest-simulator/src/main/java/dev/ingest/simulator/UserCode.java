package dev.ingest.simulator;

import dev.ingest.core.Evidence;
import dev.ingest.core.Expectation;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.Verdict;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.ledger.StageRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The embedding service's part: two stages, of which the second sometimes ends in another system,
 * an expectation and a probe, all of them fallible.
 */
final class UserCode {

  static final StageRef FIRST = new StageRef("mask", 1);

  /** What takes all new sequences as long as no route is set. */
  static final String MAIN = "main";

  /** Another one, which does the same. */
  static final String OTHER = "other";

  /** What makes another result of the same bytes. */
  static final String NEXT = "next";

  static final List<String> PIPELINES = List.of(MAIN, OTHER, NEXT);

  private static final Map<String, Integer> MASKS = Map.of(MAIN, 0x5A, OTHER, 0x5A, NEXT, 0x33);

  /** Soon over, so that a run sees it. */
  private static final Duration KEEP_SUPERSEDED = Duration.ofMinutes(3);

  private UserCode() {}

  /** A pipeline as the node at a place builds it: whole, or as one of two services. */
  static Pipeline pipeline(World world, SimNode node, int place, String name) {
    Stage mask =
        Stage.perItem(
            "mask",
            1,
            (item, context) -> {
              mishap(world, node, context);
              mask(item, context, name);
            });
    Stage copy = new Copying(world, node);
    Pipeline.Builder builder = Pipeline.named(name).keepSuperseded(KEEP_SUPERSEDED);
    boolean isSplit = world.scenario().hasServices();
    if (isSplit && place % 2 == 1) {
      return builder.remote(FIRST).stage(copy.accepting(FIRST)).verifiedElsewhere().build();
    }
    return builder
        .stage(mask)
        .stage((isSplit ? Stage.elsewhere(copy.ref()) : copy).accepting(FIRST))
        .expect(Expectation.onePerItem())
        .probe(probe(world))
        .build();
  }

  /** Copies each item, or has the farm do it. */
  private record Copying(World world, SimNode node) implements Stage {

    @Override
    public StageRef ref() {
      return new StageRef("copy", 1);
    }

    @Override
    public void run(StageContext context) throws Exception {
      if (world.farm().takes()) {
        world.farm().take(context);
        mishap(world, node, context);
        return;
      }
      Iterator<StageItem> items = context.items();
      while (items.hasNext()) {
        context.checkActive();
        StageItem item = items.next();
        mishap(world, node, context);
        context.emit(item.name(), item.open());
      }
    }
  }

  /** What a pipeline must make of a sequence: each item masked, in the order of the upload. */
  static ManifestSummary expected(List<Content> items, String pipeline) {
    List<ManifestItem> masked = new ArrayList<>();
    for (Content item : items) {
      byte[] bytes = mask(item.bytes(), pipeline);
      masked.add(new ManifestItem(item.name(), bytes.length, Digest.of(bytes)));
    }
    return Manifest.of(masked).summary();
  }

  /** Emits an item as a pipeline masks it. */
  static void mask(StageItem item, StageContext context, String pipeline) throws IOException {
    try (InputStream in = item.open()) {
      context.emit(item.name(), new ByteArrayInputStream(mask(in.readAllBytes(), pipeline)));
    }
  }

  private static byte[] mask(byte[] bytes, String pipeline) {
    int mask = MASKS.getOrDefault(pipeline, 0);
    byte[] masked = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      masked[i] = (byte) (bytes[i] ^ mask);
    }
    return masked;
  }

  private static void mishap(World world, SimNode node, StageContext context) {
    if (world.strikes(FaultKind.STAGE_SLOW)) {
      world.trace().say(node.name(), "a stage of " + context.sequence() + " takes long");
      world.pause(world.upTo(world.scenario().lease().multipliedBy(3)), node);
    }
    if (world.strikes(FaultKind.STAGE_TRANSIENT)) {
      throw new IllegalStateException("a mishap that another attempt mends");
    }
    if (world.strikes(FaultKind.STAGE_OUT_OF_MEMORY)) {
      throw new OutOfMemoryError("simulated in a stage");
    }
    // Most sequences have several items and attempts; a permanent error ends them all.
    if (world.below(4) == 0 && world.strikes(FaultKind.STAGE_PERMANENT)) {
      throw new PermanentStageException("an item that no attempt will digest");
    }
  }

  private static Probe probe(World world) {
    return new Probe() {
      @Override
      public String name() {
        return "index";
      }

      @Override
      public Verdict check(Evidence evidence) {
        if (world.strikes(FaultKind.PROBE_UNKNOWN)) {
          if (world.below(2) == 0) {
            throw new IllegalStateException("the index does not answer");
          }
          return Verdict.unknown("the index is being rebuilt");
        }
        return Verdict.pass();
      }
    };
  }
}
