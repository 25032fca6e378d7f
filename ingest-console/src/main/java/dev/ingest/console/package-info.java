/**
 * The page for whoever is on call. {@link dev.ingest.console.Console} is what it shows and does;
 * {@link dev.ingest.console.ConsoleServer} serves it by itself, {@link
 * dev.ingest.console.ConsoleServlet} in a service.
 */
@NullMarked
package dev.ingest.console;

import org.jspecify.annotations.NullMarked;
