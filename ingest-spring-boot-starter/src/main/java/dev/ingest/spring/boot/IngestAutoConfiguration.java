package dev.ingest.spring.boot;

import dev.ingest.core.CanaryPolicy;
import dev.ingest.core.EngineListener;
import dev.ingest.core.EngineMeter;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.StageObserver;
import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.notice.OwnerNotifier;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Builds the engine from the ledger, the content, the pipelines and the policies that beans and
 * properties give, and starts and closes it with the application. What cannot work is refused
 * before anything is started.
 */
@AutoConfiguration(after = IngestStoresAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "ingest.enabled", matchIfMissing = true)
@EnableConfigurationProperties(IngestProperties.class)
public final class IngestAutoConfiguration {

  /** Creates the configuration, as Spring does. */
  public IngestAutoConfiguration() {}

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  Ingest ingest(
      IngestProperties properties,
      ObjectProvider<LedgerStore> ledgers,
      ObjectProvider<ContentAccess> contents,
      ListableBeanFactory beans) {
    IngestBuilder builder =
        Ingest.builder().ledger(ledger(ledgers)).content(content(contents, properties));
    applyPolicies(builder, properties);
    PipelineBeans pipelines =
        new PipelineBeans(beans, () -> Optional.ofNullable(only(beans, StageObserver.class)));
    if (properties.work().enabled()) {
      pipelines.all(properties.work().pipeline()).forEach(builder::pipeline);
    } else {
      pipelines.refuseAll();
    }
    applyBeans(builder, beans);
    return builder.build();
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnSingleCandidate(Ingest.class)
  EngineLifecycle ingestLifecycle(Ingest ingest, IngestProperties properties) {
    return new EngineLifecycle(ingest, properties.autoStartup(), properties.shutdown().drain());
  }

  private static LedgerStore ledger(ObjectProvider<LedgerStore> ledgers) {
    LedgerStore ledger = ledgers.getIfUnique();
    if (ledger == null) {
      throw new SetupException(
          "there is no ledger, or more than one LedgerStore and none of them is primary",
          "Put ingest-store-jdbc on the class path and configure it, or define one LedgerStore"
              + " bean.");
    }
    return ledger;
  }

  private static ContentAccess content(
      ObjectProvider<ContentAccess> contents, IngestProperties properties) {
    ContentAccess content = contents.getIfUnique();
    if (content != null) {
      return content;
    }
    boolean wantsS3 = properties.content().s3() != null;
    throw wantsS3
        ? new SetupException(
            "ingest.content.s3 is set, and the store for it is missing or has no bucket",
            "Put ingest-store-s3 on the class path, and set ingest.content.s3.bucket.")
        : new SetupException(
            "there is no place for the bytes",
            "Set ingest.content.directory or ingest.content.s3.bucket, with ingest-store-file or"
                + " ingest-store-s3 on the class path, or define one ContentAccess bean.");
  }

  static void applyPolicies(IngestBuilder builder, IngestProperties properties) {
    IngestProperties.Node node = properties.node();
    String id = node.id() != null ? node.id() : "node-" + UUID.randomUUID();
    builder
        .node(new NodeId(id), node.version())
        .times(properties.times().policy())
        .limits(properties.intake().limits())
        .work(properties.work().policy())
        .shutdownGrace(properties.shutdown().grace())
        .scrub(properties.watch().scrub().policy())
        .audits(properties.watch().audit().policy());
    IngestProperties.Expiry expiry = properties.expiry();
    if (expiry != null) {
      builder.expiry(expiry.policy(properties.times().policy()));
    }
    if (!properties.work().enabled()) {
      builder.withoutWork();
    }
    if (!properties.watch().enabled()) {
      builder.withoutWatch();
    }
  }

  private static void applyBeans(IngestBuilder builder, ListableBeanFactory beans) {
    beans.getBeanProvider(AlertSink.class).orderedStream().forEach(builder::sink);
    EngineListener listener = only(beans, EngineListener.class);
    if (listener != null) {
      builder.listener(listener);
    }
    EngineMeter meter = only(beans, EngineMeter.class);
    if (meter != null) {
      builder.meter(meter);
    }
    OwnerNotifier notifier = only(beans, OwnerNotifier.class);
    if (notifier != null) {
      builder.notifier(notifier);
    }
    OutboundHeartbeat heartbeat = only(beans, OutboundHeartbeat.class);
    if (heartbeat != null) {
      builder.heartbeat(heartbeat);
    }
    CanaryPolicy canaries = only(beans, CanaryPolicy.class);
    if (canaries != null) {
      builder.canaries(canaries);
    }
    beans
        .getBeanProvider(IngestBuilderCustomizer.class)
        .orderedStream()
        .forEach(customizer -> customizer.customize(builder));
  }

  /** One that is left out because there are two would be missed only when it is needed. */
  private static <T> @Nullable T only(ListableBeanFactory beans, Class<T> type) {
    T unique = beans.getBeanProvider(type).getIfUnique();
    if (unique == null && beans.getBeanNamesForType(type).length > 1) {
      throw new SetupException(
          "there are several beans of type %s, and none of them is primary"
              .formatted(type.getSimpleName()),
          "An engine has one. Mark it as @Primary, or make one of them that hands on to the"
              + " others.");
    }
    return unique;
  }
}
