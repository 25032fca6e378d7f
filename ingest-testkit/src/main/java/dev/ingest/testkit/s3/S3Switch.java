package dev.ingest.testkit.s3;

/** What makes a server careless, or a bucket different from a new one. All are off at first. */
public enum S3Switch {
  /** {@code If-None-Match} of a put and of a completion is not looked at: the last writer wins. */
  IGNORES_IF_NONE_MATCH,
  /** The same, of the completion of a multipart upload alone. */
  IGNORES_IF_NONE_MATCH_OF_COMPLETION,
  /**
   * {@code If-None-Match} of a put is looked at before the object is stored, and not together with
   * it: of writers that race, two or more win.
   */
  CHECKS_THEN_ACTS,
  /** The abort of a multipart upload deletes the object under its key, as S3Mock 5 does. */
  ABORT_DELETES_OBJECT,
  /** Checksums that come with bytes are not checked, and none is ever told. */
  IGNORES_CHECKSUMS,
  /** Checksums that come with bytes are not checked, and told again as if they had been. */
  ECHOES_CHECKSUMS,
  /** A multipart upload's checksum is composite though one of the full object was asked for. */
  COMPOSITE_CHECKSUMS,
  /** The buckets keep versions, and a deletion without a version leaves a marker. */
  VERSIONING,
  /** Reading lifecycle rules, versioning and object lock is answered with 403. */
  CONFIGURATION_DENIED
}
