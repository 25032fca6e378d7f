package dev.ingest.spring.boot.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageObserver;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.spring.boot.test.IngestTest;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.RunningTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** What docs/spring-boot.md shows is what is compiled, and works. */
// Page begins
@IngestTest
class RotationTest {
  @Autowired Ingest ingest;
  @Autowired RunningTime time;

  // Page ends

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");
  private static final Path PAGE = Path.of("..", "docs", "spring-boot.md");
  private static final Path SOURCE =
      Path.of("src/test/java/dev/ingest/spring/boot/app/RotationTest.java");

  /** The first example. */
  @TestConfiguration(proxyBeanMethods = false)
  static class Plain {

    private final Stage thumbnails = Stage.copy();

    // Page begins
    @Bean
    Pipeline photos() {
      return Pipeline.named("photos").stage(thumbnails).expect(Expectation.onePerItem()).build();
    }
    // Page ends
  }

  /** The one with observers, which is no configuration of this slice. */
  static class Observed {

    private final Stage thumbnails = Stage.copy();

    // Page begins
    @Bean
    Pipeline photos(ObjectProvider<StageObserver> observers) {
      Pipeline.Builder photos =
          Pipeline.named("photos").stage(thumbnails).expect(Expectation.onePerItem());
      observers.ifAvailable(photos::observe);
      return photos.build();
    }
    // Page ends
  }

  @Test
  void firstExample_publishesInTheSlice() throws Exception {
    time.advance(Duration.ofDays(1));
    Receipt receipt = ingest.submit(RIDE, upload -> upload.add(ItemName.of("a"), new byte[] {1}));

    assertThat(ingest.runUntilIdle()).isTrue();

    assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.VERIFIED);
    assertThat(receipt.acceptedAt()).isAfter(Instant.now().plus(Duration.ofHours(23)));
  }

  @Test
  void exampleWithObservers_isObserved() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    StageObserver counting =
        (pipeline, stage, sequence, attempt) -> {
          attempts.incrementAndGet();
          attempt.run();
        };
    Pipeline photos =
        new Observed()
            .photos(
                new StaticListableBeanFactory(Map.of("counting", counting))
                    .getBeanProvider(StageObserver.class));
    InMemoryLedger ledger = new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1));
    try (Ingest observed =
        Ingest.builder()
            .ledger(ledger)
            .content(new InMemoryContent().access())
            .pipeline(photos)
            .limits(new IntakeLimits(1, 1_000, 1_000, OwnerQuota.UNLIMITED, Duration.ofHours(1)))
            .allowVolatileStores()
            .build()) {
      observed.submit(RIDE, upload -> upload.add(ItemName.of("a"), new byte[] {1}));
      assertThat(observed.runUntilIdle()).isTrue();
    }

    assertThat(attempts).hasValue(1);
  }

  @Test
  void examples_areThoseOnThePage() throws IOException {
    List<String> shown = blocks(Files.readString(PAGE), "```java\n(.*?)```");
    List<String> compiled =
        blocks(Files.readString(SOURCE), "// Page begins\n(.*?)// Page " + "ends");

    assertThat(shown).hasSize(3);
    assertThat(compiled).containsExactlyInAnyOrderElementsOf(shown);
  }

  /** Without white space, which a page sets by its own width. */
  private static List<String> blocks(String text, String pattern) {
    List<String> blocks = new ArrayList<>();
    Pattern.compile(pattern, Pattern.DOTALL)
        .matcher(text)
        .results()
        .forEach(block -> blocks.add(block.group(1).replaceAll("\\s+", "")));
    return blocks;
  }
}
