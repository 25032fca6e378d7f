package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ContentConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code s3://bucket/prefix?region=…&endpoint=…&pathStyle=…&accept=…}, taken apart. A refusal never
 * repeats what follows the question mark, or what looks like a credential.
 *
 * @param options the place, and the defaults but for accepted risks
 * @param region the region; empty if the SDK's chain is to find it
 * @param endpoint another server than AWS's
 * @param pathStyle whether the bucket is in the path and not in the host
 */
record S3Uri(
    S3ContentOptions options, Optional<String> region, Optional<URI> endpoint, boolean pathStyle) {

  static final String SCHEME = "s3";

  private static final Set<String> NAMES = Set.of("region", "endpoint", "pathStyle", "accept");
  private static final String FORM =
      "; write s3://bucket/prefix?region=...&endpoint=...&pathStyle=true&accept=RISK,RISK"
          + ", of which all from the question mark on may be left out, and leave"
          + " credentials to the environment";

  static S3Uri parse(URI uri) {
    if (!SCHEME.equalsIgnoreCase(uri.getScheme()) || uri.getRawAuthority() == null) {
      throw new ContentConfigurationException("cannot open an s3 URI without a bucket" + FORM);
    }
    if (uri.getRawAuthority().indexOf('@') >= 0 || uri.getRawFragment() != null) {
      throw new ContentConfigurationException(
          "cannot open an s3 URI with a user or a fragment" + FORM);
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String prefix = path.replaceFirst("^/", "").replaceFirst("/$", "");
    String shown = "s3://" + uri.getRawAuthority() + path;
    Map<String, String> values = values(shown, uri.getRawQuery());
    try {
      S3ContentOptions options =
          S3ContentOptions.of(uri.getRawAuthority(), prefix).withAccepted(accepted(shown, values));
      return new S3Uri(
          options,
          Optional.ofNullable(values.get("region")),
          Optional.ofNullable(values.get("endpoint")).map(value -> endpoint(shown, value)),
          pathStyle(shown, values.get("pathStyle")));
    } catch (InvalidValueException e) {
      // Of the bucket or the prefix alone, which are shown anyhow.
      throw new ContentConfigurationException(
          "cannot open " + shown + ": " + e.getMessage() + FORM, e);
    }
  }

  private static Map<String, String> values(String shown, @Nullable String query) {
    Map<String, String> values = new HashMap<>();
    if (query == null || query.isEmpty()) {
      return values;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? "" : pair.substring(0, equals);
      if (!NAMES.contains(name) || values.containsKey(name)) {
        throw new ContentConfigurationException(
            "cannot open " + shown + ": it has an option that is not known, or one twice" + FORM);
      }
      values.put(name, URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return values;
  }

  private static Set<S3Risk> accepted(String shown, Map<String, String> values) {
    EnumSet<S3Risk> risks = EnumSet.noneOf(S3Risk.class);
    String accept = values.getOrDefault("accept", "");
    for (String name : accept.isEmpty() ? new String[0] : accept.split(",", -1)) {
      risks.add(risk(shown, name));
    }
    return risks;
  }

  private static S3Risk risk(String shown, String name) {
    for (S3Risk risk : S3Risk.values()) {
      if (risk.name().equals(name)) {
        return risk;
      }
    }
    throw new ContentConfigurationException(
        "cannot open "
            + shown
            + ": a risk is accepted by its name, one of "
            + Arrays.toString(S3Risk.values())
            + FORM);
  }

  private static URI endpoint(String shown, String value) {
    try {
      URI endpoint = new URI(value);
      boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
      if (web && endpoint.getHost() != null && endpoint.getRawUserInfo() == null) {
        return endpoint;
      }
    } catch (URISyntaxException | NumberFormatException e) {
      // The text may hold a password, and its exception repeats it. The other is the JDK's for a
      // number in an address that is too large.
      throw badEndpoint(shown);
    }
    throw badEndpoint(shown);
  }

  private static ContentConfigurationException badEndpoint(String shown) {
    return new ContentConfigurationException(
        "cannot open " + shown + ": its endpoint is not http or https with a host alone" + FORM);
  }

  private static boolean pathStyle(String shown, @Nullable String value) {
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw new ContentConfigurationException(
        "cannot open " + shown + ": pathStyle is true or false" + FORM);
  }
}
