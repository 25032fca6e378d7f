package dev.ingest.spi.content;

/** Why bytes are read: whether a cache that their writer filled may answer. */
public enum ReadPurpose {
  /** To use them. Any cache may answer. */
  USE,
  /**
   * To prove what is stored. The adapter goes past every cache that it controls or can avoid; what
   * it cannot avoid it declares in {@link ContentCapabilities#independentReads()}.
   */
  PROVE
}
