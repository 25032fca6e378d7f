package dev.ingest.console;

import java.util.Optional;

/**
 * Tells who asks, for acts: supplied by the service that embeds the console, which knows its
 * people. Called by several threads at a time, also for requests that only read. An authenticator
 * that throws refuses.
 *
 * <p>Whatever it goes by may be sent along by a browser that another site makes ask: the console
 * itself refuses those, by the {@code Origin} of a request and by a token in its own forms.
 */
@FunctionalInterface
public interface ConsoleAuthenticator {

  /**
   * Judges a request.
   *
   * @param request the request
   * @return who asks, or why they may not act
   */
  Decision judge(ConsoleRequest request);

  /** What an authenticator decides. */
  sealed interface Decision {}

  /**
   * Someone who may act.
   *
   * @param name who is recorded in the history, as {@link dev.ingest.core.Ingest#acts} takes it
   */
  record Actor(String name) implements Decision {}

  /**
   * Someone who may not act.
   *
   * @param why what they are told
   * @param challenge what to answer as {@code WWW-Authenticate} to one who wants to sign in, such
   *     as {@code Basic realm="ingest"}; empty if nobody can sign in by that
   */
  record Refused(String why, Optional<String> challenge) implements Decision {}
}
