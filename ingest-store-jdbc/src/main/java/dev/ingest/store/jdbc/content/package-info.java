/**
 * Content in a database over JDBC, for small deployments. Start at {@link
 * dev.ingest.store.jdbc.content.JdbcContent}.
 */
@NullMarked
package dev.ingest.store.jdbc.content;

import org.jspecify.annotations.NullMarked;
