/**
 * Probes of effects in other systems, for {@link dev.ingest.core.Pipeline.Builder#probe}: a row of
 * a database ({@link JdbcProbe}), an answer over HTTP ({@link HttpProbe}).
 */
@NullMarked
package dev.ingest.core.probe;

import org.jspecify.annotations.NullMarked;
