package dev.ingest.simulator;

import java.util.Locale;

/** What goes wrong at one call of a storage interface, a sink or a notifier. */
enum CallFault {
  /** It fails before its effect. */
  FAIL_BEFORE,
  /** It takes effect and its reply is lost. */
  REPLY_LOST,
  /** It takes effect late: after the lease has run out, and another node has done all it can. */
  DELAY,
  /** It takes effect, and its reply comes as late. */
  REPLY_DELAYED,
  /** It is delivered twice. */
  DUPLICATE,
  /** It stops after its first element or byte. */
  TORN,
  /** It answers what the same question was answered before, whatever changed since. */
  STALE_READ,
  /** The process dies before its effect. */
  CRASH_BEFORE,
  /** The process dies between its effect and its reply. */
  CRASH_AFTER;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
