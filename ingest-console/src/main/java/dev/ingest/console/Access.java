package dev.ingest.console;

import dev.ingest.console.ConsoleAuthenticator.Actor;
import dev.ingest.console.ConsoleAuthenticator.Decision;
import dev.ingest.console.ConsoleAuthenticator.Refused;
import dev.ingest.spi.SequenceKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may ask what. Thread-safe.
 *
 * <p><b>Host.</b> A page on another site can have its name resolve to this machine, and then read
 * as if it were the console's own (DNS rebinding). Its requests name that site as their host, and
 * only known hosts are answered.
 *
 * <p><b>Origin and token.</b> Another site can have a browser send a form here, with all that the
 * authenticator goes by. A browser names the origin of such a form, and a site cannot read the
 * token out of the console's; an act needs both to be right.
 */
final class Access {

  private static final Logger LOG = LoggerFactory.getLogger(Access.class);

  private final Set<String> hosts;
  private final Optional<ConsoleAuthenticator> authenticator;
  private final ActTokens tokens;

  Access(Set<String> hosts, Optional<ConsoleAuthenticator> authenticator, ActTokens tokens) {
    this.hosts = hosts;
    this.authenticator = authenticator;
    this.tokens = tokens;
  }

  /**
   * Refuses a request by a name that is not the console's.
   *
   * @throws BadRequestException if the host is unknown or missing
   */
  void requireHost(ConsoleRequest request) {
    if (!request.header("Host").map(Access::lower).filter(hosts::contains).isPresent()) {
      throw new BadRequestException(421, "the console is not known by the host of this request");
    }
  }

  /** Tells whether anybody may act. */
  boolean isActing() {
    return authenticator.isPresent();
  }

  /** Judges who asks. */
  Decision judge(ConsoleRequest request) {
    if (authenticator.isEmpty()) {
      return new Refused("this console is read-only", Optional.empty());
    }
    try {
      return authenticator.get().judge(request);
    } catch (RuntimeException e) {
      LOG.warn("An authenticator threw; the request may not act", e);
      return new Refused("who asks could not be found out", Optional.empty());
    }
  }

  /** Returns the token of a form about a sequence. */
  String token(Actor actor, SequenceKey key) {
    return tokens.make(actor.name(), key);
  }

  /**
   * Refuses an act unless someone who may do it sent the console's own form.
   *
   * @return who acts
   * @throws BadRequestException if not
   */
  Actor requireActor(ConsoleRequest request, SequenceKey key, String token) {
    Decision decision = judge(request);
    if (decision instanceof Refused refused) {
      throw new BadRequestException(403, refused.why());
    }
    Actor actor = (Actor) decision;
    if (!tokens.isGood(token, actor.name(), key)) {
      throw new BadRequestException(
          403, "this form is too old, or not one of this console's; load the page again");
    }
    return actor;
  }

  /**
   * Refuses a form that another site sent.
   *
   * @throws BadRequestException unless the request says that it comes from a page of the console
   */
  void requireOrigin(ConsoleRequest request) {
    boolean own =
        request.header("Origin").flatMap(Access::authority).filter(hosts::contains).isPresent()
            && request.headers().apply("Sec-Fetch-Site").stream().allMatch("same-origin"::equals);
    if (!own) {
      throw new BadRequestException(403, "the request does not come from a page of the console");
    }
  }

  private static Optional<String> authority(String origin) {
    try {
      URI uri = new URI(origin);
      boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return known
          ? Optional.ofNullable(uri.getRawAuthority()).map(Access::lower)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
