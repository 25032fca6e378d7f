package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentBody;
import java.io.ByteArrayInputStream;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/**
 * A body as the engine hands it to a store, digested beside the writing, for measurements: it
 * stands in the engine's package because nobody else makes one without the engine.
 */
public final class PassingBody {

  private PassingBody() {}

  /**
   * Makes a body.
   *
   * @param bytes what passes
   * @param digests runs the digest
   * @return the body, to be read once
   */
  public static ContentBody of(byte[] bytes, Executor digests) {
    return new StreamBody(new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), digests);
  }
}
