/** What a service embeds: the engine, uploads, pipelines and their stages, results and errors. */
@NullMarked
package dev.ingest.core;

import org.jspecify.annotations.NullMarked;
