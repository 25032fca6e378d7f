package dev.ingest.core;

import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node that registered in the ledger and did not end in order since.
 *
 * @param id who it is
 * @param codeVersion the version of its code
 * @param started when it began to work, by the ledger's clock
 * @param beat when it beat last, by the ledger's clock
 * @param isLive whether that is less than 30 s ago
 * @param isDraining whether it claims nothing any more
 * @param work what it has the code for, by pipeline; empty for a node that only watches
 */
public record KnownNode(
    NodeId id,
    String codeVersion,
    Instant started,
    Instant beat,
    boolean isLive,
    boolean isDraining,
    List<Part> work) {

  /**
   * Copies the list.
   *
   * @param id who it is
   * @param codeVersion the version of its code
   * @param started when it began to work
   * @param beat when it beat last
   * @param isLive whether that is less than 30 s ago
   * @param isDraining whether it claims nothing any more
   * @param work what it has the code for
   */
  public KnownNode {
    work = List.copyOf(work);
  }

  /**
   * What a node runs of one pipeline.
   *
   * @param pipeline the name, and the digest of the plan as this node builds it
   * @param stages the stages and contract versions that it can run, older ones too
   * @param verifies whether it verifies the results
   */
  public record Part(PipelineRef pipeline, List<StageRef> stages, boolean verifies) {

    /**
     * Copies the list.
     *
     * @param pipeline the name and the digest of the plan
     * @param stages the stages and contract versions
     * @param verifies whether it verifies the results
     */
    public Part {
      stages = List.copyOf(stages);
    }

    private Stream<WorkRef> work() {
      Stream<Optional<StageRef>> verification =
          verifies ? Stream.of(Optional.empty()) : Stream.empty();
      return Stream.concat(stages.stream().map(Optional::of), verification)
          .map(stage -> new WorkRef(pipeline.name(), stage));
    }
  }

  /**
   * Returns what it would claim now.
   *
   * @return the stages of its pipelines and their verification, as far as it has the code; empty if
   *     it does not live, or drains
   */
  public Set<WorkRef> runnable() {
    if (!isLive || isDraining) {
      return Set.of();
    }
    return work.stream().flatMap(Part::work).collect(Collectors.toUnmodifiableSet());
  }
}
