package dev.ingest.testkit.s3;

import java.nio.charset.StandardCharsets;

/** Answers requests, each by its operation. */
final class Operations {

  private static final int MAX_KEY_BYTES = 1_024;

  private final Buckets buckets;
  private final ObjectCalls objects;
  private final UploadCalls uploads;
  private final ListCalls lists;

  Operations(Buckets buckets, Settings settings) {
    this.buckets = buckets;
    this.objects = new ObjectCalls(buckets, settings);
    this.uploads = new UploadCalls(buckets, settings);
    this.lists = new ListCalls(buckets);
  }

  Reply answer(Call call) {
    if (call.key().getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
      throw new Refusal(400, "KeyTooLongError", "A key has at most 1,024 bytes");
    }
    return switch (call.request().operation()) {
      case CREATE_BUCKET -> buckets.create(call);
      case HEAD_BUCKET -> buckets.head(call);
      case GET_BUCKET_LIFECYCLE_CONFIGURATION -> buckets.lifecycle(call);
      case GET_BUCKET_VERSIONING -> buckets.versioning(call);
      case GET_OBJECT_LOCK_CONFIGURATION -> buckets.objectLock(call);
      case LIST_OBJECTS_V2 -> lists.objects(call);
      case LIST_OBJECT_VERSIONS -> lists.versions(call);
      case LIST_MULTIPART_UPLOADS -> lists.uploads(call);
      case LIST_PARTS -> lists.parts(call);
      case PUT_OBJECT -> objects.put(call);
      case GET_OBJECT -> objects.get(call);
      case HEAD_OBJECT -> objects.head(call);
      case GET_OBJECT_ATTRIBUTES -> objects.attributes(call);
      case DELETE_OBJECT -> objects.delete(call);
      case DELETE_OBJECTS -> objects.deleteAll(call);
      case CREATE_MULTIPART_UPLOAD -> uploads.create(call);
      case UPLOAD_PART -> uploads.put(call);
      case COMPLETE_MULTIPART_UPLOAD -> uploads.complete(call);
      case ABORT_MULTIPART_UPLOAD -> uploads.abort(call);
      case OTHER -> throw Refusal.notImplemented("This operation");
    };
  }
}
