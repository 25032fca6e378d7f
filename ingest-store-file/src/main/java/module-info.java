/** Content on a local file system. */
module dev.ingest.store.file {
  requires transitive dev.ingest.spi;
  requires jdk.unsupported;

  exports dev.ingest.store.file;

  provides dev.ingest.spi.content.ContentProvider with
      dev.ingest.store.file.FileContentProvider;
}
