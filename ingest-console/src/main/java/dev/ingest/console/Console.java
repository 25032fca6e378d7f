package dev.ingest.console;

import dev.ingest.core.Ingest;
import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What whoever is on call looks at: whether everything is accounted for, what comes near, who does
 * what, and one sequence with its history and proof; as pages and as JSON.
 *
 * <pre>{@code
 * Console console = new Console(ledger, ingest, ConsoleOptions.of("ops.example"));
 * context.addServlet(new ServletHolder(new ConsoleServlet(console)), "/console/*");
 * }</pre>
 *
 * <p>Reads are bounded in number, size and time, and shared by all who look; what could not be read
 * is shown as unknown, never as nothing nor as it was. Whoever reaches it may read: owners, ids,
 * reasons and messages, and no content. It changes nothing, unless its options name who may act.
 *
 * <p>The engine may be one that works or one that was not started; neither it nor the ledger is
 * closed with the console. Thread-safe.
 */
public final class Console implements AutoCloseable {

  /** The status of an answer that is not known. */
  static final int NO_ANSWER = 503;

  private static final Logger LOG = LoggerFactory.getLogger(Console.class);
  private static final int SECRET_BYTES = 32;

  /** How many requests look single sequences up, or act, at a time. */
  private static final int LOOKERS = 4;

  private static final Map<String, String> TYPES =
      Map.of(
          "/console.css", "text/css; charset=utf-8",
          "/console.js", "text/javascript; charset=utf-8");

  private final Access access;
  private final Snapshots snapshots;
  private final LedgerThreads lookers;
  private final SequenceDesk desk;
  private final LiveClients clients;

  /**
   * Creates it. Nothing is read before someone looks.
   *
   * @param ledger the ledger of the engine
   * @param ingest the engine
   * @param options how it behaves
   * @throws InvalidValueException if the options name no host
   */
  public Console(LedgerStore ledger, Ingest ingest, ConsoleOptions options) {
    if (options.hosts().isEmpty()) {
      throw new InvalidValueException(
          InvalidValueException.Kind.TEXT,
          "",
          "a console is told by what hosts it is known, or any site can read it by a browser");
    }
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    this.access =
        new Access(
            options.hosts(), options.authenticator(), new ActTokens(secret, System::nanoTime));
    this.snapshots =
        new Snapshots(
            new SnapshotReader(ledger, ingest)::read,
            options.interval(),
            options.limit(),
            System::nanoTime);
    this.lookers = new LedgerThreads("ingest-console-lookup", LOOKERS, options.limit());
    this.desk = new SequenceDesk(ledger.ledger(), ingest, access, lookers);
    this.clients = new LiveClients(options.liveClients(), options.interval(), snapshots::latest);
  }

  /** Answers a request; throws nothing. */
  Reply answer(ConsoleRequest request) {
    boolean json = request.path().startsWith("/api/");
    try {
      access.requireHost(request);
      return route(request, json);
    } catch (BadRequestException e) {
      return problem(e.status(), Part.why(e), json);
    } catch (InvalidValueException e) {
      return problem(400, Part.why(e), json);
    } catch (RuntimeException e) {
      LOG.warn("The console could not answer {} {}", request.method(), request.path(), e);
      return problem(NO_ANSWER, Part.why(e), json);
    }
  }

  /** Answers a request without the slash at the end: the console is in a folder. */
  Reply folder(ConsoleRequest request, String folder) {
    try {
      access.requireHost(request);
      return allowing(request, Set.of("GET", "HEAD"), false)
          .orElseGet(() -> Reply.seeOther(folder));
    } catch (BadRequestException e) {
      return problem(e.status(), Part.why(e), false);
    }
  }

  private Reply route(ConsoleRequest request, boolean json) {
    String path = request.path();
    if (path.equals("/act")) {
      return allowing(request, Set.of("POST"), json).orElseGet(() -> desk.act(request));
    }
    Optional<Reply> refused = allowing(request, Set.of("GET", "HEAD"), json);
    return switch (path) {
      case "/" -> refused.orElseGet(this::overview);
      case "/sequence", "/api/v1/sequence" -> refused.orElseGet(() -> desk.show(request, json));
      case "/sign-in" -> refused.orElseGet(() -> signIn(request));
      case "/live" -> refused.orElseGet(() -> live(request));
      case "/console.css", "/console.js" -> refused.orElseGet(() -> asset(path));
      case "/api/v1/overview" ->
          refused.orElseGet(() -> Reply.json(200, OverviewJson.of(snapshots.latest())));
      default -> problem(404, "there is nothing at this address", json);
    };
  }

  private static Optional<Reply> allowing(
      ConsoleRequest request, Set<String> methods, boolean json) {
    if (methods.contains(request.method())) {
      return Optional.empty();
    }
    String allowed = methods.contains("POST") ? "POST" : "GET, HEAD";
    return Optional.of(
        problem(405, "the methods here are " + allowed, json).with("Allow", allowed));
  }

  private Reply overview() {
    return Reply.html(200, new OverviewPage(snapshots.latest()).document());
  }

  private Reply signIn(ConsoleRequest request) {
    ConsoleAuthenticator.Decision decision = access.judge(request);
    if (decision instanceof ConsoleAuthenticator.Refused refused) {
      return refused
          .challenge()
          .map(challenge -> problem(401, refused.why(), false).with("WWW-Authenticate", challenge))
          .orElseGet(() -> problem(403, refused.why(), false));
    }
    return Reply.seeOther("./");
  }

  private Reply live(ConsoleRequest request) {
    if (request.method().equals("HEAD")) {
      return Reply.of(200, "text/event-stream", "");
    }
    return clients.isFull()
        ? problem(NO_ANSWER, "too many pages are told of changes already", false)
        : new Reply.Live();
  }

  /** Takes a stream on that was answered with {@link Reply.Live}. */
  void live(OutputStream out, Runnable end) {
    clients.add(out, end);
  }

  /** Returns how many pages are told of changes. */
  int liveClients() {
    return clients.size();
  }

  private static Reply asset(String path) {
    try (InputStream in = Console.class.getResourceAsStream(path.substring(1))) {
      if (in == null) {
        throw new IllegalStateException("the console's " + path + " is not in its jar");
      }
      return Reply.of(
          200,
          TYPES.getOrDefault(path, "text/plain"),
          new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Reply.Whole problem(int status, String what, boolean json) {
    return json
        ? Reply.json(status, new JsonWriter().object(in -> in.name("problem").text(what)))
        : Reply.html(status, OtherPages.problem(status, what));
  }

  /** Ends streams and reads nothing more. Idempotent. */
  @Override
  public void close() {
    clients.close();
    snapshots.close();
    lookers.close();
  }
}
