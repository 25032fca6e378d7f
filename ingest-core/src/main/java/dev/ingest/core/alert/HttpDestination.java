package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where an HTTP sink sends to. Immutable. Printed without path, query and header values, as they
 * may be secrets.
 */
public final class HttpDestination {

  private final URI uri;
  private final Map<String, String> headers;
  private final HttpPolicy policy;

  private HttpDestination(URI uri, Map<String, String> headers, HttpPolicy policy) {
    this.uri = uri;
    this.headers = Collections.unmodifiableMap(headers);
    this.policy = policy;
  }

  /**
   * Names a destination, without further headers and with {@link HttpPolicy#DEFAULT}.
   *
   * @param uri an absolute {@code http} or {@code https} URI without user info and fragment
   * @return the destination
   * @throws ConfigurationException if it is another URI
   */
  public static HttpDestination of(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https"))
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawFragment() != null) {
      throw new ConfigurationException(
          "a destination is an absolute http or https URI with a host, without user info (give"
              + " credentials as a header) and without fragment; got one with scheme "
              + scheme
              + " and host "
              + uri.getHost());
    }
    return new HttpDestination(uri, Map.of(), HttpPolicy.DEFAULT);
  }

  /**
   * Copies with one more header, such as {@code Authorization}.
   *
   * @param name the header's name
   * @param value its value; never printed
   * @return the copy
   * @throws ConfigurationException if HTTP or its client does not allow the header
   */
  public HttpDestination withHeader(String name, String value) {
    String refusal =
        "the header \"%s\" is not allowed, or its value has characters that HTTP does not allow"
            .formatted(AlertText.line(name));
    try {
      HttpRequest.newBuilder(uri).header(name, value);
    } catch (IllegalArgumentException e) {
      // Not as the cause: its message repeats the value.
      throw new ConfigurationException(refusal);
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpDestination(uri, more, policy);
  }

  /**
   * Copies with other time-outs.
   *
   * @param changed the policy
   * @return the copy
   */
  public HttpDestination withPolicy(HttpPolicy changed) {
    return new HttpDestination(uri, headers, changed);
  }

  /** The same server, with a path below the path of this one. */
  HttpDestination below(String path) {
    String base = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
    return new HttpDestination(URI.create(origin() + base + path), headers, policy);
  }

  URI uri() {
    return uri;
  }

  Map<String, String> headers() {
    return headers;
  }

  HttpPolicy policy() {
    return policy;
  }

  private String origin() {
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  @Override
  public String toString() {
    return origin();
  }
}
