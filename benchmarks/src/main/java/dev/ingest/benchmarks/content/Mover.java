package dev.ingest.benchmarks.content;

import java.nio.file.Path;

/** Something that moves files to a bucket and back. */
interface Mover extends AutoCloseable {

  /** Names it with the settings that matter. */
  String name();

  /** Stores files under a name of their own; returns when all are durable. */
  void upload(Load load, String place) throws Exception;

  /** Writes what was stored there into files of a folder. */
  void download(Load load, String place, Path folder) throws Exception;

  @Override
  void close();
}
