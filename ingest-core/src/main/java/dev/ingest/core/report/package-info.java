/** What became of sequences, for the owners of one and for those who handle an incident. */
@NullMarked
package dev.ingest.core.report;

import org.jspecify.annotations.NullMarked;
