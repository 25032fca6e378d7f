package dev.ingest.spring.boot.test;

import dev.ingest.core.IngestBuilder;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spring.boot.IngestBuilderCustomizer;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.RunningTime;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Gives a test stores in memory, and time that it moves itself. */
@AutoConfiguration(beforeName = "dev.ingest.spring.boot.IngestAutoConfiguration")
final class IngestTestAutoConfiguration {

  private static final IncarnationId INCARNATION = IncarnationId.ofBits(1, 1);

  @Bean
  @ConditionalOnMissingBean
  RunningTime ingestTime() {
    return new RunningTime(InstantSource.system());
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean(LedgerStore.class)
  InMemoryLedger ingestLedger(RunningTime time) {
    return new InMemoryLedger(time, INCARNATION);
  }

  @Bean
  @ConditionalOnMissingBean(ContentAccess.class)
  InMemoryContent ingestContentInMemory() {
    return new InMemoryContent();
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  ContentAccess ingestContent(InMemoryContent content) {
    return content.access();
  }

  @Bean
  IngestBuilderCustomizer ingestStoresOfTests() {
    return IngestBuilder::allowVolatileStores;
  }
}
