package dev.ingest.spi.ledger;

import dev.ingest.spi.Digest;

/**
 * The pipeline that acceptance pinned.
 *
 * @param name 1 to 64 lower-case letters, digits or {@code . _ -}
 * @param plan the digest of the pipeline's stages and contract versions at acceptance
 */
public record PipelineRef(String name, Digest plan) {

  /**
   * Validates the form.
   *
   * @param name 1 to 64 lower-case letters, digits or {@code . _ -}
   * @param plan the digest of the pipeline's stages and contract versions at acceptance
   */
  public PipelineRef {
    Names.name(name, "a pipeline name");
  }
}
