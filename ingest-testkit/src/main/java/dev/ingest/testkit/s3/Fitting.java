package dev.ingest.testkit.s3;

import static dev.ingest.testkit.s3.S3Operation.COMPLETE_MULTIPART_UPLOAD;
import static dev.ingest.testkit.s3.S3Operation.CREATE_MULTIPART_UPLOAD;
import static dev.ingest.testkit.s3.S3Operation.DELETE_OBJECTS;
import static dev.ingest.testkit.s3.S3Operation.GET_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.GET_OBJECT_ATTRIBUTES;
import static dev.ingest.testkit.s3.S3Operation.HEAD_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.LIST_MULTIPART_UPLOADS;
import static dev.ingest.testkit.s3.S3Operation.LIST_OBJECTS_V2;
import static dev.ingest.testkit.s3.S3Operation.LIST_OBJECT_VERSIONS;
import static dev.ingest.testkit.s3.S3Operation.LIST_PARTS;
import static dev.ingest.testkit.s3.S3Operation.OTHER;
import static dev.ingest.testkit.s3.S3Operation.PUT_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.UPLOAD_PART;

import java.util.EnumSet;
import java.util.Set;

/** Which kind of fault can happen to which operation. */
final class Fitting {

  private static final Set<S3Operation> WITH_XML =
      EnumSet.of(
          LIST_OBJECTS_V2,
          LIST_OBJECT_VERSIONS,
          LIST_MULTIPART_UPLOADS,
          LIST_PARTS,
          CREATE_MULTIPART_UPLOAD,
          COMPLETE_MULTIPART_UPLOAD,
          DELETE_OBJECTS,
          GET_OBJECT_ATTRIBUTES);

  private static final Set<S3Operation> WITH_CHECKSUM =
      EnumSet.of(
          PUT_OBJECT,
          GET_OBJECT,
          HEAD_OBJECT,
          GET_OBJECT_ATTRIBUTES,
          UPLOAD_PART,
          COMPLETE_MULTIPART_UPLOAD);

  private Fitting() {}

  static boolean fits(S3Fault.Kind kind, S3Operation operation) {
    return switch (kind) {
      case ERROR_BEFORE, THROTTLE, DROP_BEFORE, HANG -> true;
      case EFFECT_THEN_DROP, EFFECT_THEN_ERROR, EFFECT_THEN_HANG -> operation != OTHER;
      case ERROR_IN_200 ->
          operation == PUT_OBJECT || operation == UPLOAD_PART || WITH_XML.contains(operation);
      case SHORT_BODY -> operation == GET_OBJECT || WITH_XML.contains(operation);
      case CORRUPT_BODY ->
          operation == GET_OBJECT || operation == PUT_OBJECT || operation == UPLOAD_PART;
      case WRONG_CHECKSUM, NO_CHECKSUM -> WITH_CHECKSUM.contains(operation);
      case DRIP -> operation == GET_OBJECT;
      case LOST_PART -> operation == UPLOAD_PART;
      case STALE_LISTING -> operation == LIST_OBJECTS_V2;
      case KEYS_REFUSED -> operation == DELETE_OBJECTS;
    };
  }
}
