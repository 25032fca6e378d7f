package dev.ingest.testkit.s3;

import dev.ingest.testkit.s3.Upload.Part;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The unfinished multipart uploads of a bucket. Safe for use by several threads. */
final class UploadTable {

  /** By key, and within one key in the order in which they began. */
  private static final Comparator<Upload> ORDER =
      Comparator.comparing(Upload::key, KeyOrder.BY_BYTES).thenComparing(Upload::id);

  private final Settings settings;
  private final Capacity capacity;
  private final ObjectTable objects;
  private final Map<String, Upload> uploads = new HashMap<>();
  private long created;

  UploadTable(Settings settings, Capacity capacity, ObjectTable objects) {
    this.settings = settings;
    this.capacity = capacity;
    this.objects = objects;
  }

  synchronized Upload create(
      String key, Upload.Protection protection, Map<String, String> headers) {
    capacity.take(0);
    created++;
    String id = "upload-%016x".formatted(created);
    Upload upload = new Upload(key, id, settings, protection, headers);
    uploads.put(id, upload);
    return upload;
  }

  synchronized Upload find(String key, String id) {
    Upload upload = uploads.get(id);
    if (upload == null || !upload.key().equals(key)) {
      throw new Refusal(404, "NoSuchUpload", "There is no upload " + id + " of " + key);
    }
    return upload;
  }

  synchronized void put(String key, String id, Part part) {
    Upload upload = find(key, id);
    capacity.take(part.bytes().length);
    Part before = upload.parts().put(part.number(), part);
    if (before != null) {
      capacity.give(before.bytes().length);
    }
  }

  /** Makes an object of the parts; the upload is gone only if that was done. */
  synchronized Version complete(String key, String id, Completion completion) {
    Upload upload = find(key, id);
    Version version = objects.put(key, completion.assemble(upload), completion.condition());
    remove(upload);
    return version;
  }

  synchronized void abort(String key, String id) {
    remove(find(key, id));
  }

  private void remove(Upload upload) {
    uploads.remove(upload.id());
    capacity.give(0);
    upload.parts().values().forEach(part -> capacity.give(part.bytes().length));
  }

  synchronized Page<Upload> list(String prefix, String keyMarker, String idMarker, int max) {
    return Page.of(
        sorted()
            .filter(upload -> upload.key().startsWith(prefix))
            .filter(upload -> follows(upload, keyMarker, idMarker))
            .limit(max + 1L)
            .toList(),
        max);
  }

  private static boolean follows(Upload upload, String keyMarker, String idMarker) {
    int order = KeyOrder.BY_BYTES.compare(upload.key(), keyMarker);
    boolean behindId = !idMarker.isEmpty() && upload.id().compareTo(idMarker) > 0;
    return order > 0 || (order == 0 && behindId);
  }

  synchronized Page<Part> parts(String key, String id, int after, int max) {
    return Page.of(
        find(key, id).parts().tailMap(after, false).values().stream().limit(max + 1L).toList(),
        max);
  }

  synchronized List<S3StoredUpload> stored() {
    return sorted()
        .map(
            upload ->
                new S3StoredUpload(
                    upload.key(),
                    upload.id(),
                    upload.initiated(),
                    List.copyOf(upload.parts().keySet())))
        .toList();
  }

  private Stream<Upload> sorted() {
    return uploads.values().stream().sorted(ORDER);
  }
}
