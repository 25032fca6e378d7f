/** Tests with nodes in processes of their own, which are killed, stopped and continued. */
@NullMarked
package dev.ingest.nodes;

import org.jspecify.annotations.NullMarked;
