package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is the store's fault passes, and is not held against the photograph. */
final class ThumbnailsTest {

  @Test
  void storeThatFailsInTheMiddle_isTriedAgain() throws IOException {
    byte[] photo = Photos.noise(5, 200);
    StageItem item = new Broken(photo);
    assertThatThrownBy(() -> new Thumbnails().apply(item, untouched()))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the store is gone");
  }

  private static StageContext untouched() {
    Class<?>[] types = {StageContext.class};
    return (StageContext)
        Proxy.newProxyInstance(
            ThumbnailsTest.class.getClassLoader(),
            types,
            (proxy, method, arguments) -> {
              throw new AssertionError("nothing is to be done, but " + method);
            });
  }

  /** Gives half of the bytes, and then what a store throws that does not answer. */
  private static final class Broken implements StageItem {

    private final byte[] photo;

    Broken(byte[] photo) {
      this.photo = photo;
    }

    @Override
    public ItemName name() {
      return ItemName.of("a.png");
    }

    @Override
    public long length() {
      return photo.length;
    }

    @Override
    public Digest digest() {
      return Digest.ofHex(Photos.sha256(photo));
    }

    @Override
    public InputStream open() {
      InputStream half = new ByteArrayInputStream(Arrays.copyOf(photo, photo.length / 2));
      return new SequenceInputStream(
          half,
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("the store is gone");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
              return read();
            }
          });
    }
  }
}
