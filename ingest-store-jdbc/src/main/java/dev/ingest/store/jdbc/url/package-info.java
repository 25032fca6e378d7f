/**
 * What both adapters of this module share: URIs, connections and pools, what is known of servers,
 * texts of schemas. Not exported.
 */
@NullMarked
package dev.ingest.store.jdbc.url;

import org.jspecify.annotations.NullMarked;
