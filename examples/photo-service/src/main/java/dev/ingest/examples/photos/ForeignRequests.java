package dev.ingest.examples.photos;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Refuses what a page of another site has a browser send. Thread-safe.
 *
 * <p><b>Host.</b> Another site can have its name resolve to this machine, and then read as if the
 * service were its own (DNS rebinding). Its requests name that site as their host, and only the
 * names by which the service is reached are answered, on any port.
 *
 * <p><b>Origin.</b> Another site can also have a browser send a form to the right host. A browser
 * names the origin of whatever may change something, and it has to be the host that is asked, port
 * and all. Clients that are no browsers name none, and are none that another site could use.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ForeignRequests extends OncePerRequestFilter {

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9a-f:.]+]|[^\\[\\]:@/]+)(?::[0-9]{1,5})?");

  private final Set<String> hosts;
  private final HandlerExceptionResolver problems;

  ForeignRequests(
      @Value("${photos.hosts}") Set<String> hosts,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
    this.hosts = hosts.stream().map(ForeignRequests::lower).collect(Collectors.toUnmodifiableSet());
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      requireHost(request);
      requireOrigin(request);
    } catch (ForeignRequestException e) {
      if (problems.resolveException(request, response, null, e) == null) {
        throw e;
      }
      return;
    }
    chain.doFilter(request, response);
  }

  private void requireHost(HttpServletRequest request) {
    boolean known =
        host(request)
            .map(AUTHORITY::matcher)
            .filter(Matcher::matches)
            .filter(authority -> hosts.contains(authority.group(1)))
            .isPresent();
    if (!known) {
      throw new ForeignRequestException(
          ForeignRequestException.Reason.OTHER_HOST,
          "the service is not reached by the host of this request");
    }
  }

  private static void requireOrigin(HttpServletRequest request) {
    if (READING.contains(request.getMethod())) {
      return;
    }
    Optional<String> host = host(request);
    boolean own =
        headers(request, "Origin").stream().map(ForeignRequests::authority).allMatch(host::equals)
            && OWN_SITE.containsAll(headers(request, "Sec-Fetch-Site"));
    if (!own) {
      throw new ForeignRequestException(
          ForeignRequestException.Reason.OTHER_ORIGIN,
          "the request comes from a page of another site");
    }
  }

  /**
   * Empty also for several, of which the one that counts is not known.
   *
   * <p>From HTTP/2 on, the host is a field of its own, {@code :authority}, of which a container
   * need not make a header; it tells it as the server's name. Before, that name falls back on the
   * address of the machine, which is nobody's word.
   */
  private static Optional<String> host(HttpServletRequest request) {
    List<String> named = headers(request, "Host");
    if (named.size() == 1) {
      return Optional.of(lower(named.get(0)));
    }
    return named.isEmpty() && isSinceHttp2(request)
        ? Optional.of(lower(serverOf(request)))
        : Optional.empty();
  }

  private static boolean isSinceHttp2(HttpServletRequest request) {
    String protocol = request.getProtocol();
    return !protocol.startsWith("HTTP/1.") && !protocol.startsWith("HTTP/0.");
  }

  /** As an origin names it: without the port that its scheme has anyhow. */
  private static String serverOf(HttpServletRequest request) {
    int usual = request.getScheme().equals("https") ? 443 : 80;
    return request.getServerPort() == usual
        ? request.getServerName()
        : request.getServerName() + ":" + request.getServerPort();
  }

  private static Optional<String> authority(String origin) {
    try {
      URI uri = new URI(origin);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return web
          ? Optional.ofNullable(uri.getRawAuthority()).map(ForeignRequests::lower)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static List<String> headers(HttpServletRequest request, String name) {
    return Collections.list(request.getHeaders(name));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
