package dev.ingest.testkit.net;

/** Which way bytes go. */
public enum Direction {
  /** From the client, who connected to the proxy, to the server. */
  TO_SERVER,
  /** From the server to the client. */
  TO_CLIENT
}
