package dev.ingest.store.s3;

import dev.ingest.testkit.Bodies;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;

/** Takes one item through all that can be done with it; the program of {@link LargeItemTest}. */
final class LargeItem {

  private LargeItem() {}

  /** Arguments: a URI, and how many bytes. */
  public static void main(String[] args) throws IOException {
    long length = Long.parseLong(args[1]);
    long begun = System.nanoTime();
    try (S3Content content = S3Content.open(URI.create(args[0]), InstantSource.system())) {
      Bodies.live(content.access(), length, System.out::println);
    }
    System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
    System.out.println("seconds " + (System.nanoTime() - begun) / 1_000_000_000);
  }
}
