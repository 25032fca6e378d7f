package dev.ingest.testkit.s3;

/** A bucket. */
record Bucket(String name, ObjectTable objects, UploadTable uploads) {}
