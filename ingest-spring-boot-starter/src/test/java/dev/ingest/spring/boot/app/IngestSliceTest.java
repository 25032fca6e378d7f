package dev.ingest.spring.boot.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Upload;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import dev.ingest.spring.boot.test.IngestTest;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.RunningTime;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

@IngestTest(properties = "ingest.times.target=5m")
final class IngestSliceTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  @Autowired private Ingest ingest;
  @Autowired private RunningTime time;
  @Autowired private InMemoryContent content;
  @Autowired private ApplicationContext context;

  @Test
  void stagesOfTheApplication_runOverStoresInMemory() throws Exception {
    try (Upload upload = ingest.upload(RIDE)) {
      upload.add(ItemName.of("a.txt"), "hello".getBytes(StandardCharsets.UTF_8));
      time.advance(Duration.ofDays(1));
      Receipt receipt = upload.submit();
      assertThat(Duration.between(receipt.acceptedAt(), receipt.deadline()))
          .isEqualTo(Duration.ofMinutes(5));
      assertThat(receipt.acceptedAt()).isAfter(Instant.now().plus(Duration.ofHours(23)));
    }
    assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.ACCEPTED);
    assertThat(ingest.nodes().all()).as("nothing runs by itself").isEmpty();
    assertThat(ingest.runUntilIdle()).isTrue();
    assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.VERIFIED);
    try (InputStream result =
        ingest.result(RIDE).orElseThrow().open(ItemName.of("a.txt")).orElseThrow()) {
      assertThat(new String(result.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("HELLO");
    }
    assertThat(content.size()).isPositive();
    assertThat(context.getBeanProvider(OutsideService.class).stream()).isEmpty();
  }

  @TestConfiguration(proxyBeanMethods = false)
  static class Rules {

    @Bean
    Expectation complete() {
      return Expectation.onePerItem();
    }
  }
}
