package dev.ingest.console;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A console as a servlet, for a mapping that ends in {@code /*}; it supports asynchronous answers,
 * and filters before it must, too. Who may read it is for the service to say, by a filter before
 * it. Thread-safe; the console is closed by its maker.
 */
@SuppressWarnings("exports") // Whoever mounts a servlet has the API, and others need not.
public final class ConsoleServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleServlet.class);

  private final transient Console console;

  /**
   * Creates it.
   *
   * @param console what is served
   */
  public ConsoleServlet(Console console) {
    this.console = console;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo();
    ConsoleRequest asked = request(request, path == null ? "" : path);
    Reply reply = path == null ? console.folder(asked, folder(request)) : console.answer(asked);
    Reply.SAFE.forEach(response::setHeader);
    if (reply instanceof Reply.Whole whole) {
      response.setStatus(whole.status());
      whole.headers().forEach(response::setHeader);
      byte[] body = whole.body().getBytes(StandardCharsets.UTF_8);
      response.setContentLength(body.length);
      if (!request.getMethod().equals("HEAD")) {
        response.getOutputStream().write(body);
      }
    } else {
      live(request, response);
    }
  }

  /**
   * The console's addresses are relative to a folder. Where that is, the mapping says; the address
   * of the request is what its sender wrote, and may lead anywhere.
   */
  private static String folder(HttpServletRequest request) {
    String mapping = request.getServletPath();
    return "./" + mapping.substring(mapping.lastIndexOf('/') + 1) + "/";
  }

  private void live(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Reply.LIVE.forEach(response::setHeader);
    response.flushBuffer();
    AsyncContext context = request.startAsync();
    context.setTimeout(0);
    console.live(response.getOutputStream(), () -> end(context));
  }

  private static void end(AsyncContext context) {
    try {
      context.complete();
    } catch (IllegalStateException e) {
      LOG.debug("A stream of the console had ended before", e);
    }
  }

  /**
   * From HTTP/2 on, the host is a field of its own, of which containers make no header; they tell
   * it as the server's name. Before, that name falls back on the address of the machine.
   */
  static List<String> headers(HttpServletRequest request, String name) {
    List<String> given = Collections.list(request.getHeaders(name));
    boolean isHostMissing =
        given.isEmpty()
            && name.equalsIgnoreCase("Host")
            && !request.getProtocol().startsWith("HTTP/1.")
            && !request.getProtocol().startsWith("HTTP/0.");
    if (!isHostMissing) {
      return given;
    }
    int usual = request.getScheme().equals("https") ? 443 : 80;
    return List.of(
        request.getServerPort() == usual
            ? request.getServerName()
            : request.getServerName() + ":" + request.getServerPort());
  }

  private static ConsoleRequest request(HttpServletRequest request, String path)
      throws IOException {
    return new ConsoleRequest(
        request.getMethod(),
        path,
        Optional.ofNullable(request.getQueryString()).orElse(""),
        name -> headers(request, name),
        Optional.ofNullable(request.getRemoteUser()),
        body(request));
  }

  /**
   * A filter that asks for a parameter, as one for hidden methods does, has the container read the
   * form: the stream is at its end then, and the fields are parameters. Those of a query are among
   * them, of which no form of the console has one, so that none may take a field's place.
   */
  private static InputStream body(HttpServletRequest request) throws IOException {
    if (!request.getMethod().equals("POST")) {
      return request.getInputStream();
    }
    byte[] bytes = request.getInputStream().readNBytes(Fields.MOST_BYTES + 1);
    boolean isReadBefore =
        bytes.length == 0 && Optional.ofNullable(request.getQueryString()).orElse("").isEmpty();
    return new ByteArrayInputStream(
        isReadBefore
            ? Fields.encode(request.getParameterMap()).getBytes(StandardCharsets.UTF_8)
            : bytes);
  }
}
