package dev.ingest.core.alert;

import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * Posts alerts as signed JSON, one request per message.
 *
 * <p>The headers say {@code Content-Type: application/json}, {@code Idempotency-Key:} the message's
 * {@link AlertMessage#key()}, and {@code Ingest-Signature: t=<Unix seconds>,v1=<HMAC>}, where the
 * HMAC-SHA256 is over the seconds in decimal digits, a full stop, and the bytes of the body, in
 * lower-case hex digits. A receiver computes it over the bytes as they came, compares it in
 * constant time, refuses times that are minutes off, and answers with a status of 200 to 299 once
 * it has the message; an unsigned or differently signed request is none of ours.
 *
 * <p>The body is described in {@code docs/alerts.md}. Thread-safe.
 */
public final class WebhookSink implements AlertSink {

  /** The header that carries time and signature. */
  public static final String SIGNATURE = "Ingest-Signature";

  private final String name;
  private final HttpDestination destination;
  private final HttpSender sender;
  private final WebhookKey key;
  private final InstantSource clock;

  private WebhookSink(
      String name, HttpDestination destination, WebhookKey key, InstantSource clock) {
    this.name = name;
    this.destination = destination;
    this.sender = new HttpSender(destination);
    this.key = key;
    this.clock = clock;
  }

  /**
   * Opens a sink whose name is made of the destination's host and port. Does no I/O.
   *
   * @param destination where messages are posted
   * @param key signs them
   * @param clock the time in signatures
   * @return the sink
   */
  public static WebhookSink open(HttpDestination destination, WebhookKey key, InstantSource clock) {
    return new WebhookSink(SinkName.of("webhook", destination.uri()), destination, key, clock);
  }

  /**
   * Opens a sink with a name of its own, where one host has several. Does no I/O.
   *
   * @param name 1 to 64 lower-case letters, digits or {@code . _ -}, starting with a letter or
   *     digit
   * @param destination where messages are posted
   * @param key signs them
   * @param clock the time in signatures
   * @return the sink
   * @throws dev.ingest.core.ConfigurationException if the name has another form
   */
  public static WebhookSink open(
      String name, HttpDestination destination, WebhookKey key, InstantSource clock) {
    return new WebhookSink(SinkName.chosen(name), destination, key, clock);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void send(AlertMessage message) {
    byte[] body = json(message).getBytes(StandardCharsets.UTF_8);
    sender.send(
        () -> {
          long seconds = clock.instant().getEpochSecond();
          return HttpRequest.newBuilder(destination.uri())
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", message.key())
              .header(SIGNATURE, "t=%d,v1=%s".formatted(seconds, key.sign(seconds, body)))
              .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        });
  }

  static String json(AlertMessage message) {
    JsonWriter out = new JsonWriter();
    out.object(
        json -> {
          json.name("version").number(1);
          json.name("key").text(message.key());
          json.name("ledger").text(message.incarnation().value());
          if (message instanceof AlertMessage.Digest digest) {
            json.name("kind").text("digest");
            json.name("ordinal").number(digest.digest().ordinal());
            json.name("sealedAt").text(digest.digest().sealedAt().toString());
            if (digest.isReduced()) {
              json.name("reduced").truth(true);
            }
            json.name("alerts")
                .array(all -> digest.digest().lines().forEach(one -> line(all, one)));
          } else if (message instanceof AlertMessage.Direct direct) {
            json.name("kind").text("direct");
            json.name("alerts").array(all -> row(all, direct));
          }
        });
    return out.toString();
  }

  private static void line(JsonWriter out, AlertDigest.Line line) {
    out.object(
        json -> {
          group(json, line.group());
          json.name("count").number(line.count());
          json.name("first").text(line.first().toString());
          json.name("last").text(line.last().toString());
          sequences(json, line.samples());
          json.name("message").text(line.message());
        });
  }

  private static void row(JsonWriter out, AlertMessage.Direct direct) {
    AlertRow row = direct.row();
    out.object(
        json -> {
          group(json, row.group());
          json.name("count").number(direct.count());
          json.name("first").text(row.at().toString());
          json.name("last").text(row.at().toString());
          sequences(json, row.sequence().stream().toList());
          json.name("message").text(row.message());
        });
  }

  private static void group(JsonWriter json, AlertRow.Group group) {
    json.name("code").text(group.code());
    json.name("severity").text(AlertText.severity(group).name().toLowerCase(Locale.ROOT));
    json.name("title").text(AlertText.title(group));
    json.name("whatHappened").text(AlertText.whatHappened(group));
    json.name("whatToDo").text(AlertText.whatToDo(group));
    json.name("pipeline").text(group.pipeline());
    json.name("stage").text(group.stage());
    json.name("nodeVersion").text(group.nodeVersion());
  }

  private static void sequences(JsonWriter json, List<SequenceKey> keys) {
    json.name("sequences")
        .array(
            all ->
                keys.forEach(
                    key ->
                        all.object(
                            one -> {
                              one.name("owner").text(key.owner().value());
                              one.name("id").text(key.id().value());
                            })));
  }

  @Override
  public void close() {
    sender.close();
  }

  @Override
  public String toString() {
    return name + " at " + destination;
  }
}
