package dev.ingest.cli.photo;

import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;

/** The command's default pipeline: describes every item and makes thumbnails of photographs. */
public final class PhotoPipeline {

  /** The pipeline's name, which acceptance pins. */
  public static final String NAME = "photos";

  private PhotoPipeline() {}

  /**
   * Makes the pipeline.
   *
   * @return a pipeline of one stage; item {@code X} becomes {@code X.json} and, if it is a
   *     photograph, {@code X.thumb.jpg}
   */
  public static Pipeline create() {
    return Pipeline.named(NAME)
        .stage(Stage.perItem("photo", 1, PhotoWork::describe))
        .expect(PhotoExpectation.create())
        .build();
  }
}
