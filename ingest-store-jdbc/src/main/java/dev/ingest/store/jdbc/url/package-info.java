/** What both adapters of this module read out of URIs. Not exported. */
@NullMarked
package dev.ingest.store.jdbc.url;

import org.jspecify.annotations.NullMarked;
