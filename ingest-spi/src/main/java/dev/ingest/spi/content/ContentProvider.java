package dev.ingest.spi.content;

import java.net.URI;
import java.time.InstantSource;

/** Opens content backends by URI; found by {@link java.util.ServiceLoader}. Thread-safe. */
public interface ContentProvider {

  /**
   * Tells whether this provider opens such URIs. Does no I/O.
   *
   * @param uri where the bytes are, for example {@code file:/var/lib/ingest}
   * @return true if {@link #open} takes it
   */
  boolean accepts(URI uri);

  /**
   * Refuses a URI that leads to no backend, whatever is there, before anything is opened or made.
   * Connects to nothing and changes nothing, though it may read files of configuration; {@link
   * #open} refuses the same.
   *
   * @param uri where the bytes are, which this provider accepts
   * @throws ContentConfigurationException if it is malformed; the message tells the right form
   */
  void check(URI uri);

  /**
   * Opens a backend, checking that it is usable.
   *
   * @param uri where the bytes are
   * @param clock the time, for ages of temporary bytes only
   * @return the backend, to be closed by the caller
   * @throws ContentConfigurationException if what is configured leads to none, so that trying again
   *     does not help
   * @throws ContentException if it cannot be opened
   */
  ContentAccess open(URI uri, InstantSource clock);
}
