package dev.ingest.examples.photos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Ingest;
import dev.ingest.core.Upload;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spring.boot.test.IngestTest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The pipeline over stores in memory, without the service around it. */
@IngestTest
final class PhotoPipelineTest {

  @Autowired private Ingest ingest;

  @Test
  void photograph_getsASmallJpeg() throws IOException {
    Entry entry = takenThrough("large", Photos.noise(7, 600));
    assertThat(entry.state()).isEqualTo(State.VERIFIED);
    try (InputStream thumbnail =
        ingest
            .result(entry.key())
            .orElseThrow()
            .open(ItemName.of("a.png.thumb.jpg"))
            .orElseThrow()) {
      BufferedImage image = ImageIO.read(thumbnail);
      assertThat(image.getWidth()).isEqualTo(256);
      assertThat(image.getHeight()).isEqualTo(256);
    }
  }

  @Test
  void whatIsNoPicture_failsAtOnceAndSaysWhy() {
    Entry entry = takenThrough("text", "no picture".getBytes(StandardCharsets.UTF_8));
    assertThat(entry.state()).isEqualTo(State.FAILED);
    assertThat(entry.toString()).contains("is no picture of a known kind");
  }

  @Test
  void pictureThatIsCutOff_failsAtOnce() throws IOException {
    byte[] whole = Photos.noise(8, 50);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    assertThat(takenThrough("half", half).state()).isEqualTo(State.FAILED);
  }

  @Test
  void pictureThatClaimsTooManyPixels_isNotDecoded() throws IOException {
    Entry entry = takenThrough("bomb", Photos.pngThatClaims(60_000, 60_000));
    assertThat(entry.state()).isEqualTo(State.FAILED);
    assertThat(entry.toString()).contains("60000 x 60000 pixels");
  }

  private Entry takenThrough(String id, byte[] photo) {
    SequenceKey key = SequenceKey.of("alice", id);
    try (Upload upload = ingest.upload(key)) {
      upload.add(ItemName.of("a.png"), photo);
      upload.submit();
    }
    assertThat(ingest.runUntilIdle()).isTrue();
    return ingest.find(key).orElseThrow();
  }
}
