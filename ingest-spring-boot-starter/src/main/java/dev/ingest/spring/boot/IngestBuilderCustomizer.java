package dev.ingest.spring.boot;

import dev.ingest.core.IngestBuilder;

/**
 * Changes the builder of the engine after everything that properties and beans say, for what has no
 * property. Beans of this type are asked in their order, once, before the engine is built.
 */
@FunctionalInterface
public interface IngestBuilderCustomizer {

  /**
   * Changes the builder.
   *
   * @param builder the builder, with ledger, content, pipelines and policies
   */
  void customize(IngestBuilder builder);
}
