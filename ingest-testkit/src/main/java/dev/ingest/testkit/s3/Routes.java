package dev.ingest.testkit.s3;

import static dev.ingest.testkit.s3.S3Operation.ABORT_MULTIPART_UPLOAD;
import static dev.ingest.testkit.s3.S3Operation.COMPLETE_MULTIPART_UPLOAD;
import static dev.ingest.testkit.s3.S3Operation.CREATE_BUCKET;
import static dev.ingest.testkit.s3.S3Operation.CREATE_MULTIPART_UPLOAD;
import static dev.ingest.testkit.s3.S3Operation.DELETE_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.DELETE_OBJECTS;
import static dev.ingest.testkit.s3.S3Operation.GET_BUCKET_LIFECYCLE_CONFIGURATION;
import static dev.ingest.testkit.s3.S3Operation.GET_BUCKET_VERSIONING;
import static dev.ingest.testkit.s3.S3Operation.GET_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.GET_OBJECT_ATTRIBUTES;
import static dev.ingest.testkit.s3.S3Operation.GET_OBJECT_LOCK_CONFIGURATION;
import static dev.ingest.testkit.s3.S3Operation.HEAD_BUCKET;
import static dev.ingest.testkit.s3.S3Operation.HEAD_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.LIST_MULTIPART_UPLOADS;
import static dev.ingest.testkit.s3.S3Operation.LIST_OBJECTS_V2;
import static dev.ingest.testkit.s3.S3Operation.LIST_OBJECT_VERSIONS;
import static dev.ingest.testkit.s3.S3Operation.LIST_PARTS;
import static dev.ingest.testkit.s3.S3Operation.OTHER;
import static dev.ingest.testkit.s3.S3Operation.PUT_OBJECT;
import static dev.ingest.testkit.s3.S3Operation.UPLOAD_PART;

import java.util.List;
import java.util.Set;

/**
 * Which operation a request is. A query parameter that an operation does not know makes it another
 * one, so that nothing that was asked for is passed over.
 */
final class Routes {

  private static final List<Route> BUCKET =
      List.of(
          route("PUT", CREATE_BUCKET, Set.of(), Set.of()),
          route("HEAD", HEAD_BUCKET, Set.of(), Set.of()),
          route("GET", GET_BUCKET_LIFECYCLE_CONFIGURATION, Set.of("lifecycle"), Set.of()),
          route("GET", GET_BUCKET_VERSIONING, Set.of("versioning"), Set.of()),
          route("GET", GET_OBJECT_LOCK_CONFIGURATION, Set.of("object-lock"), Set.of()),
          route(
              "GET",
              LIST_OBJECTS_V2,
              Set.of("list-type"),
              Set.of(
                  "prefix",
                  "start-after",
                  "continuation-token",
                  "max-keys",
                  "encoding-type",
                  "delimiter",
                  "fetch-owner")),
          route(
              "GET",
              LIST_OBJECT_VERSIONS,
              Set.of("versions"),
              Set.of(
                  "prefix",
                  "key-marker",
                  "version-id-marker",
                  "max-keys",
                  "encoding-type",
                  "delimiter")),
          route(
              "GET",
              LIST_MULTIPART_UPLOADS,
              Set.of("uploads"),
              Set.of(
                  "prefix",
                  "key-marker",
                  "upload-id-marker",
                  "max-uploads",
                  "encoding-type",
                  "delimiter")),
          route("POST", DELETE_OBJECTS, Set.of("delete"), Set.of()));

  private static final List<Route> OBJECT =
      List.of(
          route("PUT", PUT_OBJECT, Set.of(), Set.of()),
          route("PUT", UPLOAD_PART, Set.of("partNumber", "uploadId"), Set.of()),
          route("HEAD", HEAD_OBJECT, Set.of(), Set.of("versionId")),
          route("GET", GET_OBJECT, Set.of(), Set.of("versionId")),
          route("GET", GET_OBJECT_ATTRIBUTES, Set.of("attributes"), Set.of("versionId")),
          route("GET", LIST_PARTS, Set.of("uploadId"), Set.of("max-parts", "part-number-marker")),
          route("DELETE", DELETE_OBJECT, Set.of(), Set.of("versionId")),
          route("DELETE", ABORT_MULTIPART_UPLOAD, Set.of("uploadId"), Set.of()),
          route("POST", CREATE_MULTIPART_UPLOAD, Set.of("uploads"), Set.of()),
          route("POST", COMPLETE_MULTIPART_UPLOAD, Set.of("uploadId"), Set.of()));

  private Routes() {}

  private record Route(
      String method, S3Operation operation, Set<String> required, Set<String> allowed) {

    boolean takes(String asked, Set<String> query) {
      return method.equals(asked)
          && query.containsAll(required)
          && query.stream()
              .allMatch(
                  name -> required.contains(name) || allowed.contains(name) || name.equals("x-id"));
    }
  }

  private static Route route(
      String method, S3Operation operation, Set<String> required, Set<String> allowed) {
    return new Route(method, operation, required, allowed);
  }

  /** Tells the operation of a request by its path and query; copies are not among them. */
  static S3Operation operation(String method, Address address, boolean copies) {
    if (address.bucket().isEmpty() || copies) {
      return OTHER;
    }
    List<Route> routes = address.key().isEmpty() ? BUCKET : OBJECT;
    return routes.stream()
        .filter(route -> route.takes(method, address.query().keySet()))
        .map(Route::operation)
        .findFirst()
        .orElse(OTHER);
  }
}
