package dev.ingest.core;

import java.io.IOException;

/** Adds the items of a sequence to an upload. */
@FunctionalInterface
public interface UploadAction {

  /**
   * Adds the items.
   *
   * @param upload where to
   * @throws IOException if their bytes cannot be read
   */
  void addTo(Upload upload) throws IOException;
}
