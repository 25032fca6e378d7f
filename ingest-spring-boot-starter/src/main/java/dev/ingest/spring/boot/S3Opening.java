package dev.ingest.spring.boot;

import dev.ingest.store.s3.S3Content;
import dev.ingest.store.s3.S3ContentOptions;
import dev.ingest.store.s3.S3Risk;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;

/** Opens a place on S3, with the application's client or with one of the store's own. */
final class S3Opening {

  private S3Opening() {}

  static S3Content open(IngestProperties.S3 place, Optional<S3Client> client, InstantSource clock) {
    Set<S3Risk> accepted =
        AcceptedRisks.of(S3Risk.class, "ingest.content.s3.accept", place.accept());
    S3ContentOptions options =
        S3ContentOptions.of(place.bucket(), place.prefix()).withAccepted(accepted);
    if (client.isPresent()) {
      if (place.region() != null || place.endpoint() != null || place.pathStyle()) {
        throw new SetupException(
            "ingest.content.s3 has a region, an endpoint or a path style, and there is an S3Client"
                + " bean that has its own",
            "Remove these properties, or the bean.");
      }
      return S3Content.open(client.get(), options, clock);
    }
    return S3Content.open(uri(place, accepted), clock);
  }

  private static URI uri(IngestProperties.S3 place, Set<S3Risk> accepted) {
    Map<String, String> query = new LinkedHashMap<>();
    if (place.region() != null) {
      query.put("region", place.region());
    }
    if (place.endpoint() != null) {
      query.put("endpoint", place.endpoint());
    }
    if (place.pathStyle()) {
      query.put("pathStyle", "true");
    }
    if (!accepted.isEmpty()) {
      query.put(
          "accept", accepted.stream().map(S3Risk::name).sorted().collect(Collectors.joining(",")));
    }
    String options =
        query.entrySet().stream()
            .map(
                option ->
                    option.getKey()
                        + "="
                        + URLEncoder.encode(option.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    String text = "s3://" + place.bucket() + "/" + place.prefix();
    return URI.create(options.isEmpty() ? text : text + "?" + options);
  }
}
