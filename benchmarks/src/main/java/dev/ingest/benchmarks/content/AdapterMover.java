package dev.ingest.benchmarks.content;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.store.s3.S3Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The adapter as it is opened by a URI: one writer, whose bodies compute their SHA-256 as those of
 * the engine do, and one commit; read by as many threads as the transfer manager has connections.
 */
final class AdapterMover implements Mover {

  private static final int READERS = 50;
  private static final int PIECE = 64 << 10;

  private final S3Content content;
  private final ContentStore store;
  private final ExecutorService readers = Executors.newFixedThreadPool(READERS);

  AdapterMover(Place place) {
    content = S3Content.open(place.uri(), InstantSource.system());
    store = content.access().store();
  }

  @Override
  public String name() {
    return "Ingest, one writer with SHA-256 and one commit";
  }

  private static ContentPrefix prefix(String place) {
    return new ContentPrefix("raw/o1/" + place);
  }

  private static ContentKey key(ContentPrefix prefix, String name) {
    return prefix.key(name.replace('.', '-'));
  }

  @Override
  public void upload(Load load, String place) throws IOException {
    ContentPrefix prefix = prefix(place);
    try (ContentWriter writer = store.writer(prefix)) {
      for (Path file : load.files()) {
        try (DigestedBody body = DigestedBody.open(file)) {
          writer.put(key(prefix, Load.nameOf(file)), body);
        }
      }
      writer.commit();
    }
  }

  @Override
  public void download(Load load, String place, Path folder) throws Exception {
    List<Future<?>> running = new ArrayList<>();
    for (Path file : load.files()) {
      running.add(
          readers.submit(
              () -> {
                read(prefix(place), Load.nameOf(file), folder);
                return null;
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
  }

  private void read(ContentPrefix prefix, String name, Path folder) throws IOException {
    byte[] piece = new byte[PIECE];
    try (InputStream in = store.open(key(prefix, name), ByteRange.ALL, ReadPurpose.USE);
        OutputStream out = Files.newOutputStream(folder.resolve(name))) {
      int count = in.read(piece);
      while (count >= 0) {
        out.write(piece, 0, count);
        count = in.read(piece);
      }
    }
  }

  @Override
  public void close() {
    readers.shutdown();
    content.close();
  }
}
