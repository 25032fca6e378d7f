/**
 * The ledger interfaces: the system of record in five roles, opened together by one provider, and
 * the rows that they keep.
 */
@NullMarked
package dev.ingest.spi.ledger;

import org.jspecify.annotations.NullMarked;
