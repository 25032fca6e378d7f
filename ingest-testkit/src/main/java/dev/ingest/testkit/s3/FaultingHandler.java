package dev.ingest.testkit.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Takes a request, lets the fault strike that a rule names, and answers.
 *
 * <p>A connection is closed by leaving with an exception: the server then closes it as it is, while
 * closing the exchange would end a reply that was begun.
 */
final class FaultingHandler implements HttpHandler {

  private final S3ServerOptions options;
  private final Operations operations;
  private final Traffic traffic;
  private final Hangs hangs;

  FaultingHandler(S3ServerOptions options, Operations operations, Traffic traffic, Hangs hangs) {
    this.options = options;
    this.operations = operations;
    this.traffic = traffic;
    this.hangs = hangs;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try {
      Address address = Address.of(exchange.getRequestURI());
      boolean copies = exchange.getRequestHeaders().containsKey("x-amz-copy-source");
      S3Operation operation = Routes.operation(exchange.getRequestMethod(), address, copies);
      serve(exchange, address, traffic.admit(operation, address));
    } catch (RuntimeException e) {
      traffic.fail(e);
      throw e;
    }
  }

  private void serve(HttpExchange exchange, Address address, Traffic.Admitted admitted)
      throws IOException {
    byte[] raw;
    try {
      raw = RequestBody.read(exchange, options.maxBytes());
    } catch (IOException e) {
      traffic.end(new S3Exchange(admitted.request(), 0, Optional.empty()));
      throw e;
    }
    Call call =
        new Call(admitted.request(), address, exchange.getRequestHeaders(), raw, admitted.fault());
    Optional<Reply> instead = insteadOfEffect(call);
    send(exchange, call, instead.isPresent() ? instead.get() : distorted(call, perform(call)));
  }

  /** Sends bytes one by one; returns how many, all of them unless the rest may come at once. */
  private int drip(Call call, S3Fault.Drip fault, Reply reply, OutputStream out)
      throws IOException {
    long before = hangs.releases();
    long end = System.nanoTime() + hangs.longest().toNanos();
    for (int i = 0; i < reply.length(); i++) {
      if (!hangs.pause(fault.pause(), before) || System.nanoTime() > end) {
        throw new ConnectionDrop("the body dripped at " + call.request());
      }
      if (hangs.releases() != before) {
        return i;
      }
      out.write(reply.body(), reply.offset() + i, 1);
      out.flush();
    }
    return reply.length();
  }

  private Optional<Reply> insteadOfEffect(Call call) throws ConnectionDrop {
    if (call.fault(S3Fault.DropBefore.class).isPresent()) {
      throw drop(call);
    }
    if (call.fault(S3Fault.Hang.class).isPresent()) {
      hang(call);
    }
    Optional<Reply> error =
        call.fault(S3Fault.ErrorBefore.class)
            .map(fault -> injected(call, fault.status(), fault.code()))
            .or(
                () ->
                    call.fault(S3Fault.Throttle.class)
                        .map(fault -> injected(call, 503, "SlowDown")))
            .or(
                () ->
                    call.fault(S3Fault.ErrorIn200.class)
                        .filter(fault -> !fault.effect())
                        .map(fault -> injected(call, 200, fault.code())));
    error.ifPresent(reply -> call.strike());
    return error;
  }

  private Reply perform(Call call) {
    try {
      call.decode(options.maxBytes());
      return operations.answer(call);
    } catch (Refusal e) {
      return Reply.error(call, e.status(), e.code(), e.message());
    }
  }

  private Reply distorted(Call call, Reply reply) throws ConnectionDrop {
    if (call.fault(S3Fault.EffectThenDrop.class).isPresent()) {
      throw drop(call);
    }
    if (call.fault(S3Fault.EffectThenHang.class).isPresent()) {
      hang(call);
    }
    Optional<Reply> error =
        call.fault(S3Fault.EffectThenError.class)
            .map(fault -> injected(call, fault.status(), fault.code()))
            .or(
                () ->
                    call.fault(S3Fault.ErrorIn200.class)
                        .map(fault -> injected(call, 200, fault.code())));
    if (error.isPresent()) {
      call.strike();
      return error.get();
    }
    Optional<S3Fault.CorruptBody> corrupt =
        call.fault(S3Fault.CorruptBody.class)
            .filter(fault -> call.request().operation() == S3Operation.GET_OBJECT);
    if (corrupt.isPresent() && hasBytes(reply)) {
      call.strike();
      reply.corrupt(corrupt.get().position());
    }
    return reply;
  }

  private static boolean hasBytes(Reply reply) {
    return reply.status() < 300 && reply.length() > 0;
  }

  private static Reply injected(Call call, int status, String code) {
    return Reply.error(call, status, code, "Injected at " + call.request());
  }

  private void hang(Call call) throws ConnectionDrop {
    call.strike();
    if (!hangs.hang()) {
      throw drop(call);
    }
  }

  private ConnectionDrop drop(Call call) {
    call.strike();
    traffic.end(new S3Exchange(call.request(), 0, call.struck()));
    return new ConnectionDrop("injected at " + call.request());
  }

  private void send(HttpExchange exchange, Call call, Reply reply) throws IOException {
    Optional<S3Fault.ShortBody> cut =
        call.fault(S3Fault.ShortBody.class).filter(fault -> hasBytes(reply));
    cut.ifPresent(fault -> call.strike());
    Optional<S3Fault.Drip> drip = call.fault(S3Fault.Drip.class).filter(fault -> hasBytes(reply));
    drip.ifPresent(fault -> call.strike());
    reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    exchange.getResponseHeaders().set("x-amz-request-id", Reply.requestId(call.request()));
    exchange.getResponseHeaders().set("Server", "S3FaultServer");
    traffic.end(new S3Exchange(call.request(), reply.status(), call.struck()));
    boolean bodiless = exchange.getRequestMethod().equals("HEAD") || reply.length() == 0;
    exchange.sendResponseHeaders(reply.status(), bodiless ? -1 : reply.length());
    if (!bodiless) {
      int kept =
          cut.map(fault -> Math.min(fault.kept(), reply.length() - 1)).orElse(reply.length());
      OutputStream out = exchange.getResponseBody();
      int dripped = drip.isPresent() ? drip(call, drip.get(), reply, out) : 0;
      out.write(reply.body(), reply.offset() + dripped, kept - dripped);
      out.flush();
      if (cut.isPresent()) {
        throw new ConnectionDrop("the body was cut at " + call.request());
      }
    }
    exchange.close();
  }
}
