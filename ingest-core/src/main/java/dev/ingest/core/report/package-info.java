/**
 * What became of sequences, read from the ledger page by page and kept nowhere: for the owners of
 * some ({@link OwnerPage}), for those who handle an incident ({@link IncidentReport}, by {@link
 * Reporting}), and for those who ordered a backfill ({@link BackfillWriter}). Writers give text,
 * CSV or JSON.
 */
@NullMarked
package dev.ingest.core.report;

import org.jspecify.annotations.NullMarked;
