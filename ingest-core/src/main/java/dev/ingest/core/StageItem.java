package dev.ingest.core;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import java.io.InputStream;

/** An input item of a stage. Valid while the stage runs. */
public interface StageItem {

  /**
   * Returns the item's name.
   *
   * @return the name
   */
  ItemName name();

  /**
   * Returns the item's length.
   *
   * @return bytes
   */
  long length();

  /**
   * Returns the digest of the item's bytes.
   *
   * @return the digest
   */
  Digest digest();

  /**
   * Opens the item's bytes. They are digested as they are read, and a reader that reaches the end
   * gets a {@link DamagedContentException} there instead of an end if they are not the bytes of the
   * manifest.
   *
   * @return the bytes, to be closed by the caller
   */
  InputStream open();
}
