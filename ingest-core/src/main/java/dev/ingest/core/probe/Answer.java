package dev.ingest.core.probe;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** What a service answered a {@link HttpProbe}. Immutable; printed without its body. */
public final class Answer {

  private final int status;
  private final byte[] body;

  Answer(int status, byte[] body) {
    this.status = status;
    this.body = body;
  }

  /**
   * Returns the status.
   *
   * @return 200 to 299
   */
  public int status() {
    return status;
  }

  /**
   * Returns the body.
   *
   * @return a copy of all of it
   */
  public byte[] bytes() {
    return body.clone();
  }

  /**
   * Returns the body as text.
   *
   * @return its bytes as UTF-8
   */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "status " + status + " with " + body.length + " bytes";
  }

  /** A body as far as it was taken. */
  static final class Body {

    private final byte[] bytes;
    private final boolean whole;

    private Body(byte[] bytes, boolean whole) {
      this.bytes = bytes;
      this.whole = whole;
    }

    byte[] bytes() {
      return bytes;
    }

    boolean isWhole() {
      return whole;
    }
  }

  /** Takes a body up to a bound, and ends the connection at it. */
  static final class Collecting implements HttpResponse.BodySubscriber<Body> {

    private final int most;
    private final CompletableFuture<Body> done = new CompletableFuture<>();
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;

    Collecting(int most) {
      this.most = most;
    }

    @Override
    public CompletionStage<Body> getBody() {
      return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        if (buffer.remaining() > most - taken.size()) {
          end();
          return;
        }
        byte[] piece = new byte[buffer.remaining()];
        buffer.get(piece);
        taken.write(piece, 0, piece.length);
      }
      if (subscription != null) {
        subscription.request(1);
      }
    }

    private void end() {
      done.complete(new Body(new byte[0], false));
      if (subscription != null) {
        subscription.cancel();
      }
    }

    @Override
    public void onError(Throwable error) {
      done.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      done.complete(new Body(taken.toByteArray(), true));
    }
  }
}
