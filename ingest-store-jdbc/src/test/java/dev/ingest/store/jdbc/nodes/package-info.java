/** Tests with nodes in processes of their own, which are killed, stopped and continued. */
@NullMarked
package dev.ingest.store.jdbc.nodes;

import org.jspecify.annotations.NullMarked;
