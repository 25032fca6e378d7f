/**
 * Alerts as users meet them: {@link AlertCode} is the catalogue, the sinks are where they go
 * ({@link Slf4jSink}, {@link WebhookSink}, {@link AlertmanagerSink}, or one of your own that
 * implements {@link dev.ingest.spi.alert.AlertSink}), {@link AlertPolicy} says how they are
 * gathered, and {@link OutboundHeartbeat} is what tells somebody outside when all nodes are gone.
 */
@NullMarked
package dev.ingest.core.alert;

import org.jspecify.annotations.NullMarked;
