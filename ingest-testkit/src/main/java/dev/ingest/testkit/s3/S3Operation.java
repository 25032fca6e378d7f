package dev.ingest.testkit.s3;

/** What a request asks for, by S3's own names. */
public enum S3Operation {
  /** Creates a bucket. */
  CREATE_BUCKET,
  /** Asks whether a bucket is there. */
  HEAD_BUCKET,
  /** Reads the lifecycle rules of a bucket. */
  GET_BUCKET_LIFECYCLE_CONFIGURATION,
  /** Reads whether a bucket keeps versions. */
  GET_BUCKET_VERSIONING,
  /** Reads whether a bucket locks objects. */
  GET_OBJECT_LOCK_CONFIGURATION,
  /** Lists current objects. */
  LIST_OBJECTS_V2,
  /** Lists all versions of objects. */
  LIST_OBJECT_VERSIONS,
  /** Lists unfinished multipart uploads. */
  LIST_MULTIPART_UPLOADS,
  /** Stores an object in one request. */
  PUT_OBJECT,
  /** Reads an object, or a range of it. */
  GET_OBJECT,
  /** Looks an object up. */
  HEAD_OBJECT,
  /** Reads an object's checksum, length and parts. */
  GET_OBJECT_ATTRIBUTES,
  /** Deletes one object, or one version of it. */
  DELETE_OBJECT,
  /** Deletes up to 1,000 objects or versions. */
  DELETE_OBJECTS,
  /** Begins a multipart upload. */
  CREATE_MULTIPART_UPLOAD,
  /** Stores one part of a multipart upload. */
  UPLOAD_PART,
  /** Makes an object of the parts of a multipart upload. */
  COMPLETE_MULTIPART_UPLOAD,
  /** Gives up a multipart upload. */
  ABORT_MULTIPART_UPLOAD,
  /** Lists the parts of a multipart upload. */
  LIST_PARTS,
  /** Anything else, which is answered with 501 {@code NotImplemented}. */
  OTHER
}
